"""Markers from CSV (M1, M3, M5): every row becomes a Marker or a Refusal with line and reason.

The columns are those of `schemas.marker.Marker`; docs/markers-csv.md explains them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from adapters.codecs.csv_rows import Encoding, Row, Unreadable, decode, rows
from adapters.codecs.marker_cells import READERS, clean
from schemas.marker import Marker, Scope

REQUIRED = tuple(name for name, field in Marker.model_fields.items() if field.is_required())
_PLACE = ("address", "uprn", "latitude")
_HINTS = {
    "id": "1 to 32 letters, digits, - and _; a key, never a name",
    "postcode": "at most 12 characters",
    "latitude": "from -90 to 90",
    "longitude": "from -180 to 180",
    "phones": "at most 20 numbers",
    "person": "at most 200 characters",
    "address": "at most 2000 characters",
    "what": "at most 2000 characters",
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row that can be staged."""

    line: int
    marker: Marker


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot: `field` and `reason` hold nothing of its content, `raw` is the row."""

    line: int
    field: str
    reason: str
    raw: str


class Wrong(ValueError):
    """Why a row is refused."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field, reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reading:
    """A file being read: `lines` it has at most, and its rows, one by one, header left out."""

    encoding: Encoding
    lines: int
    results: Iterator[Accepted | Refusal]


def read_markers(data: bytes, today: date) -> Reading:
    """Begin to read; raises Unreadable when file or header cannot be taken at all.

    `today` is the day in London: nothing that happened is in the future.
    """
    text, encoding = decode(data)
    found = rows(text)
    header = next(found, None)
    if header is None:
        raise Unreadable("is empty", "its first line must name the columns")
    columns = read_header(header)
    return Reading(encoding, text.count("\n") + 1, _results(columns, found, today))


def read_header(header: Row) -> tuple[str, ...]:
    """The columns in their order; Unreadable names every column that is wrong or missing."""
    if header.wrong:
        raise Unreadable(f"has a first line that cannot be read: {header.wrong}", "correct it")
    if len(header.cells) == 1 and any(mark in header.raw for mark in ";\t|"):
        raise Unreadable("has columns that are not separated by commas", "export it with commas")
    columns = tuple("_".join(cell.strip().lower().split()) for cell in header.cells)
    wrong = [_unknown(name) for name in columns if name not in READERS]
    wrong += sorted({f"column {n} is there twice" for n in columns if columns.count(n) > 1})
    wrong += [f"column {name} is missing" for name in REQUIRED if name not in columns]
    if wrong:
        raise Unreadable(
            f"has a header that does not fit: {', '.join(wrong)}",
            "correct the first line; docs/markers-csv.md lists the columns",
        )
    return columns


def _unknown(name: str) -> str:
    close = get_close_matches(name, READERS, n=1)
    hint = f" (did you mean {close[0]}?)" if close else ""
    return f"column {name[:40] or 'without a name'} is not known{hint}"


def _results(
    columns: tuple[str, ...], found: Iterator[Row], today: date
) -> Iterator[Accepted | Refusal]:
    lines: dict[str, int] = {}
    for row in found:
        try:
            marker = _marker(columns, row, today)
            if marker.id in lines:
                raise Wrong("id", f"is on line {lines[marker.id]} already; each id stands once")
        except Wrong as wrong:
            yield Refusal(row.line, wrong.field, wrong.reason, row.raw)
        else:
            lines[marker.id] = row.line
            yield Accepted(row.line, marker)


def _marker(columns: tuple[str, ...], row: Row, today: date) -> Marker:
    if row.wrong:
        raise Wrong("row", row.wrong)
    if len(row.cells) != len(columns):
        raise Wrong(
            "row",
            f"has {len(row.cells)} cells where the header has {len(columns)}; "
            "put quotes around a text with a comma",
        )
    values = {
        name: value
        for name, cell in zip(columns, row.cells, strict=True)
        if (value := _value(name, cell)) is not None
    }
    for name in REQUIRED:
        if name not in values:
            raise Wrong(name, "is missing; a marker without it is refused")
    _look_at_days(values, today)
    _look_at_reach(values)
    return _validated(values)


def _value(name: str, cell: str) -> Any:
    try:
        text = clean(cell)
        return READERS[name](text) if text else None
    except ValueError as wrong:
        raise Wrong(name, str(wrong)) from None


def _look_at_days(values: dict[str, Any], today: date) -> None:
    happened = values["happened_on"]
    if happened > today:
        raise Wrong("happened_on", "is in the future; dates are day/month/year")
    if values["review_on"] < happened:
        raise Wrong("review_on", "is before it happened; give the day of the next review")
    if "ends_on" in values and values["ends_on"] < happened:
        raise Wrong("ends_on", "is before it happened; give the last day it applies")


def _look_at_reach(values: dict[str, Any]) -> None:
    """What is there must be enough to find the marker by."""
    if ("latitude" in values) != ("longitude" in values):
        missing = "longitude" if "latitude" in values else "latitude"
        raise Wrong(missing, "is missing; latitude and longitude go together")
    if values["scope"] is Scope.PERSON:
        if not {"person", "phones"} & values.keys():
            raise Wrong("person", "is missing; a marker of a person needs a name or a number")
    elif not any(name in values for name in _PLACE):
        raise Wrong("address", "is missing; a place needs an address, a UPRN or a position")


def _validated(values: dict[str, Any]) -> Marker:
    try:
        return Marker.model_validate(values)
    except ValidationError as failed:
        error = failed.errors(include_url=False, include_input=False)[0]
        field = str(error["loc"][0])
        hint = _HINTS.get(field, "at most 200 characters")
        raise Wrong(field, f"does not fit: {hint}") from None
