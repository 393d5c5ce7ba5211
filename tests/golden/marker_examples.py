"""An example of each event about markers."""

from datetime import date
from typing import Any

from schemas.marker import Category, Marker, Scope, Severity

MARKER = Marker(
    id="M-0001",
    address="Flat 2, 14 Example Road, Anytown",
    postcode="ZZ1 1ZZ",
    uprn="999000000001",
    latitude=51.123456,
    longitude=-0.5,
    phones=("07700 900123", "020 7946 0123"),
    person="Zoë Example",
    scope=Scope.DWELLING,
    category=Category.NON_PHYSICAL_ASSAULT,
    severity=Severity.HIGH,
    what="threatened the crew – with a dog",
    happened_on=date(2025, 1, 31),
    review_on=date(2026, 7, 31),
    ends_on=date(2027, 1, 31),
    source="crew report",
    supplied_by="police",
    basis="VPRP 2.3.4",
)
MARKER_EVENTS: dict[str, dict[str, Any]] = {
    "markers.staged": {"batch": "B-1", "supplied": (MARKER,)},
    "markers.activated": {"batch": "B-1", "decided_by": "marking.lead"},
    "markers.discarded": {"batch": "B-1", "decided_by": "marking.lead"},
    "marker.put": {"marker": MARKER, "decided_by": "marking.lead"},
    "marker.ended": {"marker": "M-0001", "decided_by": "marking.lead", "reason": "appeal"},
    "markers.handed_on": {
        "to": "EOC 2",
        "basis": "mutual aid",
        "markers": ("M-0001",),
        "count": 1,
        "by": "marking.lead",
    },
}
