"""What couriers carry: notes for crews, and beside the ladder what other bodies are to have."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from middleware.engine.alarm import Alarm
from middleware.engine.back_up import BackUp
from middleware.engine.hand_on import HandOn
from middleware.engine.reports import notice_id
from middleware.engine.state import Filing, Note, Phase, State, Writing
from schemas import alarm as a
from schemas import back_up as b
from schemas import decision as d
from schemas import hand_on as h
from schemas import reporting as r

Beside = Writing | HandOn | Filing | BackUp | Alarm
"""Sending it twice is harmless, and no crew is told by it."""
Carried = Note | Beside


def beside(state: State) -> Iterator[Beside]:
    """All of what is carried beside the ladder."""
    alarms = (one for one in state.alarms.values() if one.channels)
    return chain(
        state.writings.values(),
        state.hand_ons.values(),
        state.filings.values(),
        state.back_ups.values(),
        alarms,
    )


def find(state: State, name: str) -> Carried | None:
    """What a receipt for this id is about."""
    return (
        state.notes.get(name)
        or state.writings.get(name)
        or state.hand_ons.get(name)
        or state.filings.get(name)
        or state.back_ups.get(name)
        or state.alarms.get(name)
    )


def is_withdrawn(told: Carried) -> bool:
    """Whether its present revision takes it back."""
    return told.phase is Phase.WITHDRAWN


def is_in_force(state: State, told: Beside) -> bool:
    """Whether it still says something of what is going on: an incident, or an alarm."""
    if isinstance(told, Alarm):
        return told.is_open
    live = state.incidents.get(told.incident) if isinstance(told, Writing) else None
    return live is not None and live.finished_at is None and not is_withdrawn(told)


def _written(state: State, made: d.WriteBackIssued | d.WriteBackWithdrawn) -> Beside | None:
    return state.writings.get(made.writing)


def _handed(state: State, made: Any) -> Beside | None:
    return state.hand_ons.get(made.hand_on)


def _drafted(state: State, made: Any) -> Beside | None:
    return state.filings.get(made.report)


def _notified(state: State, made: Any) -> Beside | None:
    return state.filings.get(notice_id(made.report))


def _alarmed(state: State, made: Any) -> Beside | None:
    return state.alarms.get(made.alarm)


def _asked(state: State, made: Any) -> Beside | None:
    return state.back_ups.get(made.request)


BESIDE: dict[type[d.Decision], Callable[[State, Any], Beside | None]] = {
    d.WriteBackIssued: _written,
    d.WriteBackWithdrawn: _written,
    h.HandOnSaid: _handed,
    h.HandOnOver: _handed,
    r.ReportDrafted: _drafted,
    r.ReportChanged: _drafted,
    r.ReportTakenBack: _drafted,
    r.SecurityNotified: _notified,
    r.SecurityAssumed: _notified,
    r.SecurityStoodDown: _notified,
    a.AlarmRaised: _alarmed,
    a.AlarmRaisedAgain: _alarmed,
    a.AlarmTaken: _alarmed,
    a.AlarmClosed: _alarmed,
    b.BackUpStepped: _asked,
    b.BackUpWorded: _asked,
    b.BackUpHeard: _asked,
    b.BackUpClosed: _asked,
}
"""Decision to what has a new revision by it, which goes out at once, or need not go any more."""
