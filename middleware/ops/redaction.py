"""What may be logged: an allow-list of keys, and shapes of values that cannot hold a person.

Personal data (addresses, numbers, names, words of a note, raw payloads) never reaches a log: what
is not allowed is replaced, so a mistake costs a detail and not a person's privacy (E1, E2).
"""

import re
from collections.abc import MutableMapping
from datetime import timedelta
from enum import Enum
from types import TracebackType
from typing import Any

REDACTED = "(redacted)"
MOST_FRAMES = 30

ALLOWED_KEYS = frozenset("""
    action adapter after again_in anchors at attempt batch bound build bytes cause channel chunk
    code correlation count delay depth device error event exception exit_code field group
    incident kind lane level limit lines listening logger marker markers note outcome part pid
    position queue records resynced revision role room rung seconds signal size source standing
    state status subject task tls took version waiting
""".split())  # fmt: skip
"""Codes, positions, counts, durations and kinds of error. `subject`, `incident`, `note`, `task`
are ids, which hold nothing personal (DESIGN.md, "The record")."""

FIXED_KEYS = frozenset({"what", "reason", "remedy"})
"""Whole sentences, only as `Fixed`."""

_EVENT = re.compile(r"[a-z]+([_.][a-z]+){0,9}")
_KEY = re.compile(r"[a-z][a-z_]{0,39}")
_CODE = re.compile(r"[A-Za-z0-9_.:<>\[\]+-]{1,100}", re.ASCII)
_NUMBER = re.compile(r"\+?\d{7,}")

Fields = MutableMapping[str, Any]


class Fixed(str):
    """Words that stand in the code and hold no value of anybody: they may be logged whole, as in
    `log.error("broker_lost", remedy=Fixed("look at its log"))`. A test refuses f-strings here."""

    __slots__ = ()


def redact(_logger: Any, _method: str, fields: Fields) -> Fields:
    """The processor: only allowed keys with harmless values stay; it comes before rendering."""
    kept: Fields = {}
    for key, value in fields.items():
        if key == "event":
            kept[key] = value if _EVENT.fullmatch(value) else REDACTED
        elif key == "exception":
            kept[key] = value if isinstance(value, Described) else REDACTED
        elif _KEY.fullmatch(key):
            kept[key] = _allowed(key, value)
    return kept


def _allowed(key: str, value: Any) -> Any:
    if key in FIXED_KEYS and isinstance(value, Fixed):
        return str(value)
    return harmless(value) if key in ALLOWED_KEYS | FIXED_KEYS else REDACTED


def harmless(value: Any) -> Any:
    """The value where it can be no more than a code, a number or a duration; else REDACTED."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return harmless(value.value)
    if isinstance(value, list | tuple):
        return [harmless(part) for part in value[:50]]
    if isinstance(value, str) and _CODE.fullmatch(value) and not _is_a_number(value):
        return value
    return REDACTED


def _is_a_number(text: str) -> bool:
    """Whether it could be a telephone number; host:port and positions are not."""
    return _NUMBER.fullmatch(re.sub(r"[-.]", "", text)) is not None


class Described(dict[str, Any]):
    """What `describe` made of an error; nothing else may stand under `exception`."""


def describe(error: BaseException) -> Described:
    """Kind and place of an error and of what caused it: never its message or any value."""
    told = Described({"kind": type(error).__qualname__, "at": _places(error.__traceback__)})
    if isinstance(error, BaseExceptionGroup):
        told["group"] = [describe(inner) for inner in error.exceptions[:MOST_FRAMES]]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        told["cause"] = describe(cause)
    return told


def _places(traceback: TracebackType | None) -> list[str]:
    """`middleware.flow.core:142` for each frame, outermost first, the innermost kept."""
    places = []
    while traceback is not None:
        module = traceback.tb_frame.f_globals.get("__name__", "?")
        places.append(f"{module}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return places[-MOST_FRAMES:]
