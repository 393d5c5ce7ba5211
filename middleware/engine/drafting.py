"""When a draft report begins, and what follows from what it says (R1-R3, M4)."""

from collections.abc import Iterator

from middleware.domain.reporting import application, is_physical, merge, read_category
from middleware.engine.alarm import Alarm
from middleware.engine.checks import sure
from middleware.engine.entry import Erased, Taken
from middleware.engine.ids import begun_by
from middleware.engine.reach import crews_at
from middleware.engine.reports import Hands, Report
from middleware.engine.state import Call, Incident, State
from schemas.abuse import AbuseCorrected, AbuseNoted, AbuseTakenBack, EntryEvent
from schemas.call import CallTerminatedForAbuse
from schemas.check import Whereabouts
from schemas.decision import Decision, TimerSet, TimerStopped
from schemas.event import Event
from schemas.report import (
    Application,
    Cause,
    CrewReportedViolence,
    Facts,
    Place,
    ViolenceReported,
)
from schemas.reporting import (
    ApplicationFound,
    ReportChanged,
    ReportDrafted,
    SecurityNotified,
    SecurityStoodDown,
)
from schemas.safety import AlarmOutcome

SECURITY = "security"
"""Begins the name of the timer that tells the security team again."""
NO_REPORT = frozenset({AlarmOutcome.ACCIDENTAL, AlarmOutcome.TEST})
"""Nobody met violence: there is nothing to report."""


def from_alarm(state: State, taken: Taken, alarm: Alarm, outcome: AlarmOutcome) -> list[Decision]:
    """A man-down that was real, or of which nobody knows what it was (R1)."""
    report = f"r{alarm.id}"
    if outcome in NO_REPORT or report in state.reports.drafts:
        return []
    drafted = ReportDrafted(
        report=report, cause=Cause.MAN_DOWN, subject=alarm.incident, alarm=alarm.id,
        callsign=alarm.callsign,
    )  # fmt: skip
    return _draft(state, taken, drafted, Facts())


def draft_of(call: str) -> str:
    """The draft about a call that was ended for abuse."""
    return f"r{call}"


def from_termination(
    state: State, taken: Taken, call: str, event: CallTerminatedForAbuse | AbuseNoted | EntryEvent
) -> list[Decision]:
    """A call that was ended for abuse (R1, A1); said again, it may say more."""
    report, facts = draft_of(call), said_facts(event, state.calls.get(call))
    before = state.reports.drafts.get(report)
    if before is not None:
        return amend(state, taken, before, merge(before.facts, facts))
    drafted = ReportDrafted(
        report=report, cause=Cause.ABUSIVE_CALL, subject=call, category=facts.category
    )
    return _draft(state, taken, drafted, facts)


def from_report(state: State, taken: Taken, event: ViolenceReported) -> list[Decision]:
    """Violence that a crew or a person reports (R1)."""
    drafted = ReportDrafted(
        report=begun_by("rv", taken.event),
        cause=Cause.VIOLENCE,
        subject=event.subject if is_known(state, event.subject) else None,
        callsign=event.callsign,
        category=event.facts.category,
    )
    return _draft(state, taken, drafted, event.facts)


def from_crew(state: State, taken: Taken, event: CrewReportedViolence) -> list[Decision]:
    """Violence that a crew reports on its own device (R1)."""
    known, callsign = next(_crew_on(state, event), (None, None))
    drafted = ReportDrafted(
        report=begun_by("rv", taken.event),
        cause=Cause.VIOLENCE,
        subject=known.id if known else None,
        callsign=callsign,
        category=event.facts.category,
    )
    return _draft(state, taken, drafted, event.facts)


def _crew_on(state: State, event: CrewReportedViolence) -> Iterator[tuple[Incident, str]]:
    """The newest incident first."""
    for known in reversed(state.incidents.values()):
        if event.number in (None, known.number):
            for callsign in sorted(crews_at(state, known, event.channel, event.device)):
                yield known, callsign


def is_known(state: State, subject: str | None) -> bool:
    """Whether there is such an incident or call."""
    return subject in state.incidents or subject in state.calls


