"""A note that is no longer true is withdrawn from everywhere it went (N7)."""

import pytest

from middleware.domain.rules import CONSOLE, Rules, Rung
from middleware.engine.state import Phase
from schemas import decision as d
from schemas.check import NotChecked, Outcome
from tests.matching import NOT_AN_ADDRESS
from tests.room import RULES, Room, made
from tests.said import HIGH_STREET, MILL_LANE, marker


@pytest.fixture
def room() -> Room:
    """A crew has been told about the marker at 14 High Street."""
    room = Room()
    room.marker_put(marker("M1", HIGH_STREET))
    room.incident_opened(HIGH_STREET, "A1")
    return room


def withdrawn_timers(room: Room, note: str) -> bool:
    return not {f"rung:{note}", f"expire:{note}"} & room.state.timers.keys()


def test_n7_the_address_was_corrected(room: Room) -> None:
    entry = room.address_changed(MILL_LANE)

    note = room.note()
    assert [(w.note, w.revision, w.reason) for w in made(entry, d.NoteWithdrawn)] == [
        (note.id, 2, d.Ended.ADDRESS_CHANGED)
    ]
    assert note.phase is Phase.WITHDRAWN
    assert withdrawn_timers(room, note.id)


def test_n7_c3_corrected_to_another_marked_address(room: Room) -> None:
    room.marker_put(marker("M2", MILL_LANE))
    entry = room.address_changed(MILL_LANE)

    assert [w.note for w in made(entry, d.NoteWithdrawn)] == [room.note(marker="M1").id]
    assert [n.note for n in made(entry, d.NoteIssued)] == [room.note(marker="M2").id]


def test_n7_c4_an_address_nobody_understands_withdraws_and_says_so(room: Room) -> None:
    entry = room.address_changed(NOT_AN_ADDRESS)

    (assessed,) = made(entry, d.Assessed)
    assert assessed.outcome is Outcome.NOT_CHECKED
    assert assessed.reason is NotChecked.ADDRESS_NOT_UNDERSTOOD
    assert room.note().ended is d.Ended.ADDRESS_CHANGED


def test_n7_the_crew_was_stood_down(room: Room) -> None:
    room.assigned("A2")
    room.stood_down("A1")

    assert room.note("A1").ended is d.Ended.STOOD_DOWN
    assert room.note("A2").ended is None


def test_n7_the_crew_is_clear(room: Room) -> None:
    room.at_scene("A1")
    room.cleared("A1")

    assert room.note("A1").ended is d.Ended.CLEARED


def test_n7_the_incident_was_closed(room: Room) -> None:
    room.assigned("A2")
    room.closed()

    assert {n.ended for n in room.state.notes.values()} == {d.Ended.INCIDENT_CLOSED}


def test_n7_the_marker_ended_withdraws_at_once(room: Room) -> None:
    """Not only when the index has caught up: the engine knows whom it told."""
    ended = room.happens(room.team.ended("M1"))

    assert [w.reason for w in made(ended, d.NoteWithdrawn)] == [d.Ended.MARKER_ENDED]


def test_n7_c3_the_marker_ended_and_the_flag_goes(room: Room) -> None:
    room.marker_ended("M1")

    assert room.incident().checked.outcome is Outcome.NONE_FOUND
    assert room.note().ended is d.Ended.MARKER_ENDED


def test_n7_c3_the_marker_no_longer_covers_the_address(room: Room) -> None:
    room.marker_put(marker("M1", MILL_LANE))

    assert room.note().phase is Phase.WITHDRAWN


def test_n7_answered_notes_are_withdrawn_too(room: Room) -> None:
    room.acknowledged(room.note())
    room.address_changed(MILL_LANE)

    assert room.note().phase is Phase.WITHDRAWN


def test_n7_a_duty_in_the_hands_of_a_person_ends_with_its_reason(room: Room) -> None:
    room.wait(minutes=1)
    room.task_taken(room.note())
    room.stood_down("A1")

    assert room.note().phase is Phase.WITHDRAWN


def test_n7_n3_sent_again_after_standing_down_the_crew_is_told_anew(room: Room) -> None:
    room.acknowledged(room.note())
    room.stood_down("A1")
    again = room.assigned("A1")

    (issued,) = made(again, d.NoteIssued)
    assert issued.revision == 3, "newer than the withdrawal, so that the device shows it"
    assert room.note().phase is Phase.OPEN


def test_n7_a_stage_repeated_withdraws_once(room: Room) -> None:
    room.stood_down("A1")

    assert not made(room.stood_down("A1"), d.NoteWithdrawn)


def test_n7_what_was_told_by_two_channels_is_taken_back_from_both() -> None:
    """Also when new content was sent in between, by the first of them."""
    ladder = (
        Rung(channel="mdt", wait=RULES.ladder[0].wait),
        Rung(channel="radio", wait=RULES.ladder[0].wait),
        Rung(channel=CONSOLE, wait=RULES.ladder[0].wait),
    )
    room = Room(Rules(ladder=ladder))
    room.marker_put(marker("M1", HIGH_STREET))
    room.incident_opened(HIGH_STREET, "A1")
    room.wait(minutes=1)
    room.marker_put(marker("M1", HIGH_STREET, what="and a dog"))
    room.closed()

    assert set(room.note().channels) >= {"mdt", "radio"}


def test_n7_a_note_whose_time_is_over_is_withdrawn_once_answered(room: Room) -> None:
    room.acknowledged(room.note())
    room.wait(hours=12)

    assert room.note().ended is d.Ended.EXPIRED


def test_n5_time_never_ends_a_duty_that_nobody_answered(room: Room) -> None:
    room.wait(hours=40)

    note = room.note()
    assert note.phase is Phase.OPEN
    assert note.task_times > 200, "the task was there all the time"
    assert note.revision == 4, "the crew was told again each time the note would have run out"
    assert note.expires_at > room.now, "what the crew may still answer must not look over"
