"""Markers and queries of `forewarn match`: files to try the matcher on, without a service (M2)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from adapters.codecs.csv_rows import Row, Unreadable, decode, rows
from adapters.codecs.marker_csv import Accepted, Refusal, read_markers
from schemas.check import Whereabouts
from schemas.marker import Category, Marker, Scope, Severity

LEVELS = {"flat": Scope.DWELLING, "building": Scope.BUILDING, "premises": Scope.HOUSE}
SHORT = ("marker_id", "address", "postcode", "level")
LABELS = ("expected_id", "kind", "relation", "tier", "acceptable_ids")
APPLIES, NONE, UNSURE = frozenset({"exact", "building_covers"}), "none", "ambiguous"
TIERS = ("gold", "silver", "ambiguous")
_DAY = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Truth:
    """What a labelled query should come to: its kind of noise or trap, what is wanted
    (`exact`, `building_covers`, `none`, `ambiguous`), how sure that is (`gold`, `silver`,
    `ambiguous`), and the markers that are right."""

    kind: str
    relation: str
    tier: str
    right: frozenset[str]

    @property
    def has_marker(self) -> bool:
        """Some marker applies."""
        return self.relation in APPLIES

    @property
    def is_trap(self) -> bool:
        """None applies."""
        return self.relation == NONE


@dataclass(frozen=True, slots=True)
class Query:
    """One question; `place` is None where it cannot be put, and `wrong` says why. `truth` is
    there where the file has the columns of labelled queries."""

    id: str
    place: Whereabouts | None
    wrong: str = ""
    truth: Truth | None = None


def read_match_markers(data: bytes, today: date) -> Iterator[Accepted | Refusal]:
    """From a full marker file, or from the short form with marker_id, address, postcode, level.

    Raises Unreadable when file or header cannot be taken.
    """
    text, _ = decode(data)
    found = rows(text)
    header = next(found, None)
    columns = _columns(header)
    if "marker_id" not in columns:
        return read_markers(data, today).results
    if missing := [name for name in SHORT if name not in columns]:
        raise Unreadable(f"lacks the columns {', '.join(missing)}", "see docs/markers-csv.md")
    return (_short(columns, row) for row in found)


def read_queries(data: bytes) -> Iterator[Query]:
    """Columns query_id and query; postcode, uprn, phone, person, latitude and longitude where
    they are apart, and LABELS where the truth is known. Every row is a query, also one that
    cannot be put."""
    text, _ = decode(data)
    found = rows(text)
    columns = _columns(next(found, None))
    if missing := [name for name in ("query_id", "query") if name not in columns]:
        raise Unreadable(f"lacks the columns {', '.join(missing)}", "the first line names them")
    return (_query(columns, row) for row in found)


def _columns(header: Row | None) -> tuple[str, ...]:
    if header is None:
        raise Unreadable("is empty", "its first line must name the columns")
    return tuple(cell.strip().lower() for cell in header.cells)


def _cells(columns: tuple[str, ...], row: Row) -> dict[str, str]:
    """ValueError when the row does not fit the header."""
    if row.wrong:
        raise ValueError(row.wrong)
    if len(row.cells) != len(columns):
        raise ValueError(f"has {len(row.cells)} cells where the header has {len(columns)}")
    return {name: cell.strip() for name, cell in zip(columns, row.cells, strict=True)}


def _short(columns: tuple[str, ...], row: Row) -> Accepted | Refusal:
    """A marker for matching alone: what it does not say is filled with the least."""
    try:
        cells = _cells(columns, row)
        marker = Marker(
            id=cells["marker_id"],
            address=cells["address"],
            postcode=cells["postcode"] or None,
            scope=LEVELS[cells["level"].lower()],
            category=Category.VERBAL_ABUSE,
            severity=Severity.LOW,
            what="",
            happened_on=_DAY,
            review_on=date.max,
            source="match",
        )
    except KeyError:
        return Refusal(row.line, "level", f"is not known; use one of {', '.join(LEVELS)}", row.raw)
    except ValidationError as failed:
        field, why = _first(failed)
        return Refusal(row.line, field, why, row.raw)
    except ValueError as wrong:
        return Refusal(row.line, "row", str(wrong), row.raw)
    return Accepted(row.line, marker)


def _query(columns: tuple[str, ...], row: Row) -> Query:
    at = columns.index("query_id")
    name = row.cells[at].strip() if len(row.cells) > at else ""
    name = name or f"line {row.line}"
    try:
        cells = _cells(columns, row)
    except ValueError as wrong:
        return Query(name, None, str(wrong))
    truth = read_truth(cells)
    try:
        return Query(name, _place(cells), truth=truth)
    except ValidationError as failed:
        field, why = _first(failed)
        return Query(name, None, f"{field} {why}", truth)
    except ValueError as wrong:
        return Query(name, None, str(wrong), truth)


def _place(cells: dict[str, str]) -> Whereabouts:
    values: dict[str, Any] = {"address": cells["query"] or None}
    for field in ("postcode", "phone", "person"):
        values[field] = cells.get(field) or None
    values["uprn"] = cells.get("uprn", "").lstrip("0") or None
    for field in ("latitude", "longitude"):
        values[field] = float(cells[field]) if cells.get(field) else None
    return Whereabouts(**values)


def read_truth(cells: dict[str, str]) -> Truth | None:
    """From the columns of LABELS; None where they are not there or say what is not known."""
    if any(name not in cells for name in LABELS):
        return None
    relation, tier = cells["relation"], cells["tier"]
    if relation not in {*APPLIES, NONE, UNSURE} or tier not in TIERS:
        return None
    right = {cells["expected_id"], *re.split(r"[;|]", cells["acceptable_ids"])} - {""}
    return Truth(cells["kind"], relation, tier, frozenset(right))


def _first(failed: ValidationError) -> tuple[str, str]:
    """Field and reason of the first thing wrong, without its value."""
    error = failed.errors(include_url=False, include_input=False)[0]
    return str(error["loc"][0]), f"does not fit: {error['msg']}"
