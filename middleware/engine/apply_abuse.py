"""The fold of decisions about the abusive-call ledger."""

from collections.abc import Callable
from typing import Any

from middleware.engine.entry import Entry
from middleware.engine.ledger import Abuse
from middleware.engine.state import Call, State
from schemas import abuse as a
from schemas.call import AbuseWarned, CallTerminatedForAbuse
from schemas.decision import Decision


def _on_ledgered(state: State, entry: Entry, made: a.AbuseLedgered) -> None:
    call = state.calls[made.call]
    known = state.ledger.entries.get(made.entry)
    if known is None:
        known = Abuse(made.entry, call.id, call.call, call.rang_at, call.number, call.line)
        state.ledger.put(known)
    known.handler, known.position = call.handler or known.handler, call.position or known.position
    if made.warning is not None:
        known.warnings.setdefault(made.warning, entry.received_at)
        call.warnings = max(call.warnings, made.warning)
    if made.terminated:
        known.terminated_at = known.terminated_at or entry.received_at
        call.ended_for_abuse = True
    known.category = made.category or known.category
    _take_words(known, entry, call)


def _take_words(known: Abuse, entry: Entry, call: Call) -> None:
    """What was said of it; empty where the event was erased."""
    event = entry.event
    if isinstance(event, AbuseWarned | CallTerminatedForAbuse):
        known.handler = event.handler or known.handler
    if isinstance(event, CallTerminatedForAbuse):
        known.ground = event.ground or known.ground
        known.said_category = event.category if known.category is None else None
    if isinstance(event, a.AbuseNoted):
        known.ground = event.ground or known.ground
        known.wording = event.wording or known.wording
        if event.triage_done is not None:
            known.triage_done = event.triage_done
        known.noted_by = event.by
        known.handler = known.handler or event.by


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
}
