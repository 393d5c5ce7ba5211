"""Markers handed on to another body, in the columns in which it can import them (M5)."""

import csv
import io
from collections.abc import Sequence
from hashlib import blake2b

from middleware.domain.report_csv import cell
from schemas.marker import Marker

COLUMNS = tuple(Marker.model_fields)
LONGEST_ID, LONGEST_BASIS = 32, 200
"""Letters; see schemas.marker."""
_AS_IT_IS = frozenset({"latitude", "longitude", "phones"})
"""Columns in which a sign is part of the value; a text that begins with one is no value there."""


class BasisTooLong(ValueError):
    """What the first supplier said of its basis leaves no room for ours."""


def handed_on(marker: Marker, room: str, basis: str) -> Marker:
    """The marker as the other body gets it: under an id of ours there, so that it never takes the
    place of one of theirs, and with who supplied it and on what basis, the first basis before our
    own. The same marker has the same id each time. Raises BasisTooLong."""
    first = f"{marker.basis}; {room}: " if marker.supplied_by else ""
    if len(first) + len(basis) > LONGEST_BASIS:
        raise BasisTooLong(marker.id)
    return marker.model_copy(
        update={
            "id": _id_there(marker.id, room),
            "supplied_by": marker.supplied_by or room,
            "basis": first + basis,
        }
    )


def _id_there(marker: str, room: str) -> str:
    plain = f"{room}-{marker}"
    if len(plain) <= LONGEST_ID:
        return plain
    return f"{room[:10]}-{blake2b(plain.encode(), digest_size=10).hexdigest()}"


def heading() -> str:
    """The first line of the file."""
    return _row(COLUMNS)


def line(marker: Marker) -> str:
    """A marker's row, as docs/markers-csv.md has it, with the end of the line."""
    said = marker.model_dump(mode="json") | {"phones": ";".join(marker.phones)}
    return _row([_cell(name, said[name]) for name in COLUMNS])


def _row(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


def _cell(column: str, value: object) -> str:
    if value is None:
        return ""
    return str(value) if column in _AS_IT_IS else cell(value)
