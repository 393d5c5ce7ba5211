"""The fold of decisions about proposals after abusive calls, and about frequent callers."""

from collections.abc import Callable
from typing import Any

from middleware.engine.drafting import place_of
from middleware.engine.entry import Entry
from middleware.engine.frequent import Plan
from middleware.engine.ledger import number_key
from middleware.engine.proposals import SETTLED_KEPT, Course, Proposal
from middleware.engine.state import State
from schemas import frequent as f
from schemas import proposal as p
from schemas.decision import Decision
from schemas.report import ApplicationSettled


def _on_made(state: State, entry: Entry, made: p.ProposalMade) -> None:
    call = state.calls.get(made.call)
    place = place_of(call.place if call else None)
    state.proposals.pop(made.proposal, None)
    state.proposals[made.proposal] = Proposal(
        made.proposal, made.what, made.entry, made.call, entry.received_at, place
    )
    if len(state.proposals) > SETTLED_KEPT:
        over = [one.id for one in state.proposals.values() if one.course is not Course.OPEN]
        for name in over[: len(state.proposals) - SETTLED_KEPT]:
            del state.proposals[name]


def _on_done(state: State, entry: Entry, made: p.ProposalDone) -> None:
    known, event = state.proposals[made.proposal], entry.event
    known.course = Course.ACCEPTED if made.accepted else Course.DECLINED
    known.by, known.at = made.by, entry.received_at
    known.marker = made.marker or known.marker
    if isinstance(event, p.ProposalSettled):
        known.reason, known.text = event.reason, event.text
    elif isinstance(event, ApplicationSettled):
        known.reason = event.reason


def _on_lapsed(state: State, entry: Entry, made: p.ProposalLapsed) -> None:
    known = state.proposals[made.proposal]
    known.course, known.at = Course.LAPSED, entry.received_at


def _on_recognised(state: State, entry: Entry, made: f.FrequentCallerRecognised) -> None:
    call = state.calls[made.call]
    call.rings = (made.rings, made.days)
    if made.caller is not None:
        number, at = number_key(call.number), entry.received_at
        state.frequent.put_often(made.caller, number, at, made.rings, made.days)


def _on_plan(state: State, entry: Entry, made: f.FrequentPlanMade) -> None:
    event = entry.event
    if isinstance(event, f.FrequentPlanPut):
        state.frequent.put(
            Plan(event.plan, event.phones, event.precedence, event.ends_on, event.by,
                 entry.received_at)
        )  # fmt: skip


def _on_over(state: State, entry: Entry, made: f.FrequentPlansOver) -> None:
    state.frequent.end(made.plans)


def _on_forgotten(state: State, entry: Entry, made: f.RingsForgotten) -> None:
    state.frequent.forget(made.before)


PROPOSALS: dict[type[Decision], Callable[[State, Entry, Any], None]] = {
    p.ProposalMade: _on_made,
    p.ProposalDone: _on_done,
    p.ProposalLapsed: _on_lapsed,
    f.FrequentCallerRecognised: _on_recognised,
    f.FrequentPlanMade: _on_plan,
    f.FrequentPlansOver: _on_over,
    f.RingsForgotten: _on_forgotten,
}
