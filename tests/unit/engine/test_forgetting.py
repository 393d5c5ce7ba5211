"""The working state holds what is live, and lets go of the rest (O4, N7)."""

import pytest

from schemas import decision as d
from tests import said
from tests.room import Room, made
from tests.said import HIGH_STREET, MILL_LANE, marker


@pytest.fixture
def room() -> Room:
    """A crew was told, and the incident is closed."""
    room = Room()
    room.marker_put(marker("M1", HIGH_STREET))
    room.incident_opened(HIGH_STREET, "A1")
    return room


def removed(room: Room) -> None:
    note = room.note()
    room.happens(said.displayed(note.device, note.id, note.revision, room.now, kind="removed"))


def test_o4_a_finished_incident_is_forgotten_with_all_that_hangs_on_it(room: Room) -> None:
    room.closed()
    removed(room)
    assert made(room.wait(hours=1), d.Forgotten)

    state = room.state
    assert not (state.incidents)
    assert not (state.by_number)
    assert not (state.notes)
    assert not (state.by_device)
    assert state.timers.keys() == {"day"}


def test_o4_nothing_live_is_forgotten(room: Room) -> None:
    room.incident_opened(MILL_LANE, number="2")
    room.wait(days=3)

    assert {i.number for i in room.state.incidents.values()} == {"1", "2"}


@pytest.mark.parametrize("displayed", [True, False])
def test_n7_what_a_device_may_still_show_is_not_forgotten(room: Room, displayed: bool) -> None:
    """That its receipt has not come proves nothing: it may be in a tunnel, showing the note."""
    if displayed:
        room.displayed(room.note())
    room.closed()
    room.wait(hours=5)
    assert room.state.notes
    removed(room)
    room.wait(hours=1)

    assert not room.state.notes


def test_o4_a_note_that_ran_out_needs_no_answer_of_the_device(room: Room) -> None:
    """The device drops it by itself: its expiry is in the note."""
    room.displayed(room.note())
    room.closed()
    room.wait(hours=14)

    assert not room.state.notes


def test_c1_a_number_that_comes_again_after_that_is_a_new_incident(room: Room) -> None:
    first = room.incident().id
    room.closed()
    removed(room)
    room.wait(hours=2)
    room.incident_opened(HIGH_STREET)

    assert room.incident().id != first
