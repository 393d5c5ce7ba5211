"""Durations as people write them: 45s, 2m, 50ms, 1h30m."""

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator, GetCoreSchemaHandler, PlainSerializer, WithJsonSchema
from pydantic_core import core_schema

HOW = "write it like 50ms, 45s, 2m or 1h30m"
LONGEST = timedelta(days=3650)

_UNITS: tuple[tuple[str, int], ...] = (
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
)  # fmt: skip
_WRITTEN = re.compile(
    r"(?:(?P<d>\d{1,5})d)?(?:(?P<h>\d{1,9})h)?(?:(?P<m>\d{1,9})m(?!s))?"
    r"(?:(?P<s>\d{1,9})s)?(?:(?P<ms>\d{1,9})ms)?",
    re.ASCII,
)


def read_duration(text: str) -> timedelta:
    """`1h30m` as a timedelta; ValueError for everything that could be meant in two ways.

    Largest unit first; only the first part may be larger than its unit carries (90m, not 1h90m).
    """
    match = _WRITTEN.fullmatch(text.strip())
    parts = match.groupdict() if match else {}
    counts = {unit: int(count) for unit, count in parts.items() if count is not None}
    if not counts:
        raise ValueError(f"is not a duration; {HOW}")
    _refuse_overflow(counts)
    whole = sum(counts.get(unit, 0) * size for unit, size in _UNITS)
    if whole > LONGEST // timedelta(milliseconds=1):
        raise ValueError("is longer than ten years; give a shorter one")
    return timedelta(milliseconds=whole)


def _refuse_overflow(counts: dict[str, int]) -> None:
    for (_, larger), (unit, size) in pairwise(_UNITS):
        first = next(iter(counts)) == unit
        if not first and counts.get(unit, 0) * size >= larger:
            raise ValueError(f"has more {unit} than fit beside the part before; {HOW}")


def write_duration(value: timedelta) -> str:
    """The shortest form that `read_duration` reads back to the same; whole milliseconds only."""
    left, rest = divmod(value, timedelta(milliseconds=1))
    if rest or left < 0:
        raise ValueError("a duration is written in whole milliseconds and is never negative")
    written = ""
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        written += f"{count}{unit}" if count else ""
    return written or "0s"


def _read(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        return read_duration(value)
    raise ValueError(f"is not a duration with its unit; {HOW}")


Duration = Annotated[
    timedelta,
    BeforeValidator(_read),
    PlainSerializer(write_duration, return_type=str),
    WithJsonSchema({"type": "string", "x-form": "duration"}),
]
"""A length of time; in TOML and environment a text with units, never a bare number."""


@dataclass(frozen=True, slots=True)
class Between:
    """A bound for a Duration: `Annotated[Duration, Between("1ms", "10s")]`, both ends allowed."""

    least: str
    most: str

    def check(self, value: timedelta) -> timedelta:
        if not read_duration(self.least) <= value <= read_duration(self.most):
            raise ValueError(f"must be from {self.least} to {self.most}")
        return value

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))
