"""Postcodes: found in free text, repaired, compared. Kept without the space: `IG11TS`."""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from middleware.domain.matching.words import AREAS

_ALONE, _END = r"(?<![A-Z0-9])", r"(?![A-Z0-9])"
_STRICT = re.compile(
    _ALONE + r"([A-Z]{1,2})([0-9][0-9A-Z]?)[ ,.;:]*([0-9]) ?([A-Z]{2})" + _END + r"(?! FL)",
)
_LOOSE = re.compile(
    _ALONE + r"([A-Z01]?[A-Z01]) ?([0-9OILSZB][0-9A-Z]?)[ ,.;:]*([0-9OILSZB]) ?([A-Z01]{2})" + _END,
)
_TURNED = re.compile(_ALONE + r"([A-Z]{1,2})([0-9][0-9A-Z]?) ?([A-Z]{2})([0-9])" + _END)
_LAST = re.compile(r"[0-9] ?[A-Z][A-Z]" + _END)
"""What every postcode as written ends with: looked for first, because that is quick."""
_WHOLE = re.compile(r"([A-Z]{1,2})([0-9]{1,2}) ?([0-9][A-Z]{2})\Z")
"""Nothing else is there, and nothing to repair."""
_OUTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?\Z")
_TO_DIGIT = str.maketrans("OILSZB", "011528")
_TO_LETTER = str.maketrans("01", "OI")
_LOOK_LIKE = frozenset("IO01")
_INWARD = frozenset("ABDEFGHJLNPQRSTUWXYZ")


def find_postcode(text: str, *, strict: bool = False) -> tuple[str, int, int]:
    """The last postcode in upper-case text with its span; ("", -1, -1) without one.

    `strict`: as written only, nothing repaired.
    """
    found = ("", -1, -1)
    if strict and not _LAST.search(text):
        return found
    for shape in (_STRICT,) if strict else (_STRICT, _LOOSE):
        for match in shape.finditer(text):
            code = _repair(*match.groups()) if _has_digits(match[2], match[3]) else ""
            if code:
                found = (code, match.start(), match.end())
        if found[0]:
            return found
    for match in () if strict else _TURNED.finditer(text):
        code = _repair(match[1], match[2], match[4], match[3])
        if code:
            found = (code, match.start(), match.end())
    return found


def _has_digits(district: str, sector: str) -> bool:
    """At least one real digit: ESSEX is not E5 5EX."""
    return sector.isdigit() or (district[0].isdigit() and district[-1].isdigit())


@lru_cache(maxsize=4096)
def _repair(area: str, district: str, sector: str, unit: str) -> str:
    if area not in AREAS and area[1:] in _LOOK_LIKE and len(district) == 1:
        area, district = area[0], area[1] + district
    area, unit = area.translate(_TO_LETTER), unit.translate(_TO_LETTER)
    head = district[0].translate(_TO_DIGIT)
    tail = district[1:].translate(_TO_DIGIT) if district[1:] in "OILSZ" else district[1:]
    code = area + head + tail + sector.translate(_TO_DIGIT) + unit
    written = sector.isdigit() and head == district[0]
    return code if area in AREAS and (written or _INWARD.issuperset(unit)) else ""


@lru_cache(maxsize=16384)
def read_postcode(text: str) -> str:
    """A postcode that stands alone in a field; "" if it is none."""
    text = text.upper().strip()
    whole = _WHOLE.match(text)
    if whole and whole[1] in AREAS:
        return f"{whole[1]}{whole[2]}{whole[3]}"
    return find_postcode(text)[0]


def is_outcode(token: str) -> bool:
    """True for the first half of a postcode: SW19, IG2."""
    return (
        bool(_OUTCODE.match(token)) and token.rstrip("0123456789")[:2].rstrip("0123456789") in AREAS
    )


def near(one: str, other: str) -> bool:
    """One letter or digit differs, is missing or too many, or two neighbours are swapped."""
    return OSA.distance(one, other, score_cutoff=1) <= 1
