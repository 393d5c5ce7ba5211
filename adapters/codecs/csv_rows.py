"""Rows of a CSV file as people send it: encoding decided and said, one bad row harms no other."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO

MOST_BYTES = 200_000_000
MOST_CHARACTERS = 16_000
MOST_LINES = 20
"""Size of one row. A quote that is never closed is found after so many lines, not at the end."""


class Encoding(StrEnum):
    """How the bytes were read; the importer is told."""

    UTF_8 = "UTF-8"
    UTF_8_BOM = "UTF-8 with a byte order mark"
    CP1252 = "Windows-1252, as it is not UTF-8"


class Unreadable(ValueError):
    """The file as a whole cannot be taken: what is wrong with it, and the remedy."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it begins on (counted from 1), its cells, or the reason there are none."""

    line: int
    raw: str
    cells: tuple[str, ...] = ()
    wrong: str | None = None


def decode(data: bytes) -> tuple[str, Encoding]:
    """The text, and how it was read. Bytes that fit no reading stay as lone surrogates: their
    rows are refused one by one. Raises Unreadable for what is no text file."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"is larger than {MOST_BYTES} bytes", "split it into several files")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("is UTF-16", "save it as CSV UTF-8 (comma delimited)")
    if data.startswith(b"PK\x03\x04"):
        raise Unreadable("is a spreadsheet or archive", "save it as CSV UTF-8 (comma delimited)")
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "surrogateescape"), Encoding.UTF_8_BOM
    text = data.decode("utf-8", "surrogateescape")
    if is_whole(text) or any(_is_beyond_ascii(mark) for mark in text):
        return text, Encoding.UTF_8
    return data.decode("cp1252", "surrogateescape"), Encoding.CP1252


def is_whole(text: str) -> bool:
    """Whether every byte could be read."""
    return not any("\ud800" <= mark <= "\udfff" for mark in text)


def _is_beyond_ascii(mark: str) -> bool:
    """A letter that took several bytes of UTF-8: so the file is UTF-8, if a damaged one."""
    return mark > "\x7f" and not "\ud800" <= mark <= "\udfff"


def rows(text: str) -> Iterator[Row]:
    """Every row with anything in it, header included. A row may span lines inside quotes."""
    lines = StringIO(text, newline=None).readlines()
    at = width = 0
    while at < len(lines):
        row, count = _row(lines, at, width)
        at += count
        if row.wrong or any(cell.strip() for cell in row.cells):
            yield row
            width = width or len(row.cells)


def _row(lines: list[str], at: int, width: int) -> tuple[Row, int]:
    """The row that begins here, and how many lines it takes.

    Several lines are one row only where they have as many cells as the header: after a quote
    that is never closed, the next line is a row of its own again.
    """
    row = _read(at + 1, lines[at : at + 1])
    if row is not None:
        return row, 1
    for count in range(2, min(MOST_LINES, len(lines) - at) + 1):
        row = _read(at + 1, lines[at : at + count])
        if row is not None and not row.wrong and len(row.cells) == (width or len(row.cells)):
            return row, count
        if row is not None:
            break
    return Row(at + 1, _raw(lines[at : at + 1]), wrong="a quote is opened and never closed"), 1


def _read(number: int, lines: list[str]) -> Row | None:
    """The row of these lines; None when it does not end here."""
    raw = "".join(lines)
    if len(raw) > MOST_CHARACTERS:
        return Row(number, _raw(lines), wrong=f"the row is longer than {MOST_CHARACTERS} letters")
    try:
        found = next(csv.reader(lines, strict=True))
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None
        return Row(number, _raw(lines), wrong="quotes stand where none may: double them inside")
    return Row(number, _raw(lines), tuple(found))


def _raw(lines: list[str]) -> str:
    """As it came; a byte that could not be read is written as its hexadecimal escape."""
    text = "".join(lines).rstrip("\n")[:MOST_CHARACTERS]
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
