"""Two instances of a pair that were parted take the same in at other places, and something else at
the same place: ids follow from what was said (O4, N3; DESIGN, "The record")."""

from datetime import timedelta

from schemas import alarm as a
from schemas.decision import IncidentTaken, NoteIssued
from tests import alarms
from tests.room import Room, made
from tests.said import HIGH_STREET, START, marker


def parted(ahead: int) -> Room:
    """A writer that has taken in so much that the other one has not."""
    room = Room()
    room.marker_put(marker())
    for number in range(ahead):
        room.incident_opened("1 Elsewhere", number=f"9{number}")
    return room


def test_o4_the_same_incident_and_its_note_are_the_same_to_both() -> None:
    here, there = parted(0), parted(3)
    both = [room.incident_opened(HIGH_STREET, "A101", number="7") for room in (here, there)]
    assert both[0].position != both[1].position
    (one, other) = (made([entry], IncidentTaken)[0].incident for entry in both)
    assert one == other
    (one, other) = (made([entry], NoteIssued)[0].note for entry in both)
    assert one == other


def test_n3_another_incident_at_the_same_place_is_never_the_same() -> None:
    """Or a crew that was told of the one would count as told of the other."""
    here, there = parted(0), parted(0)
    both = [
        room.incident_opened(HIGH_STREET, "A101", number=number)
        for room, number in ((here, "7"), (there, "8"))
    ]
    assert both[0].position == both[1].position
    assert len({made([entry], IncidentTaken)[0].incident for entry in both}) == 2
    assert len({made([entry], NoteIssued)[0].note for entry in both}) == 2


def test_d1_an_alarm_is_that_of_its_press_wherever_it_lies() -> None:
    """A person who accepts it at one accepts no other one at the other."""
    here, there = parted(0), parted(3)
    press, another = alarms.pressed("1111111"), alarms.pressed("2222222")
    names = [
        made([room.happens(event)], a.AlarmRaised)[0].alarm
        for room, event in ((here, press), (there, press), (parted(0), another))
    ]
    assert names[0] == names[1] != names[2]


def test_a_number_that_comes_again_later_is_a_new_incident() -> None:
    early, late = Room(), Room(now=START + timedelta(hours=5))
    both = [room.incident_opened(HIGH_STREET, number="7") for room in (early, late)]
    assert len({made([entry], IncidentTaken)[0].incident for entry in both}) == 2
