"""Man-down as the engine decides it: one alarm that grows until a named person ends it (D1-D3)."""

from datetime import timedelta

import pytest

from middleware.domain.rules import ManDown
from middleware.engine.alarm import AlarmPhase
from schemas import alarm as a
from schemas.alarm import Audience
from schemas.decision import Forgotten, Ignored
from schemas.incident import Resource
from schemas.safety import AlarmOutcome, ManDownSignalled, Position, Signal
from tests import alarms
from tests.alarms import HERE, RADIO, RULES, Alarmed
from tests.room import made, refold


def steps(room: Alarmed, **time: float) -> list[tuple[int, Audience, int]]:
    return [(s.step, s.to, s.times) for s in made(room.wait(**time), a.AlarmStepped)]


# --- one press, one alarm ----------------------------------------------------------------


def test_d1_three_signals_of_one_press_are_one_alarm_that_grows() -> None:
    """Status, emergency call and location of the same radio within the window (FIELD 3)."""
    room = Alarmed()
    room.press()
    room.wait(seconds=1)
    room.press(signal=Signal.CALL)
    room.wait(seconds=4)
    room.press(signal=Signal.LIP, position=HERE)

    assert room.alarm.signals == {"status_emergency": 1, "emergency_call": 1, "lip_emergency": 1}
    assert room.alarm.press == 1
    assert room.alarm.position == HERE
    assert sum(isinstance(e.event, ManDownSignalled) for e in room.entries) == 3


def test_d2_repeats_within_the_window_of_the_last_signal_are_counted_as_one_press() -> None:
    room = Alarmed()
    for _ in range(5):
        room.press()
        room.wait(seconds=100)
    assert (room.alarm.press, room.alarm.signals["status_emergency"]) == (1, 5)


def test_d2_a_press_after_the_window_grows_the_same_alarm_and_is_told_as_another_press() -> None:
    room = Alarmed()
    room.press()
    room.wait(minutes=3)
    room.press()
    assert room.alarm.press == 2
    assert room.alarm.pressed_at == room.now


def test_d2_a_press_after_the_end_is_a_new_alarm_that_says_what_it_follows() -> None:
    room = Alarmed()
    room.press()
    first = room.alarm.id
    room.happens(alarms.ended(first, at=room.now))
    raised = made(room.press(), a.AlarmRaised)
    assert [one.follows for one in raised] == [first]
    assert len(room.state.open_alarms) == 1


def test_d1_two_radios_are_two_alarms() -> None:
    room = Alarmed()
    room.press()
    room.press("2")
    assert {one.callsign for one in room.state.alarms.values()} == {"A1", "B2"}


def test_d1_a_radio_said_in_its_long_form_is_the_same_radio() -> None:
    room = Alarmed()
    room.press()
    room.press("23400010" + "0" + RADIO.rjust(8, "0"))
    assert room.alarm.radio == RADIO


# --- who, where, which incident ----------------------------------------------------------


def test_d1_the_alarm_knows_the_crew_and_its_incident() -> None:
    room = Alarmed()
    room.incident_opened(None, "A1", number="1")
    room.incident_opened(None, "A1", number="2")
    room.at_scene("A1", number="1")
    (raised,) = made(room.press(), a.AlarmRaised)
    assert (raised.callsign, raised.incident) == ("A1", room.incident("1").id)


def test_d1_the_crew_is_the_one_whose_radio_the_cad_names() -> None:
    """Before what is configured: radios go from crew to crew."""
    room = Alarmed()
    crew = Resource(callsign="C7", radio=RADIO)
    room.happens(room.cad.opened(None, (crew,), "1", room.now))
    (raised,) = made(room.press(), a.AlarmRaised)
    assert (raised.callsign, raised.incident) == ("C7", room.incident().id)


def test_d1_a_radio_that_nobody_knows_is_an_alarm_all_the_same() -> None:
    room = Alarmed()
    (raised,) = made(room.press("99"), a.AlarmRaised)
    assert (raised.radio, raised.callsign, raised.incident) == ("99", None, None)


def test_d1_what_the_gateway_calls_the_crew_stands_where_nobody_else_knows() -> None:
    room = Alarmed()
    assert made(room.press("99", callsign="Z9"), a.AlarmRaised)[0].callsign == "Z9"
    assert made(room.press(callsign="Z9"), a.AlarmRaised)[0].callsign == "A1"


