"""Phone numbers and names of persons: exact keys of their own, never an address."""

import re
from functools import lru_cache

import phonenumbers

_IN_TEXT = re.compile(r"(?<![\dA-Z])(?:\+44|0044|0)[\d ()-]{8,14}\d(?!\d)")
_LETTERS = re.compile(r"[A-Z]+")
SHORTEST = 10
"""Digits of a phone number inside an address; fewer may be a site number."""
SHARED_BY = 5
"""A number on this many markers belongs to a switchboard, a care home or a hostel."""


@lru_cache(maxsize=8192)
def read_phone(text: str) -> str:
    """E.164, or "" when it cannot be a number (withheld, internal, too short)."""
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def phone_in(text: str) -> tuple[str, int, int]:
    """The first phone number inside upper-case text with its span; ("", -1, -1) without."""
    match = _IN_TEXT.search(text)
    if match is None or sum(map(str.isdigit, match.group())) < SHORTEST:
        return "", -1, -1
    number = read_phone(match.group())
    return (number, match.start(), match.end()) if number else ("", -1, -1)


def read_person(text: str) -> str:
    """Name words sorted, titles left out; "" with fewer than two."""
    found = [
        word for word in _LETTERS.findall(text.upper()) if word not in _TITLES and len(word) > 1
    ]
    return " ".join(sorted(found)) if len(found) > 1 else ""


_TITLES = frozenset({"MR", "MRS", "MS", "MISS", "DR", "SIR", "MX", "REV", "PROF"})
