"""Whatever a gateway sends is an event, or a problem that names field and remedy (D1, O4)."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs.contract import Read
from adapters.codecs.man_down import MAN_DOWN, may_be_emergency, radio_in
from middleware.ports import Problem
from schemas.safety import GATEWAY_TYPES, Issi
from tests.alarms import message

json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
fields = st.dictionaries(
    st.sampled_from(["radio", "id", "revision", "occurred_at", "position", "signal", "callsign"]),
    json_values,
)


def demand_sense(raw: bytes) -> None:
    outcome = MAN_DOWN.read(raw, "gateway")
    if isinstance(outcome, Problem):
        assert outcome.field
        assert outcome.reason
    else:
        assert isinstance(outcome, Read)
    may_be_emergency(raw)
    radio_in(raw)


@given(st.binary(max_size=200))
def test_d1_junk_is_never_a_crash(raw: bytes) -> None:
    demand_sense(raw)


@given(st.sampled_from(sorted(GATEWAY_TYPES)), fields)
def test_d1_any_values_of_known_fields_are_read_or_refused(kind: str, more: dict[str, Any]) -> None:
    demand_sense(message(kind, **more))


@given(st.integers(min_value=0, max_value=400))
def test_d1_a_press_that_is_cut_anywhere_is_still_an_emergency(cut: int) -> None:
    raw = message()[:cut]
    demand_sense(raw)
    assert may_be_emergency(raw)


@given(st.from_regex(r"[0-9]{1,17}", fullmatch=True))
def test_d1_every_form_of_a_number_is_one_radio(number: str) -> None:
    outcome = MAN_DOWN.read(message(radio=number), "gateway")
    assert isinstance(outcome, Read)
    short: Issi = outcome.event.model_dump()["radio"]
    assert number.endswith(short) or int(number[-8:]) == 0
    assert len(short) <= 8
