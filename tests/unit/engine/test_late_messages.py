"""What comes late is not lost: a later message about something else leaves it true (O4)."""

from middleware.engine.seen import Again, Seen, digest
from schemas.event import Event
from schemas.incident import IncidentOpened
from tests.room import Room
from tests.said import DAY, HIGH_STREET, MILL_LANE, START, Cad, marker, resource


def stands_after(earlier: Event, later: Event) -> Again:
    seen = Seen()
    seen.note(earlier, digest(earlier), 1, START, Room().state.rules.same_again)
    return seen.look_up(later, digest(later))[0]


def test_o4_an_address_that_comes_after_a_newer_priority_counts() -> None:
    cad = Cad()
    address, facts = cad.address_changed(MILL_LANE), cad.updated("fall")

    assert stands_after(facts, address) is Again.NEW


def test_o4_an_address_that_comes_after_a_newer_address_is_superseded() -> None:
    cad = Cad()
    old, new = cad.address_changed(MILL_LANE), cad.address_changed(HIGH_STREET)

    assert stands_after(new, old) is Again.OLDER


def test_o4_what_was_said_before_the_end_and_comes_after_it_is_superseded() -> None:
    """Else an incident that is over would be live for ever."""
    cad = Cad()
    before, closed = (cad.opened(), cad.address_changed(MILL_LANE)), cad.closed()

    assert [stands_after(closed, late) for late in before] == [Again.OLDER, Again.OLDER]
    assert stands_after(closed, cad.opened()) is Again.NEW, "opened again later is news"


def test_o4_an_opening_that_comes_late_brings_back_no_old_nature() -> None:
    room = Room()
    opened, updated = room.cad.opened(), room.cad.updated("chest pain")
    room.happens(updated)
    room.happens(opened.model_copy(update={"nature": "fall", "priority": "C2"}))

    assert (room.incident().nature, room.incident().priority) == ("chest pain", "C2")


def test_n3_an_opening_that_comes_late_tells_its_resources_of_the_place_as_it_is_now() -> None:
    room = Room()
    room.marker_put(marker("M1", HIGH_STREET))
    room.happens(room.cad.opened(number="2"))
    room.happens(room.cad.address_changed(HIGH_STREET).model_copy(update={"revision": 5}))
    late = room.cad.opened(MILL_LANE, (resource("A1"),)).model_copy(update={"revision": 1})
    assert isinstance(late, IncidentOpened)
    room.happens(late)

    incident = room.state.incidents[room.state.by_number[("cad", "1", DAY)]]
    assert incident.place.address == HIGH_STREET
    assert [room.state.notes[n].callsign for n in incident.notes] == ["A1"]
