"""When a marker or a letter is proposed, and what a decision on it means (A2, M4). Nothing is put,
sent or ended by itself: a named person decides."""

from middleware.engine.drafting import draft_of
from middleware.engine.entry import Taken
from middleware.engine.ledger import entry_id, number_key
from middleware.engine.proposals import Course, proposal_id
from middleware.engine.state import State
from schemas.decision import Decision, Ignored, Why
from schemas.proposal import ProposalDone, ProposalLapsed, ProposalMade, ProposalSettled, Proposed
from schemas.report import Application
from schemas.reporting import ApplicationDone


def propose(state: State, call: str, number: str | None) -> list[Decision]:
    """After a call from this number was ended for abuse: both, once. Not where the number is
    withheld or stands for no person: there is nobody to mark and nobody to write to."""
    key = number_key(number)
    if not key or key in state.rules.shared_numbers:
        return []
    made: list[Decision] = []
    for what in Proposed:
        before = state.proposals.get(proposal_id(what, call))
        if before is None or before.course is Course.LAPSED:
            name, entry = proposal_id(what, call), entry_id(call)
            made.append(ProposalMade(proposal=name, what=what, entry=entry, call=call))
    return made


def lapse(state: State, call: str) -> list[Decision]:
    """The call was not ended for abuse after all. What a person has decided stays decided, and
    says that its ground is gone."""
    names = [proposal_id(what, call) for what in Proposed]
    there = [state.proposals[name] for name in names if name in state.proposals]
    return [ProposalLapsed(proposal=one.id) for one in there if one.course is Course.OPEN]


def on_settled(state: State, taken: Taken, event: ProposalSettled) -> list[Decision]:
    """Decided once. An accepted marker, whose ground is gone since, may be given up."""
    known = state.proposals.get(event.proposal)
    if known is None:
        return [Ignored(why=Why.UNKNOWN)]
    groundless = known.course is Course.ACCEPTED and is_groundless(state, known.call)
    gives_up = groundless and not event.accepted
    if known.course is not Course.OPEN and not gives_up:
        return [Ignored(why=Why.ALREADY)]
    done = ProposalDone(
        proposal=known.id, accepted=event.accepted, by=event.by, marker=event.marker
    )
    settles = known.what is Proposed.MARKER and not gives_up
    return [done, *(_application(state, known.call, event) if settles else [])]


def declined(state: State, call: str, by: str) -> list[Decision]:
    """No marker is applied for: then none is proposed any more."""
    known = state.proposals.get(proposal_id(Proposed.MARKER, call))
    if known is None or known.course is not Course.OPEN:
        return []
    return [ProposalDone(proposal=known.id, accepted=False, by=by)]


def is_groundless(state: State, call: str) -> bool:
    """Whether the ledger does not say any more that the call was ended for abuse."""
    entry = state.ledger.entries.get(entry_id(call))
    return entry is not None and (entry.struck or entry.terminated_at is None)


def _application(state: State, call: str, event: ProposalSettled) -> list[Decision]:
    """The draft of the same call offers to apply for a marker: that is decided with it."""
    report = state.reports.drafts.get(draft_of(call))
    if report is None or report.is_dropped or report.settled_by is not None:
        return []
    if report.application is Application.NONE:
        return []
    return [ApplicationDone(report=report.id, by=event.by, applied=event.accepted)]
