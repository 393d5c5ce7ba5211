"""What follows from what the telephone exchange says (C2, C3, C4, N1, A1)."""

from typing import Any

import pytest

from schemas import call
from schemas import decision as d
from schemas.check import NotChecked, Outcome
from schemas.marker import Scope
from tests import said
from tests.room import Room, made
from tests.said import START, marker

NUMBER = "07700 900123"


@pytest.fixture
def room() -> Room:
    room = Room()
    room.marker_put(marker("M1", None, scope=Scope.PERSON, phones=(NUMBER,)))
    return room


def about(kind: type[call.CallEvent], what: str, **more: Any) -> call.CallEvent:
    return kind(source="telephony", id=f"1/{what}", occurred_at=START, call="1", **more)


def only_call(room: Room) -> Any:
    (known,) = room.state.calls.values()
    return known


def test_n1_a_call_from_a_known_number_is_flagged_as_possible(room: Room) -> None:
    """The number alone is advice to ask, never the flag (C4)."""
    rang = room.happens(said.rang(NUMBER))

    assert [a.outcome for a in made(rang, d.Assessed)] == [Outcome.POSSIBLE]


def test_c4_a_withheld_number_is_not_checked(room: Room) -> None:
    (assessed,) = made(room.happens(said.rang(None)), d.Assessed)

    assert (assessed.outcome, assessed.reason) == (
        Outcome.NOT_CHECKED,
        NotChecked.NOTHING_TO_CHECK,
    )


def test_c3_a_live_call_is_checked_again_when_a_marker_is_added(room: Room) -> None:
    room.happens(said.rang("01632 960001"))
    room.marker_put(marker("M2", None, scope=Scope.PERSON, phones=("01632 960001",)))

    assert only_call(room).checked.outcome is Outcome.POSSIBLE


def test_c4_a_call_whose_check_failed_is_checked_again(room: Room) -> None:
    room.not_checked = NotChecked.FAULT
    room.happens(said.rang(NUMBER))
    room.not_checked = None
    room.wait(seconds=5)

    assert only_call(room).checked.outcome is Outcome.POSSIBLE


def test_c2_who_answered_where_and_the_end(room: Room) -> None:
    room.happens(said.rang(NUMBER))
    room.happens(about(call.CallLeftQueue, "left", queue="999"))
    room.happens(about(call.CallAnswered, "answered", handler="Kim", position="P4"))
    room.happens(about(call.CallEnded, "ended", by="caller"))

    known = only_call(room)
    assert (known.handler, known.position, known.left_queue) == ("Kim", "P4", True)
    assert (known.ended_by, known.finished_at) == ("caller", room.now)


def test_c2_a_call_whose_ring_was_missed_is_known_and_not_checked(room: Room) -> None:
    answered = room.happens(about(call.CallAnswered, "answered", handler="Kim"))

    assert [a.reason for a in made(answered, d.Assessed)] == [NotChecked.NOTHING_TO_CHECK]
    rang = room.happens(said.rang(NUMBER))
    assert [a.outcome for a in made(rang, d.Assessed)] == [Outcome.POSSIBLE]
    assert only_call(room).handler == "Kim"


def test_c2_the_end_is_said_once(room: Room) -> None:
    unknown = room.happens(said.ended())
    assert [i.why for i in made(unknown, d.Ignored)] == [d.Why.UNKNOWN]
    room.happens(said.rang(NUMBER))
    room.happens(said.ended())

    assert [i.why for i in made(room.happens(said.ended()), d.Ignored)] == [d.Why.ALREADY]
    assert [i.why for i in made(room.happens(said.rang(NUMBER)), d.Ignored)] == [d.Why.STALE]


def test_a1_warning_and_termination_stay_with_the_call(room: Room) -> None:
    room.happens(said.rang(NUMBER))
    room.happens(about(call.AbuseWarned, "w2", warning=2))
    room.happens(about(call.AbuseWarned, "w1", warning=1))
    room.happens(said.ended())
    room.happens(about(call.CallTerminatedForAbuse, "terminated", handler="Kim"))

    known = only_call(room)
    assert (known.warnings, known.ended_for_abuse) == (2, True)


def test_o4_a_finished_call_leaves_the_working_state(room: Room) -> None:
    room.happens(said.rang(NUMBER))
    room.happens(said.ended())
    forgotten = made(room.wait(hours=1), d.Forgotten)

    assert len(forgotten) == 1
    assert not room.state.calls
    assert not room.state.by_call
