"""Figures of abusive calls, proposals and frequent callers from committed records (A2, M6, O1)."""

from collections import Counter

from middleware.engine.entry import Entry
from middleware.engine.proposals import Course
from middleware.engine.state import State
from middleware.flow.figures import Acts
from middleware.ports import Meters
from schemas import abuse as a
from schemas import frequent as f
from schemas import proposal as p

NOT_KNOWN = "not_known"


class CallerFigures:
    """Counts what was noted, set right, recognised and decided; measures what waits."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self.acts: Acts = {
            a.AbuseLedgered: self._on_abuse,
            a.CallerRecognised: self._on_recognised,
            a.AbuseSetRight: lambda entry, made, state: self._on_right("corrected"),
            a.AbuseStruck: lambda entry, made, state: self._on_right("taken_back"),
            f.FrequentCallerRecognised: self._on_frequent,
            p.ProposalMade: lambda entry, made, state: self._on_proposal(made.what.value, "made"),
            p.ProposalDone: self._on_done,
            p.ProposalLapsed: self._on_lapsed,
        }

    def _on_abuse(self, entry: Entry, made: a.AbuseLedgered, state: State) -> None:
        category = made.category.value if made.category else NOT_KNOWN
        what = "ended" if made.terminated else "warned" if made.warning else "noted"
        self._meters.counter("forewarn_abusive_calls_total", what=what, category=category).inc()

    def _on_recognised(self, entry: Entry, made: a.CallerRecognised, state: State) -> None:
        self._meters.counter("forewarn_callers_recognised_total").inc()

    def _on_right(self, what: str) -> None:
        self._meters.counter("forewarn_abuse_set_right_total", what=what).inc()

    def _on_frequent(self, entry: Entry, made: f.FrequentCallerRecognised, state: State) -> None:
        plan = "yes" if made.plan else "no"
        self._meters.counter("forewarn_frequent_callers_total", plan=plan).inc()

    def _on_done(self, entry: Entry, made: p.ProposalDone, state: State) -> None:
        became = Course.ACCEPTED if made.accepted else Course.DECLINED
        self._of_known(made.proposal, became, state)

    def _on_lapsed(self, entry: Entry, made: p.ProposalLapsed, state: State) -> None:
        self._of_known(made.proposal, Course.LAPSED, state)

    def _of_known(self, proposal: str, became: Course, state: State) -> None:
        known = state.proposals.get(proposal)
        if known is not None:
            self._on_proposal(known.what.value, became.value)

    def _on_proposal(self, what: str, became: str) -> None:
        self._meters.counter("forewarn_proposals_total", what=what, became=became).inc()

    def measure(self, state: State) -> None:
        """Set the gauges to what is open now."""
        waits = Counter(one.what for one in state.proposals.values() if one.course is Course.OPEN)
        for what in p.Proposed:
            gauge = self._meters.gauge("forewarn_proposals_waiting", what=what.value)
            gauge.set(waits[what])
        self._meters.gauge("forewarn_frequent_plans").set(len(state.frequent.plans))
        self._meters.gauge("forewarn_rings_kept_numbers").set(len(state.frequent.rings))
