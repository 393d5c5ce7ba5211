"""Whatever comes over the WebSocket of an Asterisk is read, passed over or refused (N4, O4)."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import ari_voice as ari
from middleware.ports import Problem

RECORDING = Path(__file__).parent.parent / "recordings/asterisk-22/handsfree.ari.jsonl"
LINES = [json.loads(line) for line in RECORDING.read_text().splitlines()]
EVENTS = [json.dumps(line["data"]) for line in LINES if line["kind"] == "event"]
TOLD = (ari.ChannelEntered, ari.KeyPressed, ari.PlaybackEnded, ari.ChannelGone, ari.Replaced)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
kinds = st.sampled_from(
    ["StasisStart", "ChannelDtmfReceived", "PlaybackFinished", "ChannelDestroyed", "Dial"]
)


@given(raw=st.one_of(st.binary(max_size=200), st.text(max_size=200)))
def test_junk_is_a_problem_with_field_and_reason_or_nothing_n4_o4(raw: bytes | str) -> None:
    told = ari.read(raw)
    assert told is None or (isinstance(told, Problem) and told.field and told.reason)


@given(event=st.sampled_from(EVENTS), at=st.integers(0, 2_000))
def test_a_recorded_event_cut_anywhere_is_never_read_as_another_n4(event: str, at: int) -> None:
    whole, cut = ari.read(event), ari.read(event[:at])
    assert cut == whole if at >= len(event) else isinstance(cut, Problem)


@given(kind=kinds, channel=anything, playback=anything, digit=anything, cause=anything)
def test_fields_of_any_other_shape_are_refused_n4(
    kind: str, channel: object, playback: object, digit: object, cause: object
) -> None:
    fields = {"channel": channel, "playback": playback, "digit": digit, "cause": cause}
    told = ari.read(json.dumps({"type": kind, **fields}))
    assert told is None or isinstance(told, (Problem, *TOLD))


@given(answer=st.one_of(st.binary(max_size=100), anything.map(lambda v: json.dumps(v).encode())))
def test_what_is_no_list_of_channels_has_none_of_ours_n4(answer: bytes) -> None:
    assert ari.ours("eoc1", answer) == []


def test_the_channels_of_a_room_are_found_among_all_n4() -> None:
    """Other rooms, and the exchange itself, keep their calls."""
    own, other = ari.channel_id("eoc1", 7), ari.channel_id("eoc1-2", 7)
    listed = [{"id": "1763842.1"}, {"id": own}, {"id": other}, {"name": "x"}, "junk"]
    assert ari.ours("eoc1", json.dumps(listed).encode()) == [own]
