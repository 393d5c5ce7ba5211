"""What is on record of abusive and frequent callers, in words (A2, M4, M6, E3)."""

from middleware.domain.abuse_ledger import often
from middleware.domain.reporting import sub_category
from middleware.engine.frequent import RINGS_KEPT
from schemas import abuse as a
from schemas import frequent as f
from schemas import proposal as p
from schemas.decision import Decision

OF_CALLERS = frozenset((*a.ABUSE_DECISIONS, f.FrequentCallerRecognised, *p.PROPOSAL_DECISIONS))


def caller_words(made: Decision) -> str:
    """One line; empty for what says nothing of who rings."""
    match made:
        case a.AbuseLedgered():
            return f"abusive-call ledger: {_done(made.warning, made.terminated)}{_what(made)}"
        case a.AbuseSetRight():
            warned = ", ".join(f"warning {n}" for n in made.warnings)
            ended = "ended" if made.terminated else ""
            now = " and ".join(filter(None, (warned, ended)))
            return f"abusive-call ledger corrected by {made.by}: {now}{_what(made)}"
        case a.AbuseStruck():
            return f"abusive-call ledger: entry taken back by {made.by}; it counts no more"
        case a.CallerRecognised():
            return f"number recognised: {len(made.entries)} times in the abusive-call ledger"
        case f.FrequentCallerRecognised():
            counted = often(made.rings, made.days, RINGS_KEPT) if made.rings else ""
            plan = f"plan {made.plan}" if made.plan else "no plan"
            return "; ".join(filter(None, (f"frequent caller: {plan}", counted)))
    return _proposal_words(made)


def _proposal_words(made: Decision) -> str:
    match made:
        case p.ProposalMade():
            return f"a {made.what} is proposed as {made.proposal}"
        case p.ProposalDone():
            marker = f": marker {made.marker}" if made.marker else ""
            done = "accepted" if made.accepted else "not accepted"
            return f"proposal {made.proposal} {done} by {made.by}{marker}"
        case p.ProposalLapsed():
            return f"proposal {made.proposal} not asked any more: its ground is gone"
    return ""


def _done(warning: int | None, terminated: bool) -> str:
    said = [f"warning {warning}" if warning else "", "ended under the policy" if terminated else ""]
    return " and ".join(filter(None, said)) or "noted"


def _what(made: a.AbuseLedgered | a.AbuseSetRight) -> str:
    words = sub_category(made.category)
    return f"; {words}" if words else ""
