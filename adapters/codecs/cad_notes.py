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
    said = _about(raw, body)
    return said is not None and said.get("standing") in ("taken", "known", "superseded")


def stands(raw: bytes, body: CadNote) -> bool:
    """Whether the CAD, asked for it, says that this revision stands in its incident."""
    said = _about(raw, body)
    return said is not None and said.get("type") == WRITTEN


def _about(raw: bytes, body: CadNote) -> dict[str, Any] | None:
    """What the CAD says of this revision, where it speaks of it at all."""
    if len(raw) > LIMIT:
        return None
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(said, dict):
        return None
    named = said.get("id") == body.note and said.get("revision") == body.revision
    return said if named else None
