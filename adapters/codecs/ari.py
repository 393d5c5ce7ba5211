"""The Asterisk REST Interface on the wire: an event is one JSON object, a list one JSON array (C2).

Shapes as in the Asterisk 22 documentation of `events`, `channels` and `bridges`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from middleware.ports import Problem
from schemas.service import RAW_KEPT

MOST_EVENT = RAW_KEPT
"""Longest event, in bytes; what is longer is refused."""

REPLACED = "ApplicationReplaced"
"""Another client took the place of our application: nothing more is heard."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """An event, or a channel of the list with its bridge, by Asterisk's own names."""

    said: Json
    raw: bytes

    def first(self, key: str) -> str:
        """The value under a path like `channel.caller.number`; of a name without points, also what
        the dialplan gave to its user event. "" without it."""
        own = self.said.get("userevent")
        if "." not in key and key not in self.said and isinstance(own, dict):
            return _text(own.get(key))
        value: Any = self.said
        for name in key.split("."):
            value = value.get(name) if isinstance(value, dict) else None
        return _text(value)


def _text(value: object) -> str:
    """Numbers as they are written; of a flag, whether it is set: "" when not."""
    if isinstance(value, bool):
        return "true" if value else ""
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def read_object(raw: bytes | str) -> dict[str, Any] | Problem:
    """One event as it is; its `type` is a text."""
    if len(raw) > MOST_EVENT:
        return Problem("event", f"is longer than {MOST_EVENT} bytes")
    try:
        said = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return Problem("event", "is not JSON; what listens there is no Asterisk")
    if not isinstance(said, dict) or not isinstance(said.get("type"), str):
        return Problem("type", "is missing; what listens there is no Asterisk")
    return said


def read_event(raw: bytes) -> Message | Problem:
    """One event, for who listens to calls."""
    said = read_object(raw)
    return said if isinstance(said, Problem) else Message(said, raw)


def read_list(channels: bytes, bridges: bytes) -> list[Message] | None:
    """The answers to GET /channels and GET /bridges, as rows; None when they are no lists."""
    try:
        within = {
            channel: bridge["id"]
            for bridge in orjson.loads(bridges)
            for channel in bridge["channels"]
        }
        listed = orjson.loads(channels)
        if not isinstance(listed, list) or not all(isinstance(c["id"], str) for c in listed):
            return None
        return [
            Message({"channel": c, "bridge": {"id": within.get(c["id"], "")}}, b"") for c in listed
        ]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
