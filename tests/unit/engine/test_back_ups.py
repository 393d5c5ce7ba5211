"""Requests for police and back-up as the engine decides them (P1, P2, D4)."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from pydantic import ValidationError

from middleware.engine.back_up import BackUpPhase
from middleware.engine.entry import Entry
from schemas import back_up as b
from schemas import police
from schemas.back_up import Because
from schemas.decision import Forgotten, Ignored, TimerSet, Why
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed
from schemas.police import Answer, Threat, Wanted
from tests.police import DESK, KNIFE, WORDS, Asking, answered, requested
from tests.room import made, refold


def steps(entries: Entry | Sequence[Entry]) -> list[tuple[int, str, Because | None]]:
    return [(s.step, s.of, s.because) for s in made(entries, b.BackUpStepped)]


def test_p1_a_marker_alone_is_no_request() -> None:
    """Without what is happening now there is nothing that the police threshold knows."""
    with pytest.raises(ValidationError, match="say what is happening now"):
        police.BackUpChanged(
            source="console", id="1", occurred_at=Asking().now, request="b1", by="Dee",
            threat=Threat(happening="  "), words=WORDS,
        )  # fmt: skip


def test_p2_a_request_is_asked_of_the_first_step_at_once() -> None:
    room = Asking()
    entry = room.ask()
    assert steps(entry) == [(0, "police control room", None)]
    assert (room.asked.phase, room.asked.channels[DESK].address) == ("requested", room.asked.id)
    assert (room.asked.threat, room.asked.words) == (KNIFE, WORDS)
    assert refold(room.entries) == room.state


def test_p2_no_answer_in_time_goes_to_the_next_and_at_last_to_a_person_again_and_again() -> None:
    room = Asking()
    room.ask()
    assert steps(room.wait(minutes=6, seconds=1)) == [
        (1, "police duty inspector", Because.NO_ANSWER),
        (2, "EOC supervisor", Because.NO_ANSWER),
        (2, "EOC supervisor", Because.NOT_READ_OUT),
    ]
    room.does(police.BackUpTaken, by="Sue")
    assert room.asked.taken_by == "Sue"
    assert steps(room.wait(hours=3)) == []
    assert refold(room.entries) == room.state


def test_p2_a_refusal_that_nobody_takes_back_starts_the_escalation() -> None:
    room = Asking()
    room.ask()
    room.hears(Answer.REFUSED, reason="no units", said_by="inspector")
    assert (room.asked.phase, room.asked.reason) == (BackUpPhase.REFUSED, "no units")
    assert steps(room.wait(seconds=29)) == []
    assert steps(room.wait(seconds=2)) == [(1, "police duty inspector", Because.REFUSED)]


def test_p2_still_necessary_says_a_person_and_it_goes_on_at_once() -> None:
    room = Asking()
    room.ask()
    room.hears(Answer.REFUSED)
    assert steps(room.does(police.BackUpStillNeeded)) == [
        (1, "police duty inspector", Because.REFUSED)
    ]


def test_p2_a_refusal_that_a_person_accepts_ends_there() -> None:
    room = Asking()
    room.ask()
    room.hears(Answer.REFUSED)
    room.does(police.BackUpStoodDown, reason="crew is out and away")
    assert room.asked.phase is BackUpPhase.STOOD_DOWN
    assert steps(room.wait(minutes=50)) == []


def test_p2_a_desk_that_refuses_again_and_again_holds_nothing_up() -> None:
    room = Asking()
    room.ask()
    for _ in range(4):
        room.hears(Answer.REFUSED)
        room.wait(seconds=10)
    assert room.asked.step == 1


def test_p2_accepted_en_route_arrived_with_reference_crn_and_oic() -> None:
    room = Asking()
    room.ask()
    room.hears(Answer.ACCEPTED, reference="P-881", said_by="control room")
    assert steps(room.wait(minutes=19)) == []
    room.hears(Answer.EN_ROUTE, unit="two officers")
    room.wait(minutes=5)
    room.hears(Answer.ARRIVED, crn="42/0099/26", oic="PS 12")
    asked = room.asked
    assert (asked.phase, asked.reference, asked.crn, asked.oic) == (
        BackUpPhase.ARRIVED, "P-881", "42/0099/26", "PS 12",
    )  # fmt: skip
    assert steps(room.wait(minutes=50)) == []
    assert refold(room.entries) == room.state


def test_p2_who_agreed_to_come_and_does_not_come_is_asked_for_further_up() -> None:
    room = Asking()
    room.ask()
    room.hears(Answer.ACCEPTED)
    assert steps(room.wait(minutes=20, seconds=1)) == [
        (1, "police duty inspector", Because.NOT_COME)
    ]


def test_p2_a_refusal_after_a_person_took_it_raises_the_task_again() -> None:
    room = Asking()
    room.ask()
    room.wait(minutes=5, seconds=1)
    room.does(police.BackUpTaken, by="Sue")
    room.hears(Answer.REFUSED)
    assert steps(room.wait(seconds=31)) == [(2, "EOC supervisor", Because.REFUSED)]
    assert room.asked.taken_by is None


def test_p2_it_can_be_taken_at_the_last_step_only_others_are_to_be_asked_before() -> None:
    room = Asking()
    room.ask()
    assert made(room.does(police.BackUpTaken), Ignored) == [Ignored(why=Why.STALE)]


def test_p2_an_answer_that_comes_late_stops_nothing_that_came_after_it() -> None:
    """Accepted, then refused; the network brings them the wrong way round."""
    room = Asking()
    room.ask()
    room.wait(seconds=10)
    room.hears(Answer.REFUSED)
    earlier = room.now - timedelta(seconds=5)
    late = answered(room.asked.id, Answer.ACCEPTED, earlier, reference="P-1")
    assert [one.stands for one in made(room.happens(late), b.BackUpHeard)] == [False]
    assert (room.asked.phase, room.asked.reference) == (BackUpPhase.REFUSED, "P-1")


def test_p2_the_refusal_of_an_earlier_step_does_not_move_the_present_one() -> None:
    room = Asking()
    room.ask()
    first = room.asked.revision
    room.wait(minutes=2, seconds=1)
    room.hears(Answer.REFUSED, of=first)
    assert (room.asked.phase, room.asked.step) == (BackUpPhase.ESCALATED, 1)
    room.hears(Answer.REFUSED, of=room.asked.revision)
    assert room.asked.phase is BackUpPhase.REFUSED


def test_p2_who_is_there_is_not_refused_any_more_and_says_its_number_later() -> None:
    room = Asking()
    room.ask()
    room.hears(Answer.ARRIVED)
    room.hears(Answer.REFUSED, crn="42/1")
    assert (room.asked.phase, room.asked.crn) == (BackUpPhase.ARRIVED, "42/1")


def test_p2_read_out_is_no_answer_and_the_answer_is_waited_for_from_then_on() -> None:
    room = Asking()
    room.ask()
    room.wait(seconds=100)
    room.does(police.BackUpReadOut, to="call taker, control room")
    assert (room.asked.read_out_by, room.asked.read_out_to) == ("Dee", "call taker, control room")
    assert steps(room.wait(seconds=110)) == []
    assert steps(room.wait(seconds=15)) == [(1, "police duty inspector", Because.NO_ANSWER)]


def test_p2_a_second_request_for_the_same_is_the_first_one_changed() -> None:
    room = Asking()
    room.ask()
    worded = made(room.ask(by="Sue"), b.BackUpWorded)
    assert [(one.request, one.by) for one in worded] == [(room.asked.id, "Sue")]
    assert room.asked.revision == 2


def test_p2_police_and_further_resources_are_two_requests() -> None:
    room = Asking()
    room.ask()
    assert steps(room.ask(wanted=Wanted.RESOURCES)) == [(0, "dispatch desk", None)]
    assert len(room.state.back_ups) == 2


def test_d4_out_of_an_alarm_it_is_for_the_crews_incident() -> None:
    room = Asking()
    room.press(callsign="A101")
    room.happens(requested(alarm=room.alarm.id, at=room.now))
    assert (room.asked.alarm, room.asked.incident) == (room.alarm.id, room.about)


def test_d4_an_alarm_of_nobody_knows_whom_can_ask_too() -> None:
    room = Asking()
    room.press("999")
    room.happens(requested(alarm=room.alarm.id, at=room.now))
    assert room.asked.incident is None


def test_p2_for_nothing_that_is_known_nothing_is_asked() -> None:
    room = Asking()
    assert made(room.ask(incident="i999"), Ignored) == [Ignored(why=Why.UNKNOWN)]
    assert made(room.happens(answered("b999", Answer.REFUSED)), Ignored) == [
        Ignored(why=Why.UNKNOWN)
    ]


def test_p2_its_receipt_is_no_answer() -> None:
    room = Asking()
    room.ask()
    receipt = NoteDisplayed(
        source=DESK, id="1", occurred_at=room.now, device=room.asked.id, channel=DESK,
        note=room.asked.id, note_revision=1,
    )  # fmt: skip
    room.happens(receipt)
    assert (room.asked.shown, room.asked.phase) == ({DESK: 1}, BackUpPhase.REQUESTED)
    assert steps(room.wait(minutes=2, seconds=1)) == [
        (1, "police duty inspector", Because.NO_ANSWER)
    ]


def test_p2_what_their_system_will_not_take_a_person_must_read_out() -> None:
    room = Asking()
    room.ask()
    refused = DeliveryReported(
        source=DESK, id="1", occurred_at=room.now, device=room.asked.id, channel=DESK,
        note=room.asked.id, note_revision=1, state=Delivery.REFUSED, code="400",
    )  # fmt: skip
    assert made(room.happens(refused), b.BackUpTurnedAway)
    assert room.asked.turned_away


def test_p2_an_answer_by_voice_stops_what_was_not_yet_sent() -> None:
    """Who has answered need not be sent it any more."""
    room = Asking()
    room.ask()
    room.hears(Answer.ACCEPTED, source="console", logged_by="Dee")
    assert room.asked.shown == {DESK: room.asked.revision}


def test_p2_an_incident_is_kept_as_long_as_a_request_speaks_of_it() -> None:
    room = Asking()
    room.ask()
    room.closed("2101")
    room.wait(minutes=5, seconds=30)
    room.does(police.BackUpTaken)
    assert made(room.wait(hours=3), Forgotten) == []
    room.does(police.BackUpStoodDown, reason="over")
    assert made(room.wait(hours=3), b.BackUpForgotten, Forgotten)
    assert room.state.back_ups == {}


def test_p2_every_wait_is_that_of_the_configuration() -> None:
    room = Asking()
    entry = room.ask()
    (timer,) = made(entry, TimerSet)
    assert timer.due_at - entry.received_at == timedelta(minutes=2)
