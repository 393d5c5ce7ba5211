"""Figures of incident reports from committed records (R1, R3, M4, O1)."""

from collections import Counter
from datetime import datetime

from middleware.engine.entry import Entry
from middleware.engine.reports import Hands
from middleware.engine.state import State
from middleware.flow.figures import Acts
from middleware.ports import Meters
from schemas import reporting as r

NOT_KNOWN = "not_known"


class ReportFigures:
    """Counts what was drafted, told and settled, and measures what waits for a person."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self.acts: Acts = {
            r.ReportDrafted: self._on_drafted,
            r.SecurityAssumed: self._on_assumed,
        }

    def _on_drafted(self, entry: Entry, made: r.ReportDrafted, state: State) -> None:
        category = made.category.value if made.category else NOT_KNOWN
        self._meters.counter(
            "forewarn_reports_drafted_total", cause=made.cause.value, category=category
        ).inc()

    def _on_assumed(self, entry: Entry, made: r.SecurityAssumed, state: State) -> None:
        report = state.reports.drafts.get(made.report)
        if report is not None and report.notified_at is not None:
            took = (entry.received_at - report.notified_at).total_seconds()
            self._meters.histogram("forewarn_assault_taken_seconds").observe(took)

    def measure(self, state: State, now: datetime) -> None:
        """Set the gauges to what is open now."""
        waits, oldest = Counter[str](), now
        for report in state.reports.drafts.values():
            waits["sub_category"] += not report.is_dropped and report.facts.category is None
            waits["security"] += report.hands is Hands.WAITS
            waits["marking"] += report.waits_for_marking
            if report.hands is Hands.WAITS and report.notified_at is not None:
                oldest = min(oldest, report.notified_at)
        waits["receipt"] = sum(one.is_unconfirmed for one in state.filings.values())
        for what in ("sub_category", "security", "marking", "receipt"):
            self._meters.gauge("forewarn_reports_waiting", what=what).set(waits[what])
        waiting = (now - oldest).total_seconds()
        self._meters.gauge("forewarn_assault_untaken_seconds").set(waiting)
