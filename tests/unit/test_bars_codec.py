"""BaRS: a referral becomes an incident, with the traps of real bundles (C1, C3, C4)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.codecs import bars
from adapters.codecs.contract import Read
from middleware.ports import Problem
from schemas.check import Whereabouts
from schemas.incident import IncidentClosed, IncidentOpened
from tests.bars import (
    REQUEST,
    bundle,
    care_plan,
    encounter,
    flag,
    header,
    location,
    patient,
    request,
)


def read(raw: bytes) -> Read:
    told = bars.read(raw, "bars")
    assert isinstance(told, Read), told
    return told


def opened(*resources: dict[str, Any]) -> IncidentOpened:
    event = read(bundle(*resources)).event
    assert isinstance(event, IncidentOpened)
    return event


def referral(*more: dict[str, Any], **where: Any) -> IncidentOpened:
    return opened(header(), request(), location(**where), *more)


def refused(raw: bytes) -> Problem:
    told = bars.read(raw, "bars")
    assert isinstance(told, Problem)
    return told


def test_c1_a_referral_is_an_incident_with_its_place_person_number_and_priority() -> None:
    told = read(bundle())
    assert told.unknown == 0
    assert told.event == IncidentOpened(
        source="bars", id=REQUEST, revision=1_795_408_800_250, number=REQUEST,
        occurred_at=datetime(2026, 11, 23, 4, 40, 0, 250_000, UTC), service_day=date(2026, 11, 23),
        place=Whereabouts(
            address="Flat 2, 31 Chapel Row, Saltby, CT97 3QR", postcode="CT97 3QR",
            uprn="10090200342", latitude=51.371, longitude=1.204, phone="01632 960114",
            person="Julie Marchbanks",
        ),
        priority="C3",
        nature="scene safe, as the sender says · call-assist · Two crews asked for"
        " · sender's reference EOC-4711",
    )  # fmt: skip


def test_o4_the_same_again_is_the_same_and_a_later_message_has_a_higher_revision() -> None:
    once, again = read(bundle()).event, read(bundle()).event
    later = read(bundle(sent="2026-11-23T04:41:00+00:00")).event
    assert once == again
    assert (later.id, later.revision > once.revision) == (once.id, True)


@pytest.mark.parametrize(
    ("reason", "status"),
    [("update", "revoked"), ("new", "entered-in-error"), ("update", "completed"),
     ("delete", "active")],
)  # fmt: skip
def test_c1_a_referral_that_is_over_closes_its_incident(reason: str, status: str) -> None:
    """Also when nothing stands in the bundle but the request."""
    before = opened()
    event = read(bundle(header(reason), request(status=status), sent="2026-11-23T05:00:00Z")).event
    assert isinstance(event, IncidentClosed)
    assert (event.number, event.service_day) == (before.number, before.service_day)


def test_the_day_is_that_of_the_request_in_london() -> None:
    """So that a message after midnight is about the same incident."""
    late = request(authoredOn="2026-07-01T23:30:00Z")
    assert opened(header(), late, location()).service_day == date(2026, 7, 2)
    unsaid = request(authoredOn="some day")
    assert opened(header(), unsaid, location()).service_day == date(2026, 11, 23)


# --- scene safety -----------------------------------------------------------------------


def nature(*flags: dict[str, Any]) -> str:
    return referral(*flags).nature or ""


def test_c4_a_flag_that_the_scene_is_safe_is_no_danger_and_no_answer_of_a_check() -> None:
    """The standard's own example has it active: that there is a flag says nothing."""
    assert nature(flag("S")).startswith("scene safe, as the sender says · ")
    assert "SCENE" not in nature(flag("S"))
    assert "cleared" not in nature(flag("S")).lower()


def test_what_makes_the_scene_unsafe_stands_first() -> None:
    said = nature(flag("S"), flag("U", text="man with a knife"))
    assert said.startswith("SCENE NOT SAFE, as the sender says: man with a knife · scene safe")


@pytest.mark.parametrize("code", ["U", "Z9", ""])
def test_c4_a_code_that_is_not_known_is_never_taken_as_safe(code: str) -> None:
    assert nature(flag(code)).startswith("SCENE MAY NOT BE SAFE")


@pytest.mark.parametrize(
    "other",
    [flag("U", "old", status="inactive"), flag("U", "x", category=[])],
    ids=["ended", "other"],
)
def test_flags_that_ended_or_are_about_something_else_say_nothing_of_the_scene(
    other: dict[str, Any],
) -> None:
    assert nature(other) == nature()


