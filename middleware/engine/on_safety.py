"""What follows from man-down signals and from what people do about an alarm (D1-D3)."""

from middleware.engine.alarm import Alarm, AlarmPhase
from middleware.engine.alarms import (
    ALARM,
    grow,
    heard,
    open_alarm,
    raise_alarm,
    silence,
    stop_timers,
)
from middleware.engine.drafting import from_alarm
from middleware.engine.entry import Taken
from middleware.engine.state import State
from schemas.alarm import (
    AlarmClosed,
    AlarmTaken,
    CancelHeard,
    HelpComing,
    ListeningSettled,
    PositionKept,
)
from schemas.decision import Decision, Ignored, TimerSet, TimerStopped, Why
from schemas.safety import (
    AlarmAccepted,
    AlarmEnded,
    HelpSent,
    ListeningReported,
    ManDownCancelled,
    ManDownSignalled,
    PositionReported,
    UnreadableEmergency,
)

UNREADABLE = "unreadable"
"""Counted among the signals of an alarm."""


def on_signalled(state: State, taken: Taken, event: ManDownSignalled) -> list[Decision]:
    known = open_alarm(state, event.radio, event.source)
    if known is None:
        return raise_alarm(state, taken, event.radio, event.signal, event.callsign)
    return grow(state, taken, known, event.signal)


def on_unreadable(state: State, taken: Taken, event: UnreadableEmergency) -> list[Decision]:
    known = open_alarm(state, event.radio, event.source)
    if known is None:
        return raise_alarm(state, taken, event.radio, UNREADABLE)
    return grow(state, taken, known, UNREADABLE)


def on_cancelled(state: State, taken: Taken, event: ManDownCancelled) -> list[Decision]:
    """Shown, and ends nothing: a hand that is forced can press a button too (D2)."""
    known = open_alarm(state, event.radio, event.source)
    if known is None:
        return [Ignored(why=Why.UNKNOWN)]
    return [CancelHeard(alarm=known.id), TimerStopped(timer=silence(known.id))]


def on_positioned(state: State, taken: Taken, event: PositionReported) -> list[Decision]:
    known = open_alarm(state, event.radio, event.source)
    about = heard(state, taken, known) if known is not None and not known.is_cancelled else []
    return [PositionKept(radio=event.radio), *about]


def on_accepted(state: State, taken: Taken, event: AlarmAccepted) -> list[Decision]:
    known = state.alarms.get(event.alarm)
    if known is None:
        return [Ignored(why=Why.UNKNOWN)]
    return _take(known, event.by) or [Ignored(why=Why.ALREADY)]


def on_help_sent(state: State, taken: Taken, event: HelpSent) -> list[Decision]:
    """Who sends help has the alarm in hand."""
    known = state.alarms.get(event.alarm)
    if known is None or not known.is_open:
        return [_too_late(known)]
    return [*_take(known, event.by), HelpComing(alarm=known.id, by=event.by)]


def on_listening(state: State, taken: Taken, event: ListeningReported) -> list[Decision]:
    known = state.alarms.get(event.alarm)
    if known is None or not known.is_open:
        return [_too_late(known)]
    return [ListeningSettled(alarm=known.id, by=event.by, done=event.done)]


def on_ended(state: State, taken: Taken, event: AlarmEnded) -> list[Decision]:
    """By a person and with what it was; never by itself (D2). Where it was no accident and no test,
    a report is drafted (R1)."""
    known = state.alarms.get(event.alarm)
    if known is None or not known.is_open:
        return [_too_late(known)]
    forget_at = taken.received_at + state.rules.keep_finished
    return [
        *_take(known, event.by),
        AlarmClosed(alarm=known.id, by=event.by, outcome=event.outcome),
        *stop_timers(known.id),
        TimerSet(timer=f"{ALARM}-forget:{known.id}", revision=taken.position, due_at=forget_at),
        *from_alarm(state, taken, known, event.outcome),
    ]


def _take(known: Alarm, by: str) -> list[Decision]:
    if known.phase is not AlarmPhase.RAISED:
        return []
    return [AlarmTaken(alarm=known.id, by=by), TimerStopped(timer=f"{ALARM}:{known.id}")]


def _too_late(known: Alarm | None) -> Ignored:
    return Ignored(why=Why.UNKNOWN if known is None else Why.ALREADY)
