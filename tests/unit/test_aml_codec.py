"""AML, both forms: golden vectors, and what cannot be is refused with its reason (C2, C4)."""

import json
from datetime import UTC, datetime

import pytest

from adapters.codecs import aml
from adapters.codecs.contract import Read
from middleware.ports import Problem
from schemas.caller import CallerLocated, Circle, FixBy
from tests.aml import NUMBER, https, sms, sms_text

NOW = datetime(2026, 11, 23, 4, 30, 40, tzinfo=UTC)
FIXED_AT = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
PUBLISHED = (
    'A"ML=1;lt=+48.902963;lg=+2.516582;rd=1964;top=20220210134654;lc=95;pm=G;'
    "si=222222222222222;ei=333333333333333;mcc=208;mnc=01;ml=131"
)
"""As in public examples of ETSI TS 103 625, from Paris; its length is the one that it says."""


def read(raw: bytes) -> Read | Problem:
    return aml.read(raw, "aml", NOW)


def located(raw: bytes) -> CallerLocated:
    told = read(raw)
    assert isinstance(told, Read), told
    assert told.unknown == 0
    assert isinstance(told.event, CallerLocated)
    return told.event


@pytest.mark.parametrize("form", [False, True], ids=["JSON", "form"])
def test_the_sms_form_is_read(form: bool) -> None:
    event = located(sms(form=form))
    assert event.number == NUMBER
    assert event.circle == Circle(
        latitude=51.325099, longitude=-0.1278, radius_m=20, confidence=95, fix=FixBy.SATELLITE,
        fixed_at=FIXED_AT,
    )  # fmt: skip


def test_the_https_form_says_the_same() -> None:
    assert located(https()).circle == located(sms()).circle


def test_said_again_it_is_the_same_message_and_the_id_holds_no_number() -> None:
    """O4; ids are opaque."""
    once, again, later = located(sms()), located(sms()), located(sms(top="20261123043100"))
    assert once == again
    assert once.id != later.id
    assert NUMBER not in once.id
    assert NUMBER[1:] not in once.id


def test_the_published_example_has_the_length_it_says_and_lies_outside_our_area() -> None:
    assert sms_text().startswith('A"ML=1;lt=')
    told = read(json.dumps({"from": NUMBER, "message": PUBLISHED}).encode())
    assert told == Problem("latitude", "and longitude lie outside the area of this service")


@pytest.mark.parametrize(
    ("raw", "field", "reason"),
    [
        (sms(lt="-0.127800", lg="+51.325099"), "latitude", "are swapped"),
        (https(location_latitude="-1.54", location_longitude="53.79"), "latitude", "are swapped"),
        (sms(lt="+00.000000", lg="+00.000000"), "latitude", "outside the area"),
        (sms(lt="+99.000000"), "latitude", "outside the area"),
        (sms(lt="nan"), "latitude", "no number"),
        (sms(lt="inf"), "latitude", "no number"),
        (sms(lt=None), "latitude", "is missing"),
        (sms(rd=None), "radius", "is missing"),
        (sms(rd="0"), "radius_m", "not possible"),
        (sms(rd="-20"), "radius_m", "not possible"),
        (sms(pm="N"), "pm", "found no position"),
        (sms(ml="99"), "ml", "part of it is missing"),
        (sms(number="anonymous"), "number", "is missing"),
        (sms(number="7" * 50), "number", "at most 40"),
        (b'{"number": "07700900123", "text": "Help me"}', "text", "no AML"),
        (b'{"number": "07700900123", "text": "A\\"ML=2;lt=1"}', "text", "version"),
        (sms(number=NUMBER).replace(b";lg=", b";lt="), "text", "twice"),
        (b"nothing", "message", "neither"),
        (b"{", "message", "not JSON"),
        (b"\xff", "message", "not UTF-8"),
        (b"x" * 20_000, "message", "longer"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_is_refused_with_field_and_reason(
    raw: bytes, field: str, reason: str
) -> None:
    """Swapped and impossible coordinates are caught; a text that was cut is seen by its length."""
    told = read(raw)
    assert isinstance(told, Problem), told
    assert told.field == field
    assert reason in told.reason


def test_a_date_that_cannot_be_read_leaves_the_position() -> None:
    """One endpoint's own sample has an ill-formed date."""
    assert located(https(location_time="2022-13-45 99:00")).circle.fixed_at is None
    assert located(https(location_time=None)).circle.fixed_at is None
    assert located(https(location_time="2026-11-23T04:30:00Z")).circle.fixed_at == FIXED_AT


def test_fields_that_nobody_knows_are_counted() -> None:
    told = read(https(location_mood="good", weather="wet"))
    assert isinstance(told, Read)
    assert told.unknown == 2


@pytest.mark.parametrize(
    ("given", "per_cent"), [("95", 95), ("0.95", 95), ("1", 100), ("0", None), ("", None)]
)
def test_confidence_is_per_cent_or_a_part_of_one(given: str, per_cent: int | None) -> None:
    assert located(https(location_confidence=given)).circle.confidence == per_cent