def said_facts(event: Event | Erased, call: Call | None = None) -> Facts:
    """What an event says of what happened; empty where it says nothing, or was erased. The victim
    of an abusive call is who answered it."""
    if isinstance(event, ViolenceReported | CrewReportedViolence):
        return event.facts
    if isinstance(event, AbuseNoted | AbuseCorrected):
        return _noted_facts(event, call)
    if not isinstance(event, CallTerminatedForAbuse):
        return Facts()
    handler = event.handler or (call.handler if call else None)
    return Facts(
        category=read_category(event.category),
        what=event.ground or None,
        victims=(handler,) if handler else (),
    )


def _noted_facts(event: AbuseNoted | AbuseCorrected, call: Call | None) -> Facts:
    """Who corrects an entry is no victim of it."""
    said = "; ".join(filter(None, (event.ground, event.wording)))
    by = event.by if isinstance(event, AbuseNoted) else None
    handler = call.handler if call and call.handler else by
    victims = (handler,) if handler else ()
    return Facts(category=event.category, what=said or None, victims=victims)


def place_of(place: Whereabouts | None) -> Place:
    """Where, without who rings."""
    if place is None:
        return Place()
    return Place(
        address=place.address, postcode=place.postcode, uprn=place.uprn,
        latitude=place.latitude, longitude=place.longitude,
    )  # fmt: skip


def _draft(state: State, taken: Taken, made: ReportDrafted, facts: Facts) -> list[Decision]:
    incident = state.incidents.get(made.subject or "")
    place = place_of(incident.place if incident else None)
    matches = incident.checked.matches if incident and incident.checked else ()
    markers = tuple(matched.marker for matched in sure(state, matches))
    return [
        made,
        *_notify(taken, state, made.report, facts, None),
        *_apply_for(made.report, facts, place != Place(), markers, None),
    ]


def set_right(
    state: State, taken: Taken, call: str, event: AbuseCorrected | AbuseTakenBack
) -> list[Decision]:
    """The entry from which it was drafted was set right: the draft says so, and a person decides
    what becomes of it."""
    report = state.reports.drafts.get(draft_of(call))
    if report is None or report.is_dropped:
        return []
    facts = merge(report.facts, said_facts(event))
    changed = amend(state, taken, report, facts)
    again = ReportChanged(report=report.id, revision=report.revision + 1, category=facts.category)
    return changed or [again]


def amend(state: State, taken: Taken, report: Report, facts: Facts) -> list[Decision]:
    """The draft says this now; `facts` are whole. Nothing where it says it already."""
    if facts == report.facts or report.is_dropped:
        return []
    return [
        ReportChanged(report=report.id, revision=report.revision + 1, category=facts.category),
        *_notify(taken, state, report.id, facts, report),
        *_apply_for(report.id, facts, report.has_place, report.markers, report),
    ]


def _notify(
    taken: Taken, state: State, report: str, facts: Facts, before: Report | None
) -> list[Decision]:
    """The security team hears of a physical assault by itself, and hears when it was none (R3)."""
    revision = before.notice + 1 if before else 1
    is_told = before is not None and before.hands in (Hands.WAITS, Hands.TAKEN)
    if is_physical(facts.category):
        return [] if is_told else notify(taken, state, report, revision, 1)
    if not is_told:
        return []
    return [SecurityStoodDown(report=report, revision=revision), stop_telling(report)]


def notify(taken: Taken, state: State, report: str, revision: int, times: int) -> list[Decision]:
    """Told now, and again unless a named person takes it (R3)."""
    due_at = taken.received_at + state.rules.remind_security
    return [
        SecurityNotified(report=report, revision=revision, times=times),
        TimerSet(timer=f"{SECURITY}:{report}", revision=taken.position, due_at=due_at),
    ]


def stop_telling(report: str) -> TimerStopped:
    """Nobody is told again."""
    return TimerStopped(timer=f"{SECURITY}:{report}")


def _apply_for(
    report: str, facts: Facts, has_place: bool, markers: tuple[str, ...], before: Report | None
) -> list[Decision]:
    found = application(facts, has_place=has_place, is_marked=bool(markers))
    if found is (before.application if before else Application.NONE):
        return []
    return [ApplicationFound(report=report, application=found, markers=markers)]
