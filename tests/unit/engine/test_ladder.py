"""No acknowledgement in time leads to the next channel, then to a person (N5)."""

from datetime import timedelta

import pytest

from middleware.domain.rules import CONSOLE, Rules, Rung
from middleware.engine.state import Phase
from schemas import decision as d
from tests.room import Room, made, timer
from tests.said import HIGH_STREET, marker

MINUTE = timedelta(minutes=1)
THREE = Rules(
    ladder=(
        Rung(channel="mdt", wait=MINUTE),
        Rung(channel="radio", wait=2 * MINUTE),
        Rung(channel=CONSOLE, wait=3 * MINUTE),
    )
)


@pytest.fixture
def room() -> Room:
    """A crew is to be told; the ladder is MDT, radio, a person in the EOC."""
    room = Room(THREE)
    room.marker_put(marker("M1", HIGH_STREET))
    room.incident_opened(HIGH_STREET, "A1")
    return room


def test_n5_rung_by_rung_up_to_a_person(room: Room) -> None:
    assert room.note().rung == 0

    entered = made(room.wait(minutes=1), d.RungEntered)
    assert [(r.rung, r.channel) for r in entered] == [(1, "radio")]
    assert not room.note().task

    last = room.wait(minutes=2)
    assert [r.channel for r in made(last, d.RungEntered)] == [CONSOLE]
    assert [(t.note, t.times) for t in made(last, d.TaskRaised)] == [(room.note().id, 1)]


def test_n5_nothing_happens_before_its_time(room: Room) -> None:
    assert not room.wait(seconds=59.999)


def test_n5_the_task_is_raised_again_until_somebody_takes_it(room: Room) -> None:
    room.wait(minutes=3)
    assert [t.times for t in made(room.wait(minutes=9), d.TaskRaised)] == [2, 3, 4]
    room.task_taken(room.note(), by="Sam")

    assert not room.wait(hours=1)
    assert (room.note().phase, room.note().task_by) == (Phase.IN_HANDS, "Sam")


def test_n5_a_task_is_taken_by_one_person(room: Room) -> None:
    room.wait(minutes=3)
    room.task_taken(room.note(), by="Sam")
    second = room.task_taken(room.note(), by="Alex")

    assert [i.why for i in made(second, d.Ignored)] == [d.Why.ALREADY]
    assert room.note().task_by == "Sam"


def test_n5_a_task_that_was_never_raised_cannot_be_taken(room: Room) -> None:
    assert [i.why for i in made(room.task_taken(room.note()), d.Ignored)] == [d.Why.UNKNOWN]
    assert room.note().phase is Phase.OPEN


def test_n5_an_acknowledgement_stops_the_ladder(room: Room) -> None:
    room.wait(seconds=30)
    room.acknowledged(room.note())

    assert not room.wait(hours=1)


def test_n5_displayed_is_not_acknowledged(room: Room) -> None:
    """The screen showed it; whether anybody read it only a person can say (N3)."""
    room.displayed(room.note())

    assert made(room.wait(minutes=1), d.RungEntered)


def test_n5_a_crew_may_answer_after_a_person_took_the_task(room: Room) -> None:
    room.wait(minutes=3)
    room.task_taken(room.note())
    room.acknowledged(room.note(), by="S7")

    assert (room.note().phase, room.note().answered_by) == (Phase.ANSWERED, "S7")


def test_n5_a_stale_timer_changes_nothing(room: Room) -> None:
    name = f"rung:{room.note().id}"
    before = room.state.timers[name].revision
    room.wait(minutes=1)
    for revision in (before, 10_000):
        stale = room.happens(timer(name, revision, room.now))
        assert [i.why for i in made(stale, d.Ignored)] == [d.Why.STALE]
    unknown = room.happens(timer("rung:nobody", 1, room.now))
    assert [i.why for i in made(unknown, d.Ignored)] == [d.Why.STALE]


def test_n5_a_new_wording_starts_the_ladder_anew(room: Room) -> None:
    """A new revision is news: what was acknowledged was the old one."""
    room.acknowledged(room.note())
    room.marker_put(marker("M1", HIGH_STREET, what="knife seen"))

    note = room.note()
    assert (note.revision, note.phase, note.rung) == (2, Phase.OPEN, 0)
    assert made(room.wait(minutes=3), d.TaskRaised)


def test_n5_a_ladder_of_one_person_only() -> None:
    room = Room(Rules(ladder=(Rung(channel=CONSOLE, wait=MINUTE),)))
    room.marker_put(marker("M1", HIGH_STREET))
    opened = room.incident_opened(HIGH_STREET, "A1")

    assert [t.times for t in made(opened, d.TaskRaised)] == [1]
    assert [t.times for t in made(room.wait(minutes=2), d.TaskRaised)] == [2, 3]


def test_n5_a_shorter_ladder_after_a_restart_still_ends_at_a_person(room: Room) -> None:
    room.wait(minutes=1)
    ladder = (Rung(channel="mdt", wait=MINUTE), Rung(channel=CONSOLE, wait=MINUTE))
    room.starts(Rules(ladder=ladder))

    raised = made(room.wait(minutes=3), d.TaskRaised)
    assert [t.times for t in raised] == [1, 2]
    assert CONSOLE in room.note().channels
