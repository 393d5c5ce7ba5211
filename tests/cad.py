"""CAD messages as the contract has them, for tests: plain objects, written without our encoder."""

import json
from typing import Any

WHEN = "2026-11-22T09:30:00Z"
CANARY = "Zebedee Quillfeather"
"""A name that must appear in no error and no log."""


def message(kind: str = "incident.opened", n: int = 1, revision: int = 1, **more: Any) -> bytes:
    """One message about incident `n` of the 22nd of November 2026."""
    about = {"contract": "forewarn.cad/1", "type": kind, "id": f"2026-11-22/{n:06}"}
    said = {"revision": revision, "occurred_at": WHEN, "service_day": "2026-11-22"}
    place = {"place": {"address": f"{n} Marram Street, Saltby"}}
    parts = place if kind in {"incident.opened", "incident.address_changed"} else {}
    return json.dumps(about | said | {"number": f"{n:06}"} | parts | more).encode()


def resource_message(kind: str, n: int = 1, callsign: str = "A100", **more: Any) -> bytes:
    """One message about resource `callsign` at incident `n`."""
    said: dict[str, Any] = {"callsign": callsign}
    parts = {"resource": said} if kind == "resource.assigned" else said
    return message(kind, n, **{"id": f"2026-11-22/{n:06}/{callsign}"} | parts | more)
