"""What was tried on every channel is shown, and is never taken for told (N3, N4, N5, E3)."""

import pytest

from middleware.console.rows import incident_row, source_row
from middleware.console.told import Told, told, told_in_words, ways_in_words
from middleware.domain.wording_channels import DELIVERY
from middleware.flow.timeline import build
from schemas.delivery import Delivery
from schemas.service import SourceConnected
from tests.room import Room
from tests.said import HIGH_STREET, MILL_LANE, marker
from tests.telling import SEVERAL, attempted, consumed, crew, reported


@pytest.fixture
def room() -> Room:
    """A single responder, told by radio, call and MDT at once."""
    room = Room(SEVERAL)
    room.marker_put(marker("M1", HIGH_STREET))
    room.happens(room.cad.opened(HIGH_STREET, (crew(single_responder=True),), at=room.now))
    for channel in ("radio", "voice"):
        room.happens(attempted(room.note(), channel))
    return room


@pytest.mark.parametrize("state", Delivery)
def test_n3_a_report_is_shown_and_is_no_acknowledgement(room: Room, state: Delivery) -> None:
    room.happens(reported(room.note(), "radio", state))
    row = incident_row(room.state, room.incident().id, room.now.date())

    assert row is not None
    (note,) = row["crews"][0]["notes"]
    assert f"radio: {DELIVERY[state]}; voice: under way" in note["words"]
    assert told(room.note()) not in (Told.SHOWN, Told.ACKNOWLEDGED)


def test_n3_what_the_radio_showed_is_not_said_to_be_on_the_mdt(room: Room) -> None:
    room.happens(consumed(room.note(), "radio"))

    assert told_in_words(room.note()) == "shown by radio, not yet acknowledged"


def test_n3_what_the_radio_showed_is_not_said_to_be_merely_sent(room: Room) -> None:
    room.happens(reported(room.note(), "radio", Delivery.SENT))
    room.happens(consumed(room.note(), "radio"))

    assert ways_in_words(room.note()) == "radio: shown; voice: under way"


def test_n3_an_mdt_alone_says_nothing_of_ways() -> None:
    room = Room()
    room.marker_put(marker("M1", HIGH_STREET))
    room.incident_opened(HIGH_STREET, "A1")

    assert ways_in_words(room.note()) == ""


def test_e3_the_timeline_tells_every_attempt_and_what_stands_in_the_cad(room: Room) -> None:
    room.happens(reported(room.note(), "voice", Delivery.BUSY))
    room.address_changed(MILL_LANE)
    words = [line.words for line in build(room.entries, "1")]

    assert "to be written into the CAD: marker M1" in words
    assert "A1: attempt 1 by voice" in words
    assert "A1: voice: engaged" in words
    assert "to be taken out of the CAD: the address was corrected" in words


def test_e3_the_timeline_tells_what_does_not_reach_the_crew() -> None:
    room = Room(SEVERAL)
    room.marker_put(marker("M1", HIGH_STREET))
    alone = crew(single_responder=True, phone=None)
    room.happens(room.cad.opened(HIGH_STREET, (alone,), at=room.now))
    words = [line.words for line in build(room.entries, "1")]

    assert "A1: voice does not reach the crew (rung 2)" in words


def test_o1_a_radio_is_a_way_out_on_the_screen_too(room: Room) -> None:
    for name in ("radio", "cad", "elsewhere"):
        room.happens(SourceConnected(source=name, id=name, occurred_at=room.now))
    ways = {name: source_row(room.state, name, room.now.date()) for name in ("radio", "cad")}

    assert all(row and row["channel"] for row in ways.values())
    elsewhere = source_row(room.state, "elsewhere", room.now.date())
    assert elsewhere
    assert not elsewhere["channel"]
