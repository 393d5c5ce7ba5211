"""The CAD contract, message by message (C1)."""

import json
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from adapters.codecs import cad, cad_stream
from middleware.ports import Problem, Standing, Submitted
from schemas.check import Whereabouts
from schemas.events import CAD_TYPES
from schemas.incident import IncidentOpened, Resource, ResourceAssigned, ResourceAtScene
from tests.cad import CANARY, message, resource_message


def read(raw: bytes) -> cad.Read:
    outcome = cad.read(raw, "cad_test")
    assert isinstance(outcome, cad.Read), outcome
    return outcome


def refused(raw: bytes) -> Problem:
    outcome = cad.read(raw, "cad_test")
    assert isinstance(outcome, Problem), outcome
    return outcome


def test_c1_an_opened_incident_is_read_with_everything_the_contract_has() -> None:
    place = {
        "address": "Flat 2, 31 Chapel Row", "postcode": "CT97 3QR", "uprn": "10090200342",
        "latitude": 51.37, "longitude": 1.2, "phone": "07700 900114", "person": "a caller",
    }  # fmt: skip
    resources = [{"callsign": "A100"}, {"callsign": "R2", "mdt": "M2", "single_responder": True}]
    raw = message(place=place, priority="C2", nature="Fall", resources=resources)
    assert read(raw) == cad.Read(
        IncidentOpened(
            source="cad_test", id="2026-11-22/000001", revision=1,
            occurred_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC), number="000001",
            service_day=date(2026, 11, 22),
            place=Whereabouts(
                address="Flat 2, 31 Chapel Row", postcode="CT97 3QR", uprn="10090200342",
                latitude=51.37, longitude=1.2, phone="07700 900114", person="a caller",
            ),
            priority="C2", nature="Fall",
            resources=(
                Resource(callsign="A100"),
                Resource(callsign="R2", mdt="M2", single_responder=True),
            ),
        ),
        unknown=0,
    )  # fmt: skip


@pytest.mark.parametrize("kind", CAD_TYPES)
def test_c1_every_message_type_is_read_as_its_event(kind: str) -> None:
    write = resource_message if kind.startswith("resource.") else message
    event = read(write(kind)).event
    assert type(event) is CAD_TYPES[kind]
    assert event.source == "cad_test"


def test_c1_a_resource_is_named_whole_when_assigned_and_by_call_sign_after() -> None:
    assigned = read(resource_message("resource.assigned")).event
    there = read(resource_message("resource.at_scene")).event
    assert isinstance(assigned, ResourceAssigned)
    assert isinstance(there, ResourceAtScene)
    assert assigned.resource.callsign == there.callsign == "A100"


def test_c1_any_utc_offset_is_understood_and_kept_in_utc() -> None:
    event = read(message(occurred_at="2026-07-01T10:30:00.250+01:00")).event
    assert event.occurred_at == datetime(2026, 7, 1, 9, 30, 0, 250_000, tzinfo=UTC)
    assert event.occurred_at.tzinfo is UTC


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_c1_a_moment_outside_the_calendar_is_refused(when: str) -> None:
    assert refused(message(occurred_at=when)).field == "occurred_at"


def test_c1_unknown_fields_are_dropped_and_counted_wherever_they_are() -> None:
    raw = message(
        colour="red", place={"address": "1 Kiln Road", "what3words": "a.b.c", "floor": {"n": 2}},
        resources=[{"callsign": "A100", "depot": "x"}, {"callsign": "A101", "crew": ["x", "y"]}],
    )  # fmt: skip
    event, unknown = read(raw)
    assert unknown == 5
    assert isinstance(event, IncidentOpened)
    assert event.place.address == "1 Kiln Road"


