"""The fold of decisions about the abusive-call ledger."""

from collections.abc import Callable
from typing import Any

from middleware.engine.entry import Entry
from middleware.engine.ledger import Abuse
from middleware.engine.state import Call, State
from schemas import abuse as a
from schemas.call import AbuseWarned, CallEvent, CallTerminatedForAbuse
from schemas.decision import Decision


def _on_ledgered(state: State, entry: Entry, made: a.AbuseLedgered) -> None:
    call = state.calls[made.call]
    known = state.ledger.entries.get(made.entry)
    if known is None:
        known = Abuse(made.entry, call.id, call.call, call.rang_at, call.number, call.line)
        state.ledger.put(known)
    if known.struck:
        _begin_anew(known)
    known.handler, known.position = call.handler or known.handler, call.position or known.position
    if made.warning is not None:
        known.warnings.setdefault(made.warning, entry.received_at)
        call.warnings = max(call.warnings, made.warning)
    if made.terminated:
        known.terminated_at = known.terminated_at or entry.received_at
        call.ended_for_abuse = True
    is_right = bool(known.corrections) and isinstance(entry.event, CallEvent)
    if known.category is None or not is_right:
        known.category = made.category or known.category
    _take_words(known, entry, call)


def _take_words(known: Abuse, entry: Entry, call: Call) -> None:
    """What was said of it; empty where the event was erased."""
    event = entry.event
    if isinstance(event, AbuseWarned | CallTerminatedForAbuse):
        known.handler = event.handler or known.handler
    if isinstance(event, CallTerminatedForAbuse):
        known.ground = (known.corrections and known.ground) or event.ground or known.ground
        known.said_category = event.category if known.category is None else None
    if isinstance(event, a.AbuseNoted):
        known.ground = event.ground or known.ground
        known.wording = event.wording or known.wording
        if event.triage_done is not None:
            known.triage_done = event.triage_done
        known.noted_by = event.by
        known.handler = known.handler or event.by


def _begin_anew(known: Abuse) -> None:
    """It was taken back, and something is said of the call since: that, and that alone, counts."""
    known.struck, known.warnings, known.terminated_at = False, {}, None
    known.category = known.said_category = known.ground = known.wording = None
    known.triage_done = known.noted_by = None


def _on_set_right(state: State, entry: Entry, made: a.AbuseSetRight) -> None:
    known = state.ledger.entries[made.entry]
    said = entry.event if isinstance(entry.event, a.AbuseCorrected) else None
    reason = said.reason if said else ""
    known.keep_what_it_said(entry.received_at, made.by, reason, struck=False)
    known.struck = False
    known.warnings = {n: known.warnings.get(n, entry.received_at) for n in made.warnings}
    known.terminated_at = (known.terminated_at or entry.received_at) if made.terminated else None
    known.category, known.said_category = made.category, None
    known.ground, known.wording = (said.ground, said.wording) if said else (None, None)
    known.triage_done = said.triage_done if said else None
    _set_call_right(state, known)


def _on_struck(state: State, entry: Entry, made: a.AbuseStruck) -> None:
    known = state.ledger.entries[made.entry]
    reason = entry.event.reason if isinstance(entry.event, a.AbuseTakenBack) else ""
    known.keep_what_it_said(entry.received_at, made.by, reason, struck=True)
    state.ledger.strike(known)
    _set_call_right(state, known)


def _set_call_right(state: State, known: Abuse) -> None:
    """Where the call is still there, it says the same."""
    call = state.calls.get(known.call)
    if call is not None:
        call.warnings = 0 if known.struck else max(known.warnings, default=0)
        call.ended_for_abuse = not known.struck and known.terminated_at is not None


def _on_recognised(state: State, entry: Entry, made: a.CallerRecognised) -> None:
    call = state.calls[made.call]
    call.abuse, call.shared = made.entries, made.shared
    newest = state.ledger.entries.get(made.entries[-1])
    if newest is not None and made.call not in newest.later:
        newest.later.append(made.call)
        newest.last_rang_at = entry.received_at


ABUSE: dict[type[Decision], Callable[[State, Entry, Any], None]] = {
    a.AbuseLedgered: _on_ledgered,
    a.CallerRecognised: _on_recognised,
    a.AbuseSetRight: _on_set_right,
    a.AbuseStruck: _on_struck,
}
