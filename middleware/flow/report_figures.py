"""Figures of incident reports from committed records (R1, R3, M4, O1)."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from middleware.engine.entry import Entry
from middleware.engine.reports import Hands
from middleware.engine.state import State
from middleware.ports import Meters
from schemas import reporting as r
from schemas.decision import Decision

NOT_KNOWN = "not_known"


class ReportFigures:
    """Counts what was drafted, told and settled, and measures what waits for a person."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self._counts: dict[type[Decision], Callable[[Entry, Any, State], None]] = {
            r.ReportDrafted: self._on_drafted,
            r.SecurityAssumed: self._on_assumed,
        }

    def on_decision(self, entry: Entry, made: Decision, state: State) -> None:
        count = self._counts.get(type(made))
        if count is not None:
            count(entry, made, state)

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
