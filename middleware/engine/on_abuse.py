"""What follows from warnings and terminations, and from a number that rings again (A1, A2)."""

from middleware.domain.reporting import read_category
from middleware.engine.drafting import from_termination
from middleware.engine.entry import Taken
from middleware.engine.ledger import entry_id, number_key
from middleware.engine.state import State
from schemas.abuse import AbuseLedgered, AbuseNoted, CallerRecognised
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
    is_over = event.terminated or state.calls[event.subject].ended_for_abuse
    drafts = from_termination(state, taken, event.subject, event) if is_over else []
    return [CallChanged(call=event.subject), noted, *drafts]


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
