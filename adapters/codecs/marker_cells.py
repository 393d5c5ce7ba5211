"""Cells of the marker CSV: text to value, each refusal with what to write instead (M1, M2, M3)."""

import re
from collections.abc import Callable
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from adapters.codecs.csv_rows import is_whole
from schemas.marker import Category, Scope, Severity

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PHONE = re.compile(r"\+?[0-9 ().-]{3,30}", re.ASCII)
_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})", re.ASCII)
_BRITISH = re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})", re.ASCII)
_SCIENTIFIC = re.compile(r"\d+([.,]\d+)?[eE]\+?\d+", re.ASCII)
SPREADSHEET = "a spreadsheet changed it; format the column as text and export again"


def clean(cell: str) -> str:
    """The cell without the white space around it; ValueError where it cannot be taken as text.

    A formula is never a value: it would be run when somebody opens an export of it.
    """
    if not is_whole(cell):
        raise ValueError("holds bytes that are no letters; save the file as CSV UTF-8")
    text = cell.strip()
    if _CONTROL.search(text):
        raise ValueError("holds control characters; remove them")
    if text.startswith(("=", "@")):
        raise ValueError("begins like a spreadsheet formula; export the values")
    return text


def _text(text: str) -> str:
    return text


def _day(text: str) -> date:
    match = _ISO.fullmatch(text) or _BRITISH.fullmatch(text)
    if not match:
        raise ValueError("is not a date; write 2026-01-31 or 31/01/2026 (the day first)")
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        raise ValueError("is no day of the calendar; dates are day/month/year") from None


def _degrees(text: str) -> float:
    if not re.fullmatch(r"-?\d{1,3}(\.\d{1,15})?", text, re.ASCII):
        raise ValueError("is not in degrees; write it like 51.5014")
    return float(text)


def _phones(text: str) -> tuple[str, ...]:
    numbers = tuple(part.strip() for part in text.split(";") if part.strip())
    for number in numbers:
        if _SCIENTIFIC.fullmatch(number):
            raise ValueError(f"is no telephone number: {SPREADSHEET}")
        if not _PHONE.fullmatch(number) or sum(map(str.isdigit, number)) < 3:
            raise ValueError("is no telephone number; write 07700 900123, several with ; between")
    return numbers


def _uprn(text: str) -> str:
    if _SCIENTIFIC.fullmatch(text):
        raise ValueError(f"is no UPRN: {SPREADSHEET}")
    if not re.fullmatch(r"\d{1,14}", text, re.ASCII) or not 0 < int(text) < 10**12:
        raise ValueError("is no UPRN; it has 1 to 12 digits")
    return text.lstrip("0")


def _one_of(choices: type[StrEnum]) -> Callable[[str], StrEnum]:
    def read(text: str) -> StrEnum:
        name = re.sub(r"[\s/-]+", "_", text.lower())
        if name in set(choices):
            return choices(name)
        close = get_close_matches(name, list(choices), n=1)
        hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(choices)}"
        raise ValueError(f"is not known; {hint}")

    return read


READERS: dict[str, Callable[[str], Any]] = {
    "id": _text,
    "address": _text,
    "postcode": _text,
    "uprn": _uprn,
    "latitude": _degrees,
    "longitude": _degrees,
    "phones": _phones,
    "person": _text,
    "scope": _one_of(Scope),
    "category": _one_of(Category),
    "severity": _one_of(Severity),
    "what": _text,
    "happened_on": _day,
    "review_on": _day,
    "ends_on": _day,
    "source": _text,
    "supplied_by": _text,
    "basis": _text,
}
"""Every column of the file, in the order of the documentation."""
