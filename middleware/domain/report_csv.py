"""Drafts as CSV, ready for an import (R1): one row a draft, the same columns for all."""

import csv
import io
from collections.abc import Callable, Iterable

from middleware.domain.reporting import MISSING
from schemas.report import IncidentReport, PersonRole

COLUMNS: dict[str, Callable[[IncidentReport], object]] = {
    "report": lambda r: r.id,
    "revision": lambda r: r.revision,
    "cause": lambda r: r.cause,
    "category": lambda r: r.category,
    "sub_category": lambda r: r.sub_category,
    "sub_category_in_words": lambda r: r.sub_category_in_words,
    "medical_factor": lambda r: {True: "yes", False: "no", None: ""}[r.medical_factor],
    "occurred_at": lambda r: r.occurred_at.isoformat() if r.occurred_at else "",
    "drafted_at": lambda r: r.drafted_at.isoformat() if r.drafted_at else "",
    "incident": lambda r: r.incident,
    "service_day": lambda r: r.service_day,
    "call": lambda r: r.call,
    "alarm": lambda r: r.alarm,
    "callsign": lambda r: r.callsign,
    "address": lambda r: r.place.address,
    "postcode": lambda r: r.place.postcode,
    "uprn": lambda r: r.place.uprn,
    "account": lambda r: r.account,
    "what_happened": lambda r: r.what_happened,
    "victims": lambda r: _of(r, PersonRole.VICTIM),
    "others": lambda r: _of(r, PersonRole.OTHER),
    "reporter": lambda r: _of(r, PersonRole.REPORTER),
    "alleged_offender": lambda r: _of(r, PersonRole.OFFENDER),
    "injury": lambda r: r.injury,
    "police": lambda r: r.police,
    "security_notified_at": lambda r: (
        r.security_notified_at.isoformat() if r.security_notified_at else ""
    ),
    "marker_application": lambda r: r.marker_application,
    "references": lambda r: "; ".join(r.references),
    "missing": lambda r: "; ".join(MISSING[one] for one in r.missing),
}
"""Column to what stands in it; times are UTC."""

_COMMANDS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(reports: Iterable[IncidentReport]) -> str:
    """A heading and a row a draft, RFC 4180."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for report in reports:
        rows.writerow([cell(column(report)) for column in COLUMNS.values()])
    return text.getvalue()


def cell(value: object) -> str:
    """As text that no spreadsheet takes for a command: what begins like one, also behind spaces,
    has an apostrophe before it."""
    text = "" if value is None else str(value)
    begins = (text.lstrip(" \n"), text.lstrip())
    return f"'{text}" if any(one.startswith(_COMMANDS) for one in begins) else text


def _of(report: IncidentReport, role: PersonRole) -> str:
    return "; ".join(person.name for person in report.persons if person.role is role)
