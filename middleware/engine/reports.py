"""Drafts of incident reports, as state (R1-R3, M4)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from middleware.domain.reporting import is_physical
from schemas.report import Application, Cause, Facts, Place

SETTLED_KEPT = 1_000
"""Drafts that wait for nothing; the journal has all."""

OPEN_ENDS = frozenset({Application.DUE, Application.REAPPLICATION, Application.WAITS})
"""What the marking team must still do something about."""


class Hands(StrEnum):
    """Where the telling of the security team stands (R3)."""

    NOBODY = "nobody"
    """No physical assault: nobody is told."""
    WAITS = "waits"
    TAKEN = "taken"
    STOOD_DOWN = "stood_down"


@dataclass(slots=True)
class Report:
    """One draft. `place` and the incident's number are as they were when it was drafted: the
    incident leaves the working state before the draft does."""

    id: str
    cause: Cause
    drafted_at: datetime
    occurred_at: datetime
    facts: Facts
    subject: str | None = None
    number: str | None = None
    service_day: date | None = None
    call: str | None = None
    alarm: str | None = None
    callsign: str | None = None
    place: Place = field(default_factory=Place)
    account: str = ""
    said_category: str | None = None
    """What an exchange called it, where that is no sub-category."""
    reporter: str | None = None
    revision: int = 1
    dropped_by: str | None = None
    dropped_why: str = ""
    reference: str | None = None
    received: int = 0
    """The last revision that a reporting system said it has."""
    refused: str | None = None
    """The code with which the present revision was refused."""
    hands: Hands = Hands.NOBODY
    notified_at: datetime | None = None
    times: int = 0
    notice: int = 0
    """Revision of what the security team is told."""
    taken_by: str | None = None
    taken_at: datetime | None = None
    application: Application = Application.NONE
    markers: tuple[str, ...] = ()
    settled_by: str | None = None
    applied: bool | None = None

    @property
    def is_dropped(self) -> bool:
        return self.dropped_by is not None

    @property
    def is_physical(self) -> bool:
        """Whether the security team is told by itself (R3)."""
        return is_physical(self.facts.category)

    @property
    def has_place(self) -> bool:
        return self.place != Place()

    @property
    def waits_for_marking(self) -> bool:
        """Whether the marking team must still apply, or say why not (M4)."""
        return self.application in OPEN_ENDS and self.settled_by is None and not self.is_dropped

    @property
    def waits(self) -> bool:
        """Whether a person must still do something about it."""
        return self.hands is Hands.WAITS or self.waits_for_marking


@dataclass(slots=True)
class Reports:
    """All drafts, the newest last, and which there are about one incident or call."""

    drafts: dict[str, Report] = field(default_factory=dict)
    by_subject: dict[str, dict[str, None]] = field(default_factory=dict)

    def put(self, report: Report) -> None:
        """A new draft."""
        self.drafts[report.id] = report
        if report.subject:
            self.by_subject.setdefault(report.subject, {})[report.id] = None

    def beside(self, report: Report) -> Iterable[str]:
        """Other drafts about the same incident or call."""
        there = self.by_subject.get(report.subject or "", {})
        return [name for name in there if name != report.id and not self.drafts[name].is_dropped]

    def drop(self, old: Report) -> None:
        """Out of the working state; the journal keeps it."""
        del self.drafts[old.id]
        there = self.by_subject.get(old.subject or "", {})
        there.pop(old.id, None)
        if not there:
            self.by_subject.pop(old.subject or "", None)


def notice_id(report: str) -> str:
    """Of what the security team is told about it."""
    return f"s{report}"