def test_d1_the_last_known_position_stands_until_a_newer_one_comes() -> None:
    room = Alarmed()
    room.happens(alarms.positioned(at=room.now))
    room.wait(minutes=7)
    room.press()
    assert room.alarm.position == HERE
    assert room.alarm.positioned_at == room.now - timedelta(minutes=7)

    there = Position(latitude=51.4, longitude=-0.4, fixed_at=room.now)
    room.press(signal=Signal.LIP, position=there)
    older = there.model_copy(update={"latitude": 50.0, "fixed_at": room.now - timedelta(hours=1)})
    room.press(signal=Signal.LIP, position=older)
    assert room.alarm.position == there


def test_d1_the_incident_of_an_open_alarm_is_not_forgotten() -> None:
    room = Alarmed()
    room.incident_opened(None, "A1")
    incident = room.incident().id
    room.press()
    room.happens(alarms.accepted(room.alarm.id, at=room.now))
    room.closed()
    assert made(room.wait(hours=3), Forgotten) == []
    room.happens(alarms.ended(room.alarm.id, at=room.now))
    assert [one.subject for one in made(room.wait(hours=2), Forgotten)] == [incident]


# --- until a named person accepts --------------------------------------------------------


def test_d2_it_is_told_to_ever_more_people_and_never_stops_by_itself() -> None:
    room = Alarmed()
    (first,) = made(room.press(), a.AlarmStepped)
    assert (first.step, first.to, first.times) == (0, Audience.SUPERVISORS, 1)
    assert steps(room, seconds=15) == [(1, Audience.SUPERVISORS, 2)]
    assert steps(room, seconds=15) == [(2, Audience.DISPATCHERS, 3)]
    assert steps(room, seconds=30) == [(3, Audience.EVERYBODY, 4)]
    told = steps(room, hours=2)
    assert {(step, to) for step, to, _ in told} == {(3, Audience.EVERYBODY)}
    assert [times for _, _, times in told] == list(range(5, 5 + 240))
    assert room.alarm.phase is AlarmPhase.RAISED


def test_d2_nobody_is_told_early() -> None:
    room = Alarmed()
    room.press()
    assert steps(room, seconds=14.999) == []


def test_d2_a_named_person_accepts_sends_help_and_ends_it_with_what_it_was() -> None:
    room = Alarmed()
    room.press()
    alarm = room.alarm.id
    room.happens(alarms.accepted(alarm, "Sam", room.now))
    assert (room.alarm.phase, room.alarm.accepted_by) == (AlarmPhase.ACCEPTED, "Sam")
    assert steps(room, hours=1) == []
    room.happens(alarms.help_sent(alarm, "Kim", room.now))
    assert (room.alarm.phase, room.alarm.help_what) == (AlarmPhase.HELP, "B2 and police")
    room.happens(alarms.ended(alarm, AlarmOutcome.REAL, "Sam", room.now))
    assert (room.alarm.phase, room.alarm.outcome) == (AlarmPhase.ENDED, AlarmOutcome.REAL)
    assert (room.alarm.ended_by, room.alarm.accepted_by) == ("Sam", "Sam")


def test_d2_who_accepts_second_changes_nothing() -> None:
    room = Alarmed()
    room.press()
    room.happens(alarms.accepted(room.alarm.id, "Sam", room.now))
    again = room.happens(alarms.accepted(room.alarm.id, "Kim", room.now))
    assert isinstance(again.decisions[0], Ignored)
    assert room.alarm.accepted_by == "Sam"


@pytest.mark.parametrize("act", [alarms.help_sent, alarms.ended])
def test_d2_who_acts_on_it_has_accepted_it(act: object) -> None:
    room = Alarmed()
    room.press()
    entry = room.happens(act(room.alarm.id, by="Kim", at=room.now))  # type: ignore[operator]
    assert [one.by for one in made(entry, a.AlarmTaken)] == ["Kim"]
    assert steps(room, hours=1) == []


def test_d2_pressed_again_after_it_was_accepted_it_must_be_accepted_again() -> None:
    room = Alarmed()
    room.press()
    room.happens(alarms.accepted(room.alarm.id, at=room.now))
    room.press(signal=Signal.CALL)
    assert room.alarm.phase is AlarmPhase.ACCEPTED
    room.wait(minutes=3)
    room.press()
    assert room.alarm.phase is AlarmPhase.RAISED
    assert steps(room, seconds=15) == [(1, Audience.SUPERVISORS, 3)]


