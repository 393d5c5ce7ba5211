"""What Forewarn writes into an incident of the CAD, `forewarn.cad/1` (N2): schemas ◄─► JSON bytes;
docs/cad-contract.md."""

from typing import Any

import orjson

from schemas.incident import CAD_CONTRACT
from schemas.told import CadNote

LIMIT = 4_096
"""Bytes that an answer may have."""

WRITTEN = "note.written"
WITHDRAWN = "note.withdrawn"
_NAMED = frozenset({"note", "incident", "withdrawn"})
"""Fields that have another name on the wire."""


def key(body: CadNote) -> str:
    """Says that two messages are one and the same."""
    return f"{body.note};{body.revision}"


def write(body: CadNote) -> bytes:
    """One JSON object; of a withdrawal only what names it, and why."""
    said: dict[str, Any] = body.model_dump(mode="json", exclude=set(_NAMED), exclude_none=True)
    if body.withdrawn:
        said = {name: said[name] for name in ("revision", "service_day", "reason") if name in said}
    named = {
        "contract": CAD_CONTRACT,
        "type": WITHDRAWN if body.withdrawn else WRITTEN,
        "id": body.note,
        "number": body.incident,
    }
    return orjson.dumps(named | said)


def is_receipt(raw: bytes, body: CadNote) -> bool:
    """Whether the CAD says that it has this revision, or a later one."""
    if len(raw) > LIMIT:
        return False
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return False
    return (
        isinstance(said, dict)
        and said.get("id") == body.note
        and said.get("revision") == body.revision
        and said.get("standing") in ("taken", "known", "superseded")
    )
