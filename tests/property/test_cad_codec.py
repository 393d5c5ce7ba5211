"""Whatever comes on the wire, the codec says what it is, and crashes on nothing (C1, O4)."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import cad
from middleware.ports import Problem
from schemas.events import CAD_TYPES
from tests.cad import CANARY, message, resource_message

VALID = [message(kind) for kind in CAD_TYPES if kind.startswith("incident.")]
VALID += [resource_message(kind) for kind in CAD_TYPES if kind.startswith("resource.")]

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(CANARY)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)
FIELDS = st.sampled_from(
    ["contract", "type", "id", "revision", "occurred_at", "number", "service_day", "place",
     "priority", "nature", "resources", "resource", "callsign", "source", "extra"]
)  # fmt: skip


def outcome_of(raw: bytes) -> cad.Read | Problem:
    """Read or refused, never both, never neither; and a reason that a person can use."""
    outcome = cad.read(raw, "cad_test")
    if isinstance(outcome, Problem):
        assert outcome.field
        assert 10 < len(outcome.reason) < 2_000
        assert CANARY not in outcome.field + outcome.reason
    else:
        assert outcome.event.source == "cad_test"
        assert outcome.unknown >= 0
    return outcome


@given(st.binary(max_size=2_000))
def test_junk_is_refused(raw: bytes) -> None:
    assert isinstance(outcome_of(raw), Problem)


@given(JSON)
def test_json_that_is_no_message_is_refused(value: Any) -> None:
    assert isinstance(outcome_of(json.dumps(value).encode()), Problem)


@given(st.sampled_from(VALID), st.dictionaries(FIELDS, JSON, max_size=5))
def test_a_message_with_any_fields_changed_is_read_or_refused(
    raw: bytes, changed: dict[str, Any]
) -> None:
    outcome_of(json.dumps(json.loads(raw) | changed).encode())


@given(st.sampled_from(VALID), st.data())
def test_a_message_cut_anywhere_is_refused(raw: bytes, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(raw) - 1))
    assert isinstance(outcome_of(raw[:end]), Problem)


@given(st.sampled_from(VALID), st.data())
def test_a_message_with_a_byte_changed_is_read_or_refused(raw: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(raw) - 1))
    byte = data.draw(st.integers(0, 255))
    outcome_of(raw[:at] + bytes([byte]) + raw[at + 1 :])


@given(st.sampled_from(VALID), st.dictionaries(st.text(), JSON, max_size=5))
def test_what_nobody_knows_changes_nothing_that_is_known(raw: bytes, more: dict[str, Any]) -> None:
    known = json.loads(raw)
    bare, more = cad.read(raw, "cad_test"), {f"x-{name}": value for name, value in more.items()}
    full = cad.read(json.dumps(known | more).encode(), "cad_test")
    assert isinstance(bare, cad.Read)
    if isinstance(full, cad.Read):
        assert full == cad.Read(bare.event, len(more))
    else:
        assert full.field == "message", "only its size, depth or encoding can be wrong"


@given(st.lists(st.sampled_from(VALID) | st.binary(max_size=50), max_size=20))
def test_o4_accepted_and_refused_are_together_what_was_sent(lines: list[bytes]) -> None:
    outcomes = [outcome_of(line) for line in lines]
    read = sum(isinstance(outcome, cad.Read) for outcome in outcomes)
    refused = sum(isinstance(outcome, Problem) for outcome in outcomes)
    assert read + refused == len(lines)
    assert read == sum(line in VALID for line in lines)
