"""Which rows decisions about abusive calls and frequent callers touch."""

from collections.abc import Callable, Iterator
from typing import Any

from middleware.engine.entry import Entry
from middleware.engine.state import State
from schemas import frequent as f
from schemas import proposal as p
from schemas.abuse import AbuseLedgered, AbuseSetRight, AbuseStruck, CallerRecognised
from schemas.decision import Decision

Touch = tuple[str, str]


def _of_ledger(made: AbuseLedgered, entry: Entry, state: State) -> Iterator[Touch]:
    yield "abuse", made.entry
    yield "calls", made.call
    yield from _proposed(made.entry, state)


def _of_recognised(made: CallerRecognised, entry: Entry, state: State) -> Iterator[Touch]:
    yield "abuse", made.entries[-1]
    yield "calls", made.call


def _of_right(made: Any, entry: Entry, state: State) -> Iterator[Touch]:
    """The entry, what is proposed for it, the entries of its number, and every call that shows
    them."""
    yield "calls", made.call
    known = state.ledger.entries.get(made.entry)
    for name in {made.entry, *state.ledger.of_number(known.number if known else None)}:
        yield "abuse", name
    yield from _proposed(made.entry, state)
    for call in state.calls.values():
        if made.entry in call.abuse:
            yield "calls", call.id


def _proposed(entry: str, state: State) -> Iterator[Touch]:
    for one in state.proposals.values():
        if one.entry == entry:
            yield from _listed(one.id)


def _of_proposal(made: Any, entry: Entry, state: State) -> Iterator[Touch]:
    yield from _listed(made.proposal)


def _listed(proposal: str) -> Iterator[Touch]:
    yield "proposals", proposal
    yield "letters", proposal


def _of_frequent(made: f.FrequentCallerRecognised, entry: Entry, state: State) -> Iterator[Touch]:
    yield "calls", made.call
    if made.caller is not None:
        yield "frequent", made.caller


def _of_plans(made: Any, entry: Entry, state: State) -> Iterator[Touch]:
    """The plans, the numbers beside them, and everything live: who rings may be theirs."""
    for name in (made.plan,) if isinstance(made, f.FrequentPlanMade) else made.plans:
        yield "frequent", name
    yield from _of_forgotten(made, entry, state)
    for call in state.calls.values():
        yield "calls", call.id
    for incident in state.incidents.values():
        if incident.place.phone:
            yield "incidents", incident.id
            yield "flagged", incident.id


def _of_forgotten(made: Decision, entry: Entry, state: State) -> Iterator[Touch]:
    for name in state.frequent.often:
        yield "frequent", name


CALLERS: dict[type[Decision], Callable[[Any, Entry, State], Iterator[Touch]]] = {
    AbuseLedgered: _of_ledger,
    CallerRecognised: _of_recognised,
    AbuseSetRight: _of_right,
    AbuseStruck: _of_right,
    **dict.fromkeys(p.PROPOSAL_DECISIONS, _of_proposal),
    f.FrequentCallerRecognised: _of_frequent,
    f.FrequentPlanMade: _of_plans,
    f.FrequentPlansOver: _of_plans,
    f.RingsForgotten: _of_forgotten,
}
