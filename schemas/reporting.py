"""Decisions about incident reports (R1-R3, M4). Ids and codes only: what was said stays in the
event."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Name
from schemas.decided import Decision
from schemas.marker import Category
from schemas.report import Application, Cause

_Revision = Annotated[int, Field(ge=1)]


class ReportDrafted(Decision):
    """A draft begins. `subject`: our id of the incident or call; `alarm`: of the man-down."""

    kind: ClassVar[str] = "report_drafted"
    report: Name
    cause: Cause
    subject: Name | None = None
    alarm: Name | None = None
    callsign: Name | None = None
    category: Category | None = None


class ReportChanged(Decision):
    """The draft says more, or something else."""

    kind: ClassVar[str] = "report_changed"
    report: Name
    revision: _Revision
    category: Category | None = None


class ReportTakenBack(Decision):
    """A named person said that it was no violence or aggression."""

    kind: ClassVar[str] = "report_taken_back"
    report: Name
    revision: _Revision
    by: Name


class ReportReceived(Decision):
    """The reporting system has this revision, under its own `reference` where it gave one."""

    kind: ClassVar[str] = "report_received"
    report: Name
    revision: _Revision
    channel: Name
    reference: Name | None = None


class ReportRefused(Decision):
    """The other side will not take this revision; a person must look."""

    kind: ClassVar[str] = "report_refused"
    report: Name
    revision: _Revision
    channel: Name
    code: Name | None = None


class SecurityNotified(Decision):
    """A physical assault is told to the security team (R3), again with the next `times` until a
    named person has taken it."""

    kind: ClassVar[str] = "security_notified"
    report: Name
    revision: _Revision
    times: Annotated[int, Field(ge=1)]


class SecurityAssumed(Decision):
    """A named person of the security team has it."""

    kind: ClassVar[str] = "security_assumed"
    report: Name
    revision: _Revision
    by: Name


class SecurityStoodDown(Decision):
    """It was no physical assault after all."""

    kind: ClassVar[str] = "security_stood_down"
    report: Name
    revision: _Revision


class ApplicationFound(Decision):
    """What follows from the report for the markers; `markers` are those of the address."""

    kind: ClassVar[str] = "application_found"
    report: Name
    application: Application
    markers: tuple[Name, ...] = ()


class ApplicationDone(Decision):
    """A named person of the marking team has settled it."""

    kind: ClassVar[str] = "application_done"
    report: Name
    by: Name
    applied: bool


REPORT_DECISIONS: tuple[type[Decision], ...] = (
    ReportDrafted,
    ReportChanged,
    ReportTakenBack,
    ReportReceived,
    ReportRefused,
    SecurityNotified,
    SecurityAssumed,
    SecurityStoodDown,
    ApplicationFound,
    ApplicationDone,
)
