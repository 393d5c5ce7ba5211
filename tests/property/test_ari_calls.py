"""Whatever comes over the WebSocket becomes calls, or is refused, or says nothing (C2, O4)."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.codecs import ari
from adapters.codecs.ari import Message
from middleware.ports import Problem
from schemas.call import CallEvent
from tests.ami import NOW
from tests.ari import CALLER, HANDLER, PHONE, lines, told, translator

RECORDED = lines("abusive")
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
kinds = st.sampled_from(sorted(translator()._steps()))
channels = st.sampled_from([CALLER, HANDLER, PHONE]) | anything
fields = st.fixed_dictionaries(
    {"type": kinds},
    optional={
        "channel": channels, "caller": channels, "peer": channels, "transferee": channels,
        "transfer_target": channels, "transferer_first_leg": channels, "userevent": anything,
        "bridge": st.just({"id": "b1"}) | anything, "soft": anything, "cause_txt": anything,
        "eventname": st.sampled_from(["EmergencyCall", "CallWarning"]) | anything,
        "dialstatus": st.just("ANSWER") | anything, "result": st.just("Success") | anything,
    },
)  # fmt: skip


@given(junk=st.binary(max_size=300))
def test_junk_is_a_problem_with_field_and_reason(junk: bytes) -> None:
    read = ari.read_event(junk)
    assert isinstance(read, Message) or (read.field and read.reason)


@given(event=st.sampled_from(RECORDED), at=st.integers(0, 2_000))
def test_a_recorded_event_cut_anywhere_is_never_read_as_another(event: bytes, at: int) -> None:
    whole, cut = ari.read_event(event), ari.read_event(event[:at])
    assert cut == whole if at >= len(event) else isinstance(cut, Problem)


def test_what_is_too_long_is_refused() -> None:
    read = ari.read_event(b'{"type": "' + b"x" * ari.MOST_EVENT + b'"}')
    assert read == Problem("event", f"is longer than {ari.MOST_EVENT} bytes")


@settings(deadline=None)
@given(said=st.lists(fields, max_size=12))
def test_fields_of_any_shape_crash_nothing_and_no_refusal_repeats_them(
    said: list[dict[str, object]],
) -> None:
    for each in told([json.dumps(one).encode() for one in said]):
        assert isinstance(each, CallEvent) or not any(
            value in each.reason
            for one in said
            for value in one.values()
            if isinstance(value, str) and len(value) > 30
        )


@given(listed=anything, bridged=anything)
def test_a_list_of_any_shape_crashes_nothing(listed: object, bridged: object) -> None:
    rows = ari.read_list(json.dumps(listed).encode(), json.dumps(bridged).encode())
    assert rows is None or translator().reconcile(rows, NOW) == []
