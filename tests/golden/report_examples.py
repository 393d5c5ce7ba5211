"""Examples of what is said and decided about incident reports."""

from datetime import UTC, datetime
from typing import Any

from schemas.marker import Category
from schemas.report import Application, Cause, Facts

AT = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)
_REPORT = {"report": "rv42"}
_FILED = {"revision": 2, "channel": "incident_reports"}
_FACTS = Facts(
    category=Category.PHYSICAL_ASSAULT,
    medical=False,
    what="struck with a bottle at the door",
    victims=("S-1001",),
    others=("S-1002",),
    offender="a man of about forty in a red coat",
    injury="cut on the hand",
    police="CRN 00/1234/26",
)

REPORT_EVENTS: dict[str, dict[str, Any]] = {
    "violence.reported": {
        "subject": "i40",
        "callsign": "A17",
        "happened_at": AT,
        "facts": _FACTS,
        "by": "dispatch.one",
        "role": "dispatcher",
    },
    "violence.reported_by_crew": {
        "device": "mdt-17",
        "channel": "mdt_mqtt",
        "facts": _FACTS,
        "by": "P1001",
        "number": "000417",
    },
    "report.amended": _REPORT | {"by": "security.one", "facts": Facts(medical=False)},
    "report.dropped": _REPORT | {"by": "security.one", "reason": "a fall, no violence"},
    "report.assault_taken": _REPORT | {"by": "security.one"},
    "report.application_settled": _REPORT
    | {"by": "marking.lead", "applied": True, "reason": "applied for, M-0044"},
}

REPORT_DECISIONS: dict[str, dict[str, Any]] = {
    "report_drafted": _REPORT
    | {
        "cause": Cause.MAN_DOWN,
        "subject": "i40",
        "alarm": "a42",
        "callsign": "A17",
        "category": Category.ATTEMPTED_PHYSICAL_ASSAULT,
    },
    "report_changed": _REPORT | {"revision": 2, "category": Category.PHYSICAL_ASSAULT_SEXUAL},
    "report_taken_back": _REPORT | {"revision": 3, "by": "security.one"},
    "report_received": _REPORT | _FILED | {"reference": "W-4711"},
    "report_refused": _REPORT | _FILED | {"code": "422"},
    "security_notified": _REPORT | {"revision": 1, "times": 1},
    "security_assumed": _REPORT | {"revision": 2, "by": "security.one"},
    "security_stood_down": _REPORT | {"revision": 3},
    "application_found": _REPORT
    | {"application": Application.REAPPLICATION, "markers": ("M-0001",)},
    "application_done": _REPORT | {"by": "marking.lead", "applied": False},
}
