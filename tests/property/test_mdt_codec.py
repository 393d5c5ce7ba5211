"""Whatever a device sends, it is read or refused; what is written is read back (O4)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import mdt
from adapters.codecs.mdt import Heard
from middleware.ports import Problem
from schemas.base import CODE
from schemas.delivery import NoteAcknowledged, NoteDisplayed
from schemas.mdt import BY_A_PERSON, HIGHEST_REVISION, UP, DeviceNote, ReceiptKind
from schemas.mistake import CrewReportedMistake

ARRIVED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
leaves = st.sampled_from(UP)
codes = st.from_regex(CODE, fullmatch=True)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    ["contract", "kind", "note", "revision", "by", "session", "ask", "said", "state", "incident"]
)
near_misses = st.dictionaries(
    names, json_values | st.sampled_from(["displayed", "wrong_address", "gone_in", "n1"])
).map(lambda fields: {**fields, "contract": "forewarn.mdt/1"})


@st.composite
def receipts(draw: st.DrawFn) -> dict[str, Any]:
    said: dict[str, Any] = {
        "contract": "forewarn.mdt/1",
        "kind": draw(st.sampled_from(ReceiptKind)).value,
        "note": draw(codes),
        "revision": draw(st.integers(1, HIGHEST_REVISION)),
    }
    if said["kind"] in BY_A_PERSON:
        said["by"] = draw(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200)
        )
    return said


def read(raw: bytes, leaf: str = "receipts", device: str = "A101") -> Heard | Problem:
    topic = mdt.topic("eoc1", device, leaf)
    result = mdt.read("eoc1", topic, raw, "mdt", ARRIVED)
    assert isinstance(result, Heard | Problem)
    return result


@given(st.binary(max_size=200), leaves)
def test_junk_is_refused(raw: bytes, leaf: str) -> None:
    assert isinstance(read(raw, leaf), Problem)


@given(near_misses, leaves)
def test_what_is_almost_a_message_is_read_or_refused(said: dict[str, Any], leaf: str) -> None:
    read(json.dumps(said).encode(), leaf)


@given(receipts(), st.data())
def test_a_message_cut_anywhere_is_refused(said: dict[str, Any], data: st.DataObject) -> None:
    raw = json.dumps(said).encode()
    cut = data.draw(st.integers(0, len(raw) - 1))
    assert isinstance(read(raw[:cut]), Problem)


@given(receipts(), codes)
def test_a_receipt_is_read_as_it_was_said(said: dict[str, Any], device: str) -> None:
    result = read(json.dumps(said).encode(), device=device)
    assert isinstance(result, Heard)
    event = result.event
    assert isinstance(event, NoteDisplayed | NoteAcknowledged | CrewReportedMistake)
    assert (event.device, event.note, event.note_revision) == (
        device, said["note"], said["revision"],
    )  # fmt: skip
    assert getattr(event, "by", None) == said.get("by")
    assert getattr(event, "says", said["kind"]) == said["kind"]
    assert result.taken
    taken = json.loads(mdt.write(result.taken))
    assert taken == {name: value for name, value in said.items() if name != "by"}


@given(st.lists(receipts(), min_size=2, max_size=8), codes, codes)
def test_two_receipts_are_one_message_exactly_when_they_say_the_same(
    said: list[dict[str, Any]], one: str, other: str
) -> None:
    ids: dict[str, tuple[Any, ...]] = {}
    for device in (one, other):
        for receipt in said:
            result = read(json.dumps(receipt).encode(), device=device)
            assert isinstance(result, Heard)
            key = (device, receipt["kind"], receipt["note"], receipt["revision"])
            assert ids.setdefault(result.event.id, key) == key


@given(st.text(max_size=80))
def test_no_topic_is_taken_for_a_device_that_could_not_have_an_account(topic: str) -> None:
    assert mdt.device_of("eoc1", topic) is None


@given(
    st.builds(
        DeviceNote,
        note=codes,
        revision=st.integers(1, 2**31),
        incident=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200),
        callsign=codes,
        expires_at=st.integers(0, 10**6).map(lambda s: ARRIVED + timedelta(seconds=s)),
        withdrawn=st.booleans(),
        headline=st.text(st.characters(exclude_categories=["Cs"]), max_size=2000),
    )
)
def test_a_note_written_is_the_note_read(note: DeviceNote) -> None:
    assert DeviceNote.model_validate_json(mdt.write(note)) == note