def test_a_flag_is_known_by_its_profile_too() -> None:
    profile = "https://fhir.nhs.uk/StructureDefinition/BARSFlag-scene-safety"
    assert "dog" in nature(flag("U", "dog", category=[], meta={"profile": [profile]}))


def test_long_words_are_cut_and_the_scene_stands_first() -> None:
    said = nature(flag("U", "knife " * 1_000))
    assert len(said) == bars.MOST_WORDS
    assert said.startswith("SCENE NOT SAFE")


# --- where ------------------------------------------------------------------------------


def test_leading_zeros_of_a_uprn_are_none_of_it() -> None:
    assert referral(uprn="0008755622").place.uprn == "8755622"


@pytest.mark.parametrize("uprn", ["0000", "10090200342x", "1234567890123"])
def test_a_uprn_that_is_none_is_left_out_and_counted(uprn: str) -> None:
    told = read(bundle(header(), request(), location(uprn)))
    assert isinstance(told.event, IncidentOpened)
    assert (told.event.place.uprn, told.unknown) == (None, 1)


def test_swapped_coordinates_are_left_out_and_people_are_told() -> None:
    """As in the standard's own example; they are never turned round."""
    event = referral(position={"longitude": 53.7995, "latitude": -1.5417})
    assert event.place.latitude is event.place.longitude is None
    assert (event.nature or "").endswith("position left out: latitude and longitude swapped")
    abroad = referral(position={"longitude": 2.35, "latitude": 48.85})
    assert (abroad.nature or "").endswith("position left out: not in the UK")


def test_parts_that_cannot_be_checked_here_are_counted() -> None:
    parts = [{"url": "https://x/eastings", "valueString": "0.33424"},
             {"url": "https://x/what3words", "valueString": "a.b.c"}]  # fmt: skip
    told = read(bundle(header(), request(), location(extension=parts)))
    assert told.unknown == 2


def test_the_whole_address_is_read_once() -> None:
    text = {"text": "Rowan House, 4 Marram Street, Saltby, CT97 1AB", "postalCode": "CT97 1AB"}
    place = referral(name="Rowan House", address=text).place
    assert place.address == "Rowan House, 4 Marram Street, Saltby, CT97 1AB"
    beside = referral(name="Rowan House", address={"line": ["4 Marram Street"]}).place
    assert beside.address == "Rowan House, 4 Marram Street"


def test_the_incidents_location_is_told_from_others() -> None:
    other = location(id="rvp", address={"text": "Fire station"}, uprn=None)
    assert "Chapel Row" in (opened(header(), request(), other, location()).place.address or "")
    unnamed = request(locationReference=[])
    met = encounter() | {"location": [{"location": {"reference": "Location/rvp"}}]}
    assert opened(header(), unnamed, location(), other, met).place.address == "Fire station"
    several = refused(bundle(header(), unnamed, location(), other))
    assert several.field == "ServiceRequest.locationReference"


def test_without_a_location_number_and_person_are_checked() -> None:
    place = opened(header(), request(), patient()).place
    assert (place.phone, place.person, place.address) == ("01632 960114", "Julie Marchbanks", None)
    assert refused(bundle(header(), request())).field == "Location"


def test_the_priority_of_the_request_stands_in_where_the_programme_gives_none() -> None:
    assert referral(care_plan("C1")).priority == "C1"
    urgent = request(priority="asap")
    assert opened(header(), urgent, location()).priority == "asap"


# --- what is refused, and what is counted -----------------------------------------------


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"{", "message"),
        (b"[]", "Bundle"),
        (bundle(type="collection"), "Bundle.type"),
        (bundle(sent=None), "Bundle.meta.lastUpdated"),
        (bundle(sent="2026-11-23T04:40:00"), "Bundle.meta.lastUpdated"),
        (bundle(sent="0001-01-01T00:00:00+14:00"), "Bundle.meta.lastUpdated"),
        (bundle(request(), location()), "MessageHeader"),
        (bundle(header(event="booking-request"), request()), "MessageHeader.eventCoding"),
        (bundle(header(key="other"), request()), "MessageHeader.focus"),
        (bundle(header(), request(), location(address={"line": "x"})), "Location.address.line"),
        (b" " * (bars.LIMIT + 1), "message"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_field(raw: bytes, field: str) -> None:
    told = refused(raw)
    assert told.field == field
    assert len(told.reason) > 10


def test_what_nobody_knows_is_counted_and_not_refused() -> None:
    """C1: tolerant reading."""
    strange = {"resourceType": "Spaceship", "id": "x"}
    assert read(bundle(header(), request(warp=9), location(), strange)).unknown == 2
