"""The man-down contract, `forewarn.man-down/1` (D1): JSON bytes ◄─► events; docs/man-down.md."""

import re

import orjson

from adapters.codecs.contract import Contract
from schemas.safety import GATEWAY_TYPES, MAN_DOWN_CONTRACT, PositionReported

MAN_DOWN = Contract(
    MAN_DOWN_CONTRACT, GATEWAY_TYPES, "docs/man-down.md", ours=frozenset({"source", "raw"})
)
_RADIO = re.compile(rb'"radio"\s*:\s*"?([0-9]{1,17})\b')


def may_be_emergency(raw: bytes) -> bool:
    """Of what could not be read: everything, unless it says that it is a mere position."""
    try:
        message = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return True
    return not isinstance(message, dict) or message.get("type") != PositionReported.kind


def radio_in(raw: bytes) -> str | None:
    """The radio that a message names, also one that is cut short."""
    found = _RADIO.search(raw)
    return found.group(1).decode() if found else None
