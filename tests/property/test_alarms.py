"""Whatever happens in whatever order: one open alarm a radio, ended by persons alone, told on until
accepted, and the same after a restart (D1, D2, O4)."""

from hypothesis import given
from hypothesis import strategies as st

from middleware.engine.alarm import AlarmPhase
from schemas import alarm as a
from schemas.safety import (
    AlarmAct,
    AlarmEnded,
    AlarmOutcome,
    ManDownSignalled,
    Signal,
    UnreadableEmergency,
)
from tests import alarms
from tests.alarms import HERE, RADIO, Alarmed
from tests.room import made, refold

RADIOS = (RADIO, "2", "99")
radios = st.sampled_from(RADIOS)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("press"), radios, st.sampled_from(Signal)),
        st.tuples(st.just("cancel"), radios),
        st.tuples(st.just("unreadable"), radios | st.none()),
        st.tuples(st.just("position"), radios),
        st.tuples(st.just("accept"), st.integers(0, 3)),
        st.tuples(st.just("help"), st.integers(0, 3)),
        st.tuples(st.just("end"), st.integers(0, 3), st.sampled_from(AlarmOutcome)),
        st.tuples(st.just("wait"), st.floats(0.5, 400)),
        st.tuples(st.just("incident"), st.sampled_from(["A1", "B2"])),
    ),
    max_size=25,
)


def play(room: Alarmed, step: tuple[object, ...]) -> None:
    """One thing that happens; what people do is about some alarm, ended ones too."""
    what, *more = step
    known = list(room.state.alarms)
    match what, more:
        case "press", [str(radio), Signal() as signal]:
            position = HERE if signal is Signal.LIP else None
            room.press(radio, signal, position=position)
        case "cancel", [str(radio)]:
            room.cancel(radio)
        case "unreadable", [str() | None as radio]:
            room.happens(alarms.unreadable(radio, room.now))
        case "position", [str(radio)]:
            room.happens(alarms.positioned(radio, at=room.now))
        case "wait", [float(seconds)]:
            room.wait(seconds=seconds)
        case "incident", [str(callsign)]:
            room.incident_opened(None, callsign, number=str(len(room.entries)))
        case "accept", [int(n)] if known:
            room.happens(alarms.accepted(known[n % len(known)], at=room.now))
        case "help", [int(n)] if known:
            room.happens(alarms.help_sent(known[n % len(known)], at=room.now))
        case "end", [int(n), AlarmOutcome() as outcome] if known:
            room.happens(alarms.ended(known[n % len(known)], outcome, at=room.now))


@given(steps)
def test_d1_d2_no_alarm_is_lost_doubled_or_closed_by_itself(
    course: list[tuple[object, ...]],
) -> None:
    room = Alarmed()
    for step in course:
        play(room, step)
        open_ones = [one.key for one in room.state.alarms.values() if one.is_open]
        assert len(open_ones) == len(set(open_ones))
        assert sorted(open_ones) == sorted(room.state.open_alarms)
        for alarm in room.state.alarms.values():
            is_told_on = f"alarm:{alarm.id}" in room.state.timers
            assert is_told_on == (alarm.phase is AlarmPhase.RAISED)
    for entry in room.entries:
        if isinstance(entry.event, ManDownSignalled | UnreadableEmergency):
            assert len(made(entry, a.AlarmGrew)) == 1
        if made(entry, a.AlarmClosed):
            assert isinstance(entry.event, AlarmEnded)
        if made(entry, a.AlarmTaken):
            assert isinstance(entry.event, AlarmAct)
    assert refold(room.entries) == room.state
