"""What people do at a screen about violence and its drafts; on record before it is answered (R1-R3,
M4, E1)."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from middleware.console.acts import SOURCE, Acts
from middleware.console.guard import Caller
from middleware.console.hub import Hub, Screen
from middleware.console.projection import Projection
from middleware.console.reports import open_report
from middleware.engine.drafting import is_known
from middleware.engine.ids import begun_by
from middleware.engine.reports import Report
from schemas.base import Code, Name, Said
from schemas.report import (
    ApplicationSettled,
    AssaultTaken,
    Facts,
    ReportAmended,
    ReportDropped,
    ReportEvent,
    Short,
    ViolenceReported,
)

Act = Callable[[Screen, Caller, Any], Awaitable[None]]


class _ReportViolence(Said):
    do: Name
    subject: Name | None = None
    callsign: Code | None = None
    facts: Facts


class _OfReport(Said):
    do: Name
    report: Code


class _Amend(_OfReport):
    facts: Facts


class _Drop(_OfReport):
    reason: Short


class _Settle(_Drop):
    applied: bool


@dataclass(frozen=True, slots=True)
class ReportVerbs:
    """Each verb: an event in the journal, then the words for who asked."""

    hub: Hub
    projection: Projection
    acts: Acts

    def table(self) -> dict[str, tuple[type[Said], Act]]:
        """Verb to its shape and handler."""
        return {
            "report-violence": (_ReportViolence, self._report),
            "open-report": (_OfReport, self._open),
            "amend-report": (_Amend, self._amend),
            "drop-report": (_Drop, self._drop),
            "take-assault": (_OfReport, self._take),
            "settle-application": (_Settle, self._settle),
        }

    async def _report(self, screen: Screen, caller: Caller, said: _ReportViolence) -> None:
        if said.subject is not None and not is_known(self.projection.state, said.subject):
            self._tell(screen, "refused", "that incident has left the list: report without it")
            return
        reported = ViolenceReported(
            source=SOURCE, id=secrets.token_hex(8), occurred_at=self.acts.clock.now(),
            subject=said.subject, callsign=said.callsign, facts=said.facts,
            by=caller.name, role=caller.role,
        )  # fmt: skip
        await self.acts.intake.submit(reported)
        report = self._known(begun_by("rv", reported))
        told = " The security team is told." if report and report.is_physical else ""
        self._tell(screen, "done", f"On record, and drafted as a report.{told}")

    async def _open(self, screen: Screen, caller: Caller, said: _OfReport) -> None:
        """Who looked at the persons in it is on record before they are shown (E1)."""
        if self._known(said.report) is not None:
            await self.acts.open_note(caller, said.report)
        opened = open_report(self.projection.state, said.report)
        if opened is None:
            self._tell(screen, "refused", "that draft has left the list")
        else:
            self.hub.tell(screen, {"say": "report", "report": opened, "subject": said.report})

    async def _amend(self, screen: Screen, caller: Caller, said: _Amend) -> None:
        before = self._known(said.report)
        revision = before.revision if before else 0
        await self._submit(ReportAmended, caller, said.report, facts=said.facts)
        report = self._known(said.report)
        if report is None or report.is_dropped or report.revision == revision:
            self._tell(screen, "refused", "nothing was changed: it says so already, or is over")
        else:
            self._tell(screen, "done", "On record: the draft says it now.")

    async def _drop(self, screen: Screen, caller: Caller, said: _Drop) -> None:
        await self._submit(ReportDropped, caller, said.report, reason=said.reason)
        report = self._known(said.report)
        is_done = report is not None and report.dropped_by == caller.name
        words = "Taken back from everywhere it went; the record stays."
        self._answer(screen, is_done, words, "it was taken back before, or has left the list")

    async def _take(self, screen: Screen, caller: Caller, said: _OfReport) -> None:
        await self._submit(AssaultTaken, caller, said.report)
        report = self._known(said.report)
        by = report.taken_by if report else None
        words = "It is in your hands."
        self._answer(screen, by == caller.name, words, f"{by or 'nobody'} has it: it is over")

    async def _settle(self, screen: Screen, caller: Caller, said: _Settle) -> None:
        more = {"applied": said.applied, "reason": said.reason}
        await self._submit(ApplicationSettled, caller, said.report, **more)
        report = self._known(said.report)
        is_done = report is not None and report.settled_by == caller.name
        self._answer(screen, is_done, "On record with your name.", "somebody has settled it before")

    async def _submit(
        self, kind: type[ReportEvent], caller: Caller, report: str, **more: Any
    ) -> None:
        await self.acts.intake.submit(
            kind(
                source=SOURCE, id=secrets.token_hex(8), occurred_at=self.acts.clock.now(),
                report=report, by=caller.name, **more,
            )
        )  # fmt: skip

    def _known(self, report: str) -> Report | None:
        return self.projection.state.reports.drafts.get(report)

    def _answer(self, screen: Screen, is_done: bool, done: str, refused: str) -> None:
        self._tell(screen, "done" if is_done else "refused", done if is_done else refused)

    def _tell(self, screen: Screen, say: str, words: str) -> None:
        self.hub.tell(screen, {"say": say, "words": words})
