"""The fold of decisions about incident reports."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from middleware.domain.alarm_wording import outcome, who
from middleware.domain.reporting import merge, read_category
from middleware.engine.drafting import place_of, said_facts
from middleware.engine.entry import Entry
from middleware.engine.ledger import entry_id
from middleware.engine.reports import SETTLED_KEPT, Hands, Report, notice_id
from middleware.engine.state import Filing, OnChannel, Phase, State
from middleware.ports import By
from schemas import reporting as r
from schemas.abuse import AbuseCorrected, AbuseNoted, AbuseTakenBack, EntryEvent
from schemas.call import CallTerminatedForAbuse
from schemas.decision import Decision
from schemas.report import (
    CrewReportedViolence,
    Place,
    ReportAmended,
    ReportDropped,
    ViolenceReported,
)
from schemas.safety import AlarmEnded

MOST_TEXT = 2_000
TRIED_FOR = timedelta(days=365)
"""A draft goes out again and again for so long; by then somebody has long been told."""


def _on_drafted(state: State, entry: Entry, made: r.ReportDrafted) -> None:
    event, at = entry.event, entry.received_at
    call = state.calls.get(made.subject or "")
    incident = state.incidents.get(made.subject or "")
    report = Report(
        made.report, made.cause, at, at, said_facts(event, call), made.subject,
        alarm=made.alarm, callsign=made.callsign,
    )  # fmt: skip
    if incident is not None:
        report.number, report.service_day = incident.number or None, incident.service_day
        report.place = place_of(incident.place)
    entered = state.ledger.entries.get(entry_id(made.subject or ""))
    if entered is not None:
        report.call, report.occurred_at = entered.exchange_call or None, entered.rang_at
    elif call is not None:
        report.call, report.occurred_at = call.call or None, call.rang_at
    if isinstance(event, ViolenceReported):
        report.reporter, report.occurred_at = event.by, event.happened_at or at
    if isinstance(event, CrewReportedViolence):
        report.reporter = event.by
    _account(state, entry, report)
    state.reports.put(report)
    _file(state, report, at)
    _prune(state)


def _account(state: State, entry: Entry, report: Report) -> None:
    """What the record itself can say of what happened, without a guess."""
    event, alarm = entry.event, state.alarms.get(report.alarm or "")
    if alarm is not None:
        report.occurred_at = alarm.raised_at
        if alarm.position is not None and not report.has_place:
            here = alarm.position
            report.place = Place(latitude=here.latitude, longitude=here.longitude)
        ended = f"; it was {outcome(event.outcome)}" if isinstance(event, AlarmEnded) else ""
        crew = who(alarm.callsign, alarm.radio)
        report.account = f"Man-down of {crew}, pressed {alarm.press} times{ended}"
    if isinstance(event, CallTerminatedForAbuse) and read_category(event.category) is None:
        report.said_category = event.category
    if isinstance(event, CallTerminatedForAbuse | AbuseNoted | AbuseCorrected):
        report.account = "Call ended by the handler under the call-termination policy"


def _prune(state: State) -> None:
    """Of the drafts that wait for nothing the oldest go."""
    if len(state.reports.drafts) <= SETTLED_KEPT:
        return
    settled = [one for one in state.reports.drafts.values() if not _waits(state, one)]
    for old in settled[: max(0, len(settled) - SETTLED_KEPT)]:
        state.reports.drop(old)
        for name in (old.id, notice_id(old.id)):
            state.filings.pop(name, None)


def _waits(state: State, report: Report) -> bool:
    filings = (state.filings.get(name) for name in (report.id, notice_id(report.id)))
    return report.waits or any(one is not None and one.is_unconfirmed for one in filings)


def _file(state: State, report: Report, at: datetime) -> None:
    """The present revision is to be with the reporting system."""
    names = state.rules.channels_by(By.REPORTS)
    before = state.filings.get(report.id)
    state.filings[report.id] = Filing(
        id=report.id,
        revision=report.revision,
        report=report.id,
        is_notice=False,
        issued_at=at,
        expires_at=at + TRIED_FOR,
        phase=Phase.WITHDRAWN if report.is_dropped else Phase.OPEN,
        channels={name: OnChannel(report.id) for name in names},
        shown=before.shown if before else {},
    )


def _on_changed(state: State, entry: Entry, made: r.ReportChanged) -> None:
    report, event = state.reports.drafts[made.report], entry.event
    call = state.calls.get(report.subject or "")
    said = event.facts if isinstance(event, ReportAmended) else said_facts(event, call)
    report.facts = merge(report.facts, said)
    if isinstance(event, EntryEvent):
        done = "taken back" if isinstance(event, AbuseTakenBack) else "corrected"
        report.account += f"; the entry in the abusive-call ledger was {done} by {event.by}"
        report.account = report.account[-MOST_TEXT:]
    report.revision, report.refused = made.revision, None
    _file(state, report, entry.received_at)


def _on_taken_back(state: State, entry: Entry, made: r.ReportTakenBack) -> None:
    report = state.reports.drafts[made.report]
    report.revision, report.dropped_by, report.refused = made.revision, made.by, None
    report.dropped_why = entry.event.reason if isinstance(entry.event, ReportDropped) else ""
    _file(state, report, entry.received_at)


def _on_received(state: State, entry: Entry, made: r.ReportReceived) -> None:
    report = state.reports.drafts[made.report]
    report.received = max(report.received, made.revision)
    report.reference = made.reference or report.reference
    report.refused = None


def _on_refused(state: State, entry: Entry, made: r.ReportRefused) -> None:
    state.reports.drafts[made.report].refused = made.code or "refused"


def _notice(state: State, entry: Entry, report: Report, revision: int) -> None:
    """What the security team is told, on its own channels."""
    name, at = notice_id(report.id), entry.received_at
    before = state.filings.get(name)
    report.notice = revision
    state.filings[name] = Filing(
        id=name,
        revision=revision,
        report=report.id,
        is_notice=True,
        issued_at=at,
        expires_at=at + TRIED_FOR,
        phase=Phase.WITHDRAWN if report.hands is Hands.STOOD_DOWN else Phase.OPEN,
        channels={one: OnChannel(report.id) for one in state.rules.channels_by(By.SECURITY)},
        shown=before.shown if before else {},
    )


def _on_notified(state: State, entry: Entry, made: r.SecurityNotified) -> None:
    report = state.reports.drafts[made.report]
    report.hands, report.times = Hands.WAITS, made.times
    report.notified_at = report.notified_at or entry.received_at
    _notice(state, entry, report, made.revision)


def _on_assumed(state: State, entry: Entry, made: r.SecurityAssumed) -> None:
    report = state.reports.drafts[made.report]
    report.hands, report.taken_by, report.taken_at = Hands.TAKEN, made.by, entry.received_at
    _notice(state, entry, report, made.revision)


def _on_stood_down(state: State, entry: Entry, made: r.SecurityStoodDown) -> None:
    report = state.reports.drafts[made.report]
    report.hands = Hands.STOOD_DOWN
    _notice(state, entry, report, made.revision)


def _on_application(state: State, entry: Entry, made: r.ApplicationFound) -> None:
    report = state.reports.drafts[made.report]
    report.application, report.markers = made.application, made.markers
    report.settled_by = report.applied = None


def _on_done(state: State, entry: Entry, made: r.ApplicationDone) -> None:
    report = state.reports.drafts[made.report]
    report.settled_by, report.applied = made.by, made.applied


REPORTS: dict[type[Decision], Callable[[State, Entry, Any], None]] = {
    r.ReportDrafted: _on_drafted,
    r.ReportChanged: _on_changed,
    r.ReportTakenBack: _on_taken_back,
    r.ReportReceived: _on_received,
    r.ReportRefused: _on_refused,
    r.SecurityNotified: _on_notified,
    r.SecurityAssumed: _on_assumed,
    r.SecurityStoodDown: _on_stood_down,
    r.ApplicationFound: _on_application,
    r.ApplicationDone: _on_done,
}