@pytest.mark.parametrize("act", [alarms.accepted, alarms.help_sent, alarms.ended])
def test_d2_what_is_said_of_no_alarm_or_an_ended_one_changes_nothing(act: object) -> None:
    room = Alarmed()
    assert made(room.happens(act("a9", at=room.now)), Ignored)  # type: ignore[operator]
    room.press()
    room.happens(alarms.ended(room.alarm.id, AlarmOutcome.TEST, at=room.now))
    before = refold(room.entries)
    room.happens(act(room.alarm.id, at=room.now))  # type: ignore[operator]
    assert room.state.alarms == before.alarms


def test_d2_without_any_step_configured_everybody_is_told() -> None:
    rules = RULES.model_copy(update={"man_down": ManDown(steps=())})
    (first,) = made(Alarmed(rules).press(), a.AlarmStepped)
    assert first.to is Audience.EVERYBODY


def test_an_ended_alarm_leaves_the_working_state_and_an_open_one_never() -> None:
    room = Alarmed()
    room.press("1")
    room.press("2")
    ended = next(iter(room.state.alarms))
    room.happens(alarms.ended(ended, at=room.now))
    room.wait(hours=5)
    assert [one.radio for one in room.state.alarms.values()] == ["2"]


# --- cancelled, silent, unreadable -------------------------------------------------------


def test_d2_a_cancel_from_the_radio_ends_nothing_and_is_shown() -> None:
    room = Alarmed()
    room.press()
    room.wait(seconds=5)
    room.cancel()
    assert room.alarm.is_cancelled
    assert room.alarm.phase is AlarmPhase.RAISED
    assert steps(room, seconds=10) == [(1, Audience.SUPERVISORS, 2)]


def test_d2_a_press_after_a_cancel_is_another_press() -> None:
    room = Alarmed()
    room.press()
    room.happens(alarms.accepted(room.alarm.id, at=room.now))
    room.cancel()
    room.wait(seconds=3)
    room.press()
    assert (room.alarm.press, room.alarm.phase) == (2, AlarmPhase.RAISED)
    assert not room.alarm.is_cancelled


def test_d2_a_radio_that_falls_silent_is_told_from_one_that_cancelled() -> None:
    silent, took_back = Alarmed(), Alarmed()
    for room in (silent, took_back):
        room.press()
        room.wait(seconds=30)
    took_back.cancel()
    assert made(took_back.wait(minutes=10), a.RadioSilent) == []
    assert [one.alarm for one in made(silent.wait(seconds=30), a.RadioSilent)]
    assert silent.alarm.silent_at == silent.now
    silent.happens(alarms.positioned(at=silent.now))
    assert silent.alarm.silent_at is None
    assert len(made(silent.wait(minutes=10), a.RadioSilent)) == 1


def test_d1_an_unreadable_emergency_is_an_alarm_with_the_bytes_as_they_came() -> None:
    room = Alarmed()
    room.happens(alarms.unreadable(at=room.now))
    assert (room.alarm.radio, room.alarm.raw) == (RADIO, b"+CTSDSR: 13,")
    room.press()
    assert room.alarm.signals == {"unreadable": 1, "status_emergency": 1}


def test_d1_unreadable_emergencies_of_no_radio_are_one_alarm_of_their_source() -> None:
    room = Alarmed()
    room.happens(alarms.unreadable(None, at=room.now))
    room.happens(alarms.unreadable(None, at=room.now))
    assert (room.alarm.radio, room.alarm.signals["unreadable"]) == (None, 2)
    assert made(room.wait(hours=1), a.RadioSilent) == []


# --- listening ---------------------------------------------------------------------------


def test_d3_listening_is_asked_for_where_it_was_agreed_and_what_came_of_it_is_kept() -> None:
    room = Alarmed()
    room.press()
    assert room.alarm.listening_asked_at == room.now
    room.happens(alarms.listened(room.alarm.id, False, room.now))
    assert (room.alarm.listening_done, room.alarm.listening_by) == (False, "Sam")


def test_d3_listening_is_not_asked_for_where_nobody_agreed() -> None:
    room = Alarmed()
    assert made(room.press("2"), a.ListeningAsked) == []


# --- restart -----------------------------------------------------------------------------


def test_d2_a_restart_folds_the_alarm_as_it_was() -> None:
    room = Alarmed()
    room.happens(alarms.positioned(at=room.now))
    room.press(signal=Signal.LIP, position=HERE)
    room.cancel()
    room.wait(minutes=1)
    assert refold(room.entries) == room.state
