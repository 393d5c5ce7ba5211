"""What other bodies are told about a report, made from the state (R1, R3, N8)."""

from collections.abc import Iterator

from middleware.domain.reporting import missing, persons, sub_category
from middleware.engine.reports import Hands, Report, notice_id
from middleware.engine.state import Filing, State
from schemas.report import Cause, IncidentReport, Missing, SecurityNotice


def filing_body(state: State, filing: Filing) -> IncidentReport | SecurityNotice:
    """The present revision of the draft, or of what the security team is told."""
    report = state.reports.drafts[filing.report]
    return notice_body(report) if filing.is_notice else report_body(state, report)


def report_body(state: State, report: Report) -> IncidentReport:
    """The draft as it is sent and exported; a taking back says nothing of what was taken back."""
    if report.is_dropped:
        return IncidentReport(
            id=report.id, revision=report.revision, withdrawn=True, type="report.withdrawn"
        )
    facts = report.facts
    return IncidentReport(
        id=report.id,
        revision=report.revision,
        cause=report.cause,
        sub_category=facts.category,
        sub_category_in_words=sub_category(facts.category),
        sub_category_as_said=report.said_category,
        medical_factor=facts.medical,
        occurred_at=report.occurred_at,
        drafted_at=report.drafted_at,
        incident=report.number,
        service_day=report.service_day,
        call=report.call,
        alarm=report.alarm,
        callsign=report.callsign,
        place=report.place,
        account=report.account,
        what_happened=facts.what,
        persons=tuple(persons(facts, report.reporter)),
        injury=facts.injury,
        police=facts.police,
        security_notified_at=report.notified_at,
        marker_application=report.application,
        references=tuple(state.reports.beside(report)),
        missing=tuple(lacking(report)),
    )


def exported(state: State, *, dropped: bool = False) -> Iterator[IncidentReport]:
    """Every draft, the oldest first, as it is sent; those that were taken back only on request."""
    for report in state.reports.drafts.values():
        if dropped or not report.is_dropped:
            yield report_body(state, report)


def lacking(report: Report) -> list[Missing]:
    """What the draft needs and nobody has said."""
    return missing(
        report.facts,
        has_incident=report.number is not None,
        has_place=report.has_place,
        by_call=report.cause is Cause.ABUSIVE_CALL,
    )


def notice_body(report: Report) -> SecurityNotice:
    """No names and no account: the security team reads those at the console (N8)."""
    if report.hands is Hands.STOOD_DOWN:
        return SecurityNotice(
            id=notice_id(report.id),
            revision=report.notice,
            withdrawn=True,
            type="assault.withdrawn",
        )
    return SecurityNotice(
        id=notice_id(report.id),
        revision=report.notice,
        sub_category=report.facts.category,
        sub_category_in_words=sub_category(report.facts.category),
        occurred_at=report.occurred_at,
        incident=report.number,
        callsign=report.callsign,
        address=report.place.address,
        times=report.times,
        taken_by=report.taken_by,
    )
