"""Draft reports as the security team, supervisors and the marking team see them (R1-R3, M4)."""

from datetime import date

from middleware.console.rows import Row, place_in_words
from middleware.domain import report_wording as words
from middleware.domain.reporting import MISSING, sub_category
from middleware.engine.reports import Hands, Report
from middleware.engine.state import State
from middleware.flow.report_bodies import lacking
from schemas.check import Whereabouts
from schemas.report import Application, Place

SHOWN = 500
"""Drafts in a snapshot: what waits comes first, new before old."""


def report_ids(state: State) -> list[str]:
    """What nobody of the security team has taken first, then what waits, the newest first."""
    newest = list(state.reports.drafts.values())[::-1]
    drafts = sorted(newest, key=_rank)
    return [report.id for report in drafts[:SHOWN]]


def assault_ids(state: State) -> list[str]:
    """Physical assaults that nobody has taken, all of them, the oldest first (R3)."""
    return [one.id for one in state.reports.drafts.values() if one.hands is Hands.WAITS]


def application_ids(state: State) -> list[str]:
    """Where the marking team has something to decide or to do, the oldest first (M4)."""
    drafts = state.reports.drafts.values()
    return [one.id for one in drafts if _concerns_marking(one)][:SHOWN]


def report_row(state: State, name: str, today: date) -> Row | None:
    """A draft on one line, without the names of persons: those come when it is opened (E1)."""
    report = state.reports.drafts.get(name)
    if report is None:
        return None
    return _line(report) | {
        "missing": [MISSING[one] for one in lacking(report)] if not report.is_dropped else [],
        "revision": report.revision,
        "reference": report.reference,
        "refused": report.refused,
        "sent": _sent(state, report),
        "hands": report.hands,
        "taken_by": report.taken_by,
        "dropped_by": report.dropped_by,
    }


def assault_row(state: State, name: str, today: date) -> Row | None:
    """What a named person of the security team must take (R3)."""
    report = state.reports.drafts.get(name)
    if report is None or report.hands is not Hands.WAITS:
        return None
    return _line(report) | {"since": report.notified_at, "times": report.times}


def application_row(state: State, name: str, today: date) -> Row | None:
    """What the marking team is to apply for, or may (M4)."""
    report = state.reports.drafts.get(name)
    if report is None or not _concerns_marking(report):
        return None
    return _line(report) | {
        "application": report.application,
        "words": words.application(report.application),
        "markers": list(report.markers),
    }


def open_report(state: State, name: str) -> Row | None:
    """The whole draft, for a person who opened it (E1)."""
    report = state.reports.drafts.get(name)
    if report is None:
        return None
    facts = report.facts
    return _line(report) | {
        "revision": report.revision,
        "facts": facts.model_dump(mode="json"),
        "reporter": report.reporter,
        "account": report.account,
        "said_category": report.said_category,
        "missing": [MISSING[one] for one in lacking(report)] if not report.is_dropped else [],
        "reference": report.reference,
        "refused": report.refused,
        "hands": report.hands,
        "notified_at": report.notified_at,
        "taken_by": report.taken_by,
        "taken_at": report.taken_at,
        "application": words.application(report.application),
        "may_settle": _concerns_marking(report),
        "settled_by": report.settled_by,
        "applied": report.applied,
        "markers": list(report.markers),
        "beside": list(state.reports.beside(report)),
        "dropped_by": report.dropped_by,
        "dropped_why": report.dropped_why,
    }


def _line(report: Report) -> Row:
    return {
        "id": report.id,
        "cause": words.cause(report.cause),
        "category": sub_category(report.facts.category) or "sub-category not known",
        "is_physical": report.is_physical,
        "at": report.occurred_at,
        "drafted_at": report.drafted_at,
        "number": report.number,
        "callsign": report.callsign,
        "place": place_of_report(report.place),
    }


def place_of_report(place: Place) -> str:
    """On one line; empty where nobody knows it."""
    return place_in_words(Whereabouts(**place.model_dump())) if place != Place() else ""


def _sent(state: State, report: Report) -> str:
    filing = state.filings.get(report.id)
    if filing is None or not filing.channels:
        return "export"
    return "waits" if filing.is_unconfirmed else "received"


def _concerns_marking(report: Report) -> bool:
    is_offered = report.application is Application.OFFERED and report.settled_by is None
    return report.waits_for_marking or (is_offered and not report.is_dropped)


def _rank(report: Report) -> int:
    if report.hands is Hands.WAITS:
        return 0
    return 1 if not report.is_dropped and report.facts.category is None else 2
