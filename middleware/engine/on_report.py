"""What follows when people report violence and complete the drafts (R1-R3, M4)."""

from middleware.domain.reporting import merge
from middleware.engine import drafting
from middleware.engine.entry import Taken
from middleware.engine.proposing import declined
from middleware.engine.reports import Hands, Report
from middleware.engine.state import Filing, State
from schemas.decision import Decision, Ignored, Shown, Why
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed
from schemas.report import (
    Application,
    ApplicationSettled,
    AssaultTaken,
    CrewReportedViolence,
    ReportAmended,
    ReportDropped,
    ReportEvent,
    ViolenceReported,
)
from schemas.reporting import (
    ApplicationDone,
    ReportReceived,
    ReportRefused,
    ReportTakenBack,
    SecurityAssumed,
    SecurityStoodDown,
)


def on_reported(state: State, taken: Taken, event: ViolenceReported) -> list[Decision]:
    return drafting.from_report(state, taken, event)


def on_reported_by_crew(state: State, taken: Taken, event: CrewReportedViolence) -> list[Decision]:
    """Of the incident it is on; of one that it has left nothing is known but what it says."""
    return drafting.from_crew(state, taken, event)


def on_amended(state: State, taken: Taken, event: ReportAmended) -> list[Decision]:
    report = _open(state, event)
    if isinstance(report, Ignored):
        return [report]
    facts = merge(report.facts, event.facts)
    return drafting.amend(state, taken, report, facts) or [Ignored(why=Why.ALREADY)]


def on_dropped(state: State, taken: Taken, event: ReportDropped) -> list[Decision]:
    """Taken back from everywhere it went; the record stays."""
    report = _open(state, event)
    if isinstance(report, Ignored):
        return [report]
    told = report.hands in (Hands.WAITS, Hands.TAKEN)
    stood_down = SecurityStoodDown(report=report.id, revision=report.notice + 1)
    return [
        ReportTakenBack(report=report.id, revision=report.revision + 1, by=event.by),
        *([stood_down, drafting.stop_telling(report.id)] if told else []),
    ]


def on_assault_taken(state: State, taken: Taken, event: AssaultTaken) -> list[Decision]:
    report = _open(state, event)
    if isinstance(report, Ignored):
        return [report]
    if report.hands is not Hands.WAITS:
        return [Ignored(why=Why.ALREADY)]
    return [
        SecurityAssumed(report=report.id, revision=report.notice + 1, by=event.by),
        drafting.stop_telling(report.id),
    ]


def on_settled(state: State, taken: Taken, event: ApplicationSettled) -> list[Decision]:
    report = _open(state, event)
    if isinstance(report, Ignored):
        return [report]
    if report.settled_by is not None or report.application is Application.NONE:
        return [Ignored(why=Why.ALREADY)]
    done = ApplicationDone(report=report.id, by=event.by, applied=event.applied)
    return [done, *(declined(state, report.subject or "", event.by) if not event.applied else [])]


def remind(state: State, taken: Taken, report: str) -> list[Decision]:
    """Nobody of the security team has taken it: they are told again (R3)."""
    known = state.reports.drafts.get(report)
    if known is None or known.hands is not Hands.WAITS:
        return [Ignored(why=Why.STALE)]
    return drafting.notify(taken, state, report, known.notice + 1, known.times + 1)


# --- what the other side says ----------------------------------------------------------


def confirmed(filing: Filing, event: NoteDisplayed) -> list[Decision]:
    """The other side has this revision."""
    if event.channel not in filing.channels or event.note_revision > filing.revision:
        return [Ignored(why=Why.UNKNOWN)]
    if event.note_revision <= filing.shown.get(event.channel, 0):
        return [Ignored(why=Why.ALREADY)]
    return [
        Shown(
            note=filing.id,
            revision=event.note_revision,
            channel=event.channel,
            before_at_scene=False,
        )
    ]


def answered(filing: Filing, event: DeliveryReported) -> list[Decision]:
    """Under which reference it has it, or that it will not take it."""
    if event.channel not in filing.channels or event.note_revision > filing.revision:
        return [Ignored(why=Why.UNKNOWN)]
    report, revision, channel = filing.report, event.note_revision, event.channel
    if event.state is Delivery.RECEIVED and not filing.is_notice:
        return [
            ReportReceived(report=report, revision=revision, channel=channel, reference=event.code)
        ]
    if event.state is Delivery.REFUSED:
        return [ReportRefused(report=report, revision=revision, channel=channel, code=event.code)]
    return [Ignored(why=Why.STALE)]


def _open(state: State, event: ReportEvent) -> Report | Ignored:
    report = state.reports.drafts.get(event.report)
    if report is None:
        return Ignored(why=Why.UNKNOWN)
    return Ignored(why=Why.ALREADY) if report.is_dropped else report
