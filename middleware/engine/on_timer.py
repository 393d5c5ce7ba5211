"""What follows when time passes. Timers are events; stale ones change nothing."""

from middleware.domain.calendar import london_day, next_midnight
from middleware.domain.rules import CONSOLE, Rules
from middleware.engine import on_frequent
from middleware.engine.alarms import ALARM_TIMERS, is_needed
from middleware.engine.back_ups import BACK_UP_TIMERS, is_awaited
from middleware.engine.checks import order_recheck
from middleware.engine.drafting import SECURITY
from middleware.engine.entry import Taken
from middleware.engine.ladder import next_rung
from middleware.engine.notes import renew
from middleware.engine.on_frequent import end_plans
from middleware.engine.on_report import remind
from middleware.engine.stand_offs import STAND_OFF_TIMERS
from middleware.engine.state import Call, Incident, Note, Phase, State
from middleware.engine.withdrawal import end_markers, withdraw
from middleware.engine.write_back import is_unconfirmed, write_known
from schemas.decision import (
    Decision,
    Ended,
    Forgotten,
    Ignored,
    Noted,
    TimerSet,
    TimerStopped,
    Why,
)
from schemas.delivery import TimerDue
from schemas.service import BuildStarted

DAY = "day"


def on_timer(state: State, taken: Taken, event: TimerDue) -> list[Decision]:
    timer = state.timers.get(event.timer)
    if timer is None or timer.revision != event.revision:
        return [Ignored(why=Why.STALE)]
    family, _, subject = event.timer.partition(":")
    return [TimerStopped(timer=event.timer), *_FAMILIES[family](state, taken, subject)]


def _rung(state: State, taken: Taken, note: str) -> list[Decision]:
    known = state.notes.get(note)
    if known is None or known.phase is not Phase.OPEN:
        return [Ignored(why=Why.STALE)]
    return next_rung(state, known, taken)


def _expire(state: State, taken: Taken, note: str) -> list[Decision]:
    """An answered note goes when its time is over; an unanswered duty never just ends (N5)."""
    known = state.notes.get(note)
    if known is None or known.phase is Phase.WITHDRAWN:
        return [Ignored(why=Why.STALE)]
    if known.phase is Phase.OPEN:
        return renew(state, taken, known)
    return withdraw(state, known, Ended.EXPIRED)


def _recheck(state: State, taken: Taken, subject: str) -> list[Decision]:
    return order_recheck(subject, taken)


def _forget(state: State, taken: Taken, subject: str) -> list[Decision]:
    """Out of the working state, unless a device may still show what was withdrawn from it, or
    a man-down alarm or a request for back-up speaks of it."""
    known = state.incidents.get(subject) or state.calls.get(subject)
    if known is None or known.finished_at is None:
        return [Ignored(why=Why.STALE)]
    is_spoken_of = is_needed(state, subject) or is_awaited(state, subject)
    if is_spoken_of or _may_be_on_a_screen(state, known, taken):
        due_at = taken.received_at + state.rules.keep_finished
        return [TimerSet(timer=f"forget:{subject}", revision=taken.position, due_at=due_at)]
    return [Forgotten(subject=subject)]


def _may_be_on_a_screen(state: State, known: Incident | Call, taken: Taken) -> bool:
    """Something was told, has not run out, and the other side has not said that it took it away."""
    if isinstance(known, Call):
        return False
    notes = (state.notes[name] for name in known.notes)
    written = (state.writings[name] for name in known.writings)
    handed = (state.hand_ons[name] for name in known.hand_ons)
    return (
        any(_is_there(state, note, taken) for note in notes)
        or any(is_unconfirmed(one) and one.expires_at > taken.received_at for one in written)
        or any(one.is_unconfirmed and one.expires_at > taken.received_at for one in handed)
    )


def _is_there(state: State, note: Note, taken: Taken) -> bool:
    """That a device never said it showed it proves nothing: its receipt may still be on the way.
    Where sending twice is not harmless, what was told once is not told again."""
    return note.expires_at > taken.received_at and any(
        note.shown.get(channel, 0) < note.revision
        if state.rules.way(channel).repeatable
        else on.is_due
        for channel, on in note.channels.items()
        if channel != CONSOLE
    )


def _day(state: State, taken: Taken, _: str) -> list[Decision]:
    return turn_day(state, taken)


def turn_day(state: State, taken: Taken) -> list[Decision]:
    """End markers and plans whose last day is past, forget rings that count no more, and wait for
    the next midnight in London."""
    over = state.markers.ended_before(london_day(taken.received_at))
    due_at = next_midnight(taken.received_at)
    timer = TimerSet(timer=DAY, revision=taken.position, due_at=due_at)
    plans = state.frequent.over_before(london_day(taken.received_at))
    frequent = [*end_plans(state, taken, plans), *on_frequent.turn_day(state, taken)]
    return [*end_markers(state, over), *frequent, timer]


def on_build_started(state: State, taken: Taken, event: BuildStarted) -> list[Decision]:
    """Days may have turned while nothing ran, and the CAD may be written to from now on."""
    rules = Rules.model_validate_json(event.rules)
    return [Noted(), *turn_day(state, taken), *write_known(state, taken, rules)]


_FAMILIES = {
    "rung": _rung,
    "expire": _expire,
    "recheck": _recheck,
    "forget": _forget,
    DAY: _day,
    SECURITY: remind,
    **ALARM_TIMERS,
    **BACK_UP_TIMERS,
    **STAND_OFF_TIMERS,
}