def test_e2_a_message_cannot_say_that_another_source_said_it() -> None:
    event, unknown = read(message(source="console"))
    assert (event.source, unknown) == ("cad_test", 1)


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no contract": ({"contract": None}, "contract", "forewarn.cad/1"),
    "later contract": ({"contract": "forewarn.cad/2"}, "contract", "forewarn.cad/1"),
    "no type": ({"type": None}, "type", "incident.opened"),
    "unknown type": ({"type": "incident.exploded"}, "type", "incident.opened"),
    "our own type": ({"type": "marker.put"}, "type", "incident.opened"),
    "type of another kind": ({"type": ["incident.opened"]}, "type", "incident.opened"),
    "no time": ({"occurred_at": None}, "occurred_at", "datetime"),
    "time without offset": ({"occurred_at": "2026-11-22T09:30:00"}, "occurred_at", "UTC offset"),
    "time as a number": ({"occurred_at": 1_795_000_000}, "occurred_at", "datetime"),
    "empty id": ({"id": ""}, "id", "at least 1"),
    "long id": ({"id": "x" * 201}, "id", "at most 200"),
    "revision 0": ({"revision": 0}, "revision", "greater than or equal to 1"),
    "revision as text": ({"revision": "1"}, "revision", "integer"),
    "no such day": ({"service_day": "2026-02-30"}, "service_day", "date"),
    "place as text": ({"place": "1 Kiln Road"}, "place", "object"),
    "no place": ({"place": None}, "place", "object"),
    "latitude out of bounds": (
        {"place": {"latitude": -181.0}}, "place.latitude", "greater than or equal to -90"
    ),
    "uprn with zeros before": ({"place": {"uprn": "0010"}}, "place.uprn", "pattern"),
    "call sign that is no topic level": (
        {"resources": [{"callsign": "A1"}, {"callsign": "A/1"}]}, "resources.1.callsign", "pattern"
    ),
    "too many resources": (
        {"resources": [{"callsign": "A1"}] * 51}, "resources", "at most 50"
    ),
    "too long words": ({"nature": "x" * 2_001}, "nature", "at most 2000"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_c1_what_is_wrong_is_named_with_field_and_reason(wrong: str) -> None:
    changed, field, reason = WRONG[wrong]
    problem = refused(message(**changed))
    assert problem.field == field
    assert reason in problem.reason


def test_c1_a_missing_field_is_named_and_where_to_read_what_belongs_there() -> None:
    raw = json.loads(message())
    del raw["number"], raw["service_day"]
    problem = refused(json.dumps(raw).encode())
    assert problem.field == "number"
    assert "docs/cad-contract.md says of incident.opened" in problem.reason
    assert "1 more" in problem.reason


@pytest.mark.parametrize(
    "raw",
    [
        b"", b" ", b"{", b"null", b"7", b'"x"', b"[]", b"\xff\xfe", b"{}{}", b"NaN",
        message() + b"x", message()[:-1], message().decode().encode("utf-16"),
        b'{"contract":"\xed\xa0\x80"}', b'{"contract":"\\ud800"}', b'{"a":' * 2_000,
    ],
)  # fmt: skip
def test_c1_what_is_no_json_object_is_refused_as_a_whole(raw: bytes) -> None:
    assert refused(raw).field == "message"


def test_o4_a_message_has_a_bound_in_bytes() -> None:
    full = message(extra="x" * (cad.LIMIT - len(message(extra=""))))
    assert len(full) == cad.LIMIT
    assert read(full).unknown == 1
    assert "65536 bytes" in refused(full + b" ").reason


def nested(depth: int) -> Any:
    return [nested(depth - 1)] if depth else []


def test_o4_a_message_has_a_bound_in_depth() -> None:
    assert read(message(extra=nested(cad.DEPTH - 2))).unknown == 1
    problem = refused(message(extra=nested(cad.DEPTH - 1)))
    assert (problem.field, "deeper than 8" in problem.reason) == ("message", True)


def test_c1_a_key_that_comes_twice_is_read_once_the_last_one_counts() -> None:
    raw = message().replace(b'"revision": 1', b'"revision": 1, "revision": 2')
    assert read(raw).event.revision == 2


def test_e1_no_reason_holds_a_value() -> None:
    for changed in (
        {"place": {"postcode": CANARY}}, {"occurred_at": CANARY}, {"type": CANARY},
        {"contract": CANARY}, {"resources": [{"callsign": CANARY}]}, {"service_day": CANARY},
        {"revision": CANARY}, {"place": CANARY},
    ):  # fmt: skip
        problem = refused(message(**changed))
        assert CANARY not in problem.field + problem.reason
    assert CANARY not in refused(message()[:-1] + CANARY.encode()).reason


@pytest.mark.parametrize("standing", [s for s in Standing if s is not Standing.REFUSED])
def test_c1_the_answer_repeats_id_and_revision_with_standing_and_position(
    standing: Standing,
) -> None:
    answer = orjson.loads(cad.standing(read(message(revision=3)).event, Submitted(standing, 17)))
    error = answer.pop("error", None)
    assert answer == {
        "id": "2026-11-22/000001", "revision": 3, "standing": standing.value, "position": 17,
    }  # fmt: skip
    assert (error is not None) == (standing is Standing.CONFLICT)


def test_c1_the_answer_to_what_was_refused_says_where_it_lies() -> None:
    answer = cad.refusal(Problem("id", "is empty"), Submitted(Standing.REFUSED, 9))
    assert orjson.loads(answer) == {
        "error": {"field": "id", "reason": "is empty"}, "standing": "refused", "position": 9,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "beats"),
    [
        (b'{"heartbeat":true}', True),
        (b'  {"heartbeat": true}\r', True),
        (b'{"heartbeat":false}', False),
        (b'{"heartbeat":true,"id":"x"}', False),
        (b'"heartbeat"', False),
        (b'{"heartbeat":', False),
        (message(nature="heartbeat"), False),
    ],
)
def test_o1_a_heartbeat_is_exactly_that(line: bytes, beats: bool) -> None:
    assert cad_stream.is_heartbeat(line) is beats


def test_e2_hello_carries_the_token() -> None:
    assert cad_stream.hello_token(b'{"hello":{"token":"abc"}}') == "abc"
    for line in (b"", b"{", b"[]", b"7", b"{}", b'{"hello":7}', b'{"hello":{"token":null}}'):
        problem = cad_stream.hello_token(line)
        assert isinstance(problem, Problem)
        assert problem.field == "hello.token"


@pytest.mark.parametrize(
    ("radio", "phone", "issi", "number"),
    [
        ("1234567", "07700 900123", "1234567", "+447700900123"),
        ("09011638301234567", "+44 7700 900123", "1234567", "+447700900123"),
        ("00000042", "+447700900123", "42", "+447700900123"),
    ],
)
def test_n4_how_a_resource_is_reached_is_read_in_one_form(
    radio: str, phone: str, issi: str, number: str
) -> None:
    crew = {"callsign": "R201", "radio": radio, "phone": phone, "single_responder": True}
    event = read(resource_message("resource.assigned", resource=crew)).event
    assert isinstance(event, ResourceAssigned)
    assert (event.resource.radio, event.resource.phone) == (issi, number)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("radio", "0"),
        ("radio", "99999999"),
        ("radio", "12a"),
        ("phone", "999"),
        ("phone", "ring me"),
    ],
)
def test_n4_what_reaches_nobody_is_refused_with_its_field(field: str, value: str) -> None:
    wrong = {"callsign": "R201", field: value}
    problem = refused(resource_message("resource.assigned", resource=wrong))
    assert problem.field == f"resource.{field}"
    assert value not in problem.reason
