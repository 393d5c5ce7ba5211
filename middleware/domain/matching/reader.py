"""Free text becomes a `Reading`: the short way for most addresses, else word by word."""

import re
from functools import lru_cache

from middleware.domain.matching import words as w
from middleware.domain.matching.postcodes import find_postcode
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.walk import PARTS_OF, Walk, tidy

_TOKEN = re.compile(
    r"[A-Z]++(?!\d)"
    r"|\d+(?:ST|ND|RD|TH)\b"
    r"|\d+[A-Z]?(?: ?(?:-|/|&| TO | AND ) ?\d+[A-Z]?)?(?![A-Z0-9])|\d+[A-Z]{2}(?![A-Z0-9])"
    r"|[A-Z]++\d+[A-Z]?(?:/[A-Z0-9]{1,2})?(?![A-Z0-9])|[A-Z]+|\d+"
)
_TOKEN_OR_COMMA = re.compile(_TOKEN.pattern + r"|,")
_PLAIN = re.compile(
    r"(?:(?:FLAT|FLT|APARTMENT|APT) ([0-9]+[A-Z]?|[A-Z])(?: |(, ?)))?"
    r"([0-9]+[A-Z]?)(?: |(,))([^0-9]*)\Z"
)
_WORD = re.compile(r"[A-Z]+")
_SPREADSHEET = re.compile(r"\b(\d\d?)-(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\b")
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_CARE_OF = re.compile(r"\b(?:C/O|FAO)\b[^,\d]*?\b(?:LTD|LIMITED|LLP|PLC)\b")
"""The firm that takes the post in is no part of an address that has a number."""
_DIGIT = re.compile(r"\d")
_CUT = str.maketrans({"'": None, "`": None, "\u2019": None, "(": " ", ")": " "})
_MEANT = w.ABBREVIATIONS.get


def read_marker(text: str, postcode: str = "") -> Reading:
    """As `read`, and where the commas are."""
    return read(text, postcode, _TOKEN_OR_COMMA)


def read(text: str, postcode: str = "", shape: re.Pattern[str] = _TOKEN) -> Reading:
    """Reads upper-case text; `postcode` is used when the text has none of its own."""
    code, start, end = find_postcode(text, strict=bool(postcode))
    reading = Reading(postcode=code or postcode)
    before = _without(code, text[:start]) if code else text
    if not _is_plain(reading, before):
        Walk(reading, _tokens(before, shape)).run()
    if code and len(text) - end > 1:
        Walk(reading, _tokens(text[end:], shape), after=True).run()
    reading.outcode = reading.postcode[:-3] or reading.outcode
    return reading


def _without(code: str, text: str) -> str:
    """The same postcode said before is no number."""
    again = f"{code[:-3]} {code[-3:]}"
    return text.replace(again, " ") if again in text else text


def _is_plain(reading: Reading, text: str) -> bool:
    """A house, also with a flat before it, and words that are no part of a building.

    Most addresses are such: they are read without looking around, and come to the same.
    """
    match = _PLAIN.match(text)
    if match is None or "FAO" in text or "C/O" in text:
        return False
    flat, before, number, comma, rest = match.groups()
    words: list[str] = []
    breaks = [0] * ((before is not None) + (comma is not None))
    for segment in rest.rstrip(", ").split(","):
        found = _plain_words(segment)
        if not found:
            return False
        words += found
        breaks.append(len(words))
    breaks.pop()
    if flat:
        reading.numbers.append((tidy(flat), True, 0))
        reading.flat = True
    reading.numbers.append((tidy(number), False, 0))
    reading.words, reading.breaks = words, breaks
    return True


@lru_cache(maxsize=16384)
def _plain_words(text: str) -> tuple[str, ...]:
    """Empty where a word or letter may be a part of a building, or where there is none."""
    found = _WORD.findall(text.replace("'", "").replace("`", ""))
    plain = PARTS_OF.isdisjoint(found) and min(map(len, found), default=0) > 1
    return tuple(map(_MEANT, found, found)) if plain else ()


def _tokens(text: str, shape: re.Pattern[str]) -> list[str]:
    text = text.translate(_CUT)
    if "C/O" in text or "FAO" in text:
        bare = _CARE_OF.sub(" ", text)
        text = (bare if _DIGIT.search(bare) else text).replace("C/O", " ")
    if "-" in text:
        text = _SPREADSHEET.sub(lambda m: f"{m[1]}-{_MONTHS.index(m[2]) + 1}", text)
    found: list[str] = shape.findall(text)
    return found
