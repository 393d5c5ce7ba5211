"""What follows from warnings and terminations, and from a number that rings again (A1, A2)."""

from middleware.domain.reporting import read_category
from middleware.engine.drafting import from_termination, set_right
from middleware.engine.entry import Taken
from middleware.engine.ledger import entry_id, number_key
from middleware.engine.proposing import lapse, propose
from middleware.engine.state import State
from schemas.abuse import (
    AbuseCorrected,
    AbuseLedgered,
    AbuseNoted,
    AbuseSetRight,
    AbuseStruck,
    AbuseTakenBack,
    CallerRecognised,
)
from schemas.call import AbuseWarned, CallRang, CallTerminatedForAbuse
from schemas.decision import CallChanged, Decision, Ignored, Why


def on_noted(state: State, taken: Taken, event: AbuseNoted) -> list[Decision]:
    """By the handler at the console, during the call or after it."""
    if event.subject not in state.calls:
        return [Ignored(why=Why.UNKNOWN)]
    noted = AbuseLedgered(
        entry=entry_id(event.subject), call=event.subject, warning=event.warning,
        terminated=event.terminated, category=event.category,
    )  # fmt: skip
    call = state.calls[event.subject]
    is_over = event.terminated or call.ended_for_abuse
    drafts = from_termination(state, taken, event.subject, event) if is_over else []
    proposed = propose(state, call.id, call.number) if event.terminated else []
    return [CallChanged(call=event.subject), noted, *drafts, *proposed]


def on_corrected(state: State, taken: Taken, event: AbuseCorrected) -> list[Decision]:
    """What it said before stays beside it; the draft, what is proposed, the figures and who is
    recognised follow what it says now (A2, E3)."""
    known = state.ledger.entries.get(event.entry)
    if known is None:
        return [Ignored(why=Why.UNKNOWN)]
    right = AbuseSetRight(
        entry=known.id, call=known.call, by=event.by, warnings=tuple(sorted(set(event.warnings))),
        terminated=event.terminated, category=event.category,
    )  # fmt: skip
    if not event.terminated:
        drafts = set_right(state, taken, known.call, event)
        return [right, *drafts, *lapse(state, known.call)]
    drafted = set_right(state, taken, known.call, event)
    drafted = drafted or from_termination(state, taken, known.call, event)
    return [right, *drafted, *propose(state, known.call, known.number)]


def on_taken_back(state: State, taken: Taken, event: AbuseTakenBack) -> list[Decision]:
    """It stays on record, and counts no more."""
    known = state.ledger.entries.get(event.entry)
    if known is None:
        return [Ignored(why=Why.UNKNOWN)]
    if known.struck:
        return [Ignored(why=Why.ALREADY)]
    struck = AbuseStruck(entry=known.id, call=known.call, by=event.by)
    drafts = set_right(state, taken, known.call, event)
    return [struck, *drafts, *lapse(state, known.call)]


def warned(call: str, event: AbuseWarned) -> AbuseLedgered:
    """As the exchange says it."""
    return AbuseLedgered(entry=entry_id(call), call=call, warning=event.warning)


def terminated(call: str, event: CallTerminatedForAbuse) -> AbuseLedgered:
    """As the exchange says it."""
    return AbuseLedgered(
        entry=entry_id(call), call=call, terminated=True, category=read_category(event.category)
    )


def recognise(state: State, call: str, event: CallRang) -> list[Decision]:
    """Whether the number is in the ledger. It is shown and refuses nobody an answer (A2)."""
    entries = tuple(name for name in state.ledger.of_number(event.number) if name != entry_id(call))
    if not entries:
        return []
    shared = state.rules.shared_numbers.get(number_key(event.number))
    return [CallerRecognised(call=call, entries=entries, shared=shared)]
