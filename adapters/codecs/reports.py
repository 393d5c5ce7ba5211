"""Drafts of incident reports and notices to the security team, `forewarn.reports/1` (R1, R3):
schemas ◄─► JSON bytes; docs/reports.md."""

from typing import Any

import orjson

from schemas.report import IncidentReport, SecurityNotice

LONGEST_REFERENCE = 100
_NAMING = {"contract", "type", "id", "revision"}
"""All that a taking back says."""

Told = IncidentReport | SecurityNotice


def key(body: Told) -> str:
    """Says that two messages are one and the same."""
    return f"{body.id};{body.revision}"


def write(body: Told) -> bytes:
    """One JSON object; what nobody said is null."""
    only = _NAMING if body.withdrawn else None
    return orjson.dumps(body.model_dump(mode="json", include=only, exclude={"withdrawn"}))


def is_receipt(raw: bytes, body: Told) -> bool:
    """Whether the other side says that it has this revision, or a later one."""
    said = _object(raw)
    return (
        said.get("id") == body.id
        and said.get("revision") == body.revision
        and said.get("standing") in ("taken", "known", "superseded")
    )


def reference(raw: bytes) -> str | None:
    """The number under which the reporting system has it, where it gives a usable one."""
    number = _object(raw).get("reference")
    if not isinstance(number, str) or not number.isprintable():
        return None
    return number.strip()[:LONGEST_REFERENCE] or None


def _object(raw: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
