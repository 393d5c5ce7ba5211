"""Requests to a desk and its answers, `forewarn.back-up/1` (P1, P2): schemas ◄─► JSON bytes;
docs/police.md."""

from typing import Any

import orjson

from adapters.codecs.contract import Contract
from schemas.desk import DeskRequest
from schemas.police import BACK_UP_CONTRACT, DESK_TYPES

BACK_UP = Contract(
    BACK_UP_CONTRACT, DESK_TYPES, "docs/police.md", ours=frozenset({"source", "logged_by"})
)
"""What a desk says."""
REQUESTED = "back_up.requested"
STOOD_DOWN = "back_up.stood_down"
_NAMED = frozenset({"note", "incident", "withdrawn"})
"""Fields that have another name on the wire."""


def write(body: DeskRequest) -> bytes:
    """One JSON object; of a standing down only what names it."""
    said: dict[str, Any] = body.model_dump(mode="json", exclude=set(_NAMED), exclude_none=True)
    if body.withdrawn:
        said = {name: said[name] for name in ("revision", "service_day") if name in said}
    named = {
        "contract": BACK_UP_CONTRACT,
        "type": STOOD_DOWN if body.withdrawn else REQUESTED,
        "id": body.note,
    }
    number = {"number": body.incident} if body.incident else {}
    return orjson.dumps(named | number | said)
