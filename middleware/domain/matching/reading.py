"""Reading: free text becomes words in order, numbers in order, and a postcode.

A query is not parsed further than this; each marker says what to look for.
"""

import re
from dataclasses import dataclass, field

from middleware.domain.matching import words as w
from middleware.domain.matching.postcodes import find_postcode, is_outcode

_TOKEN = re.compile(
    r"\d+(?:ST|ND|RD|TH)\b"
    r"|\d+[A-Z]?(?: ?(?:-|/|&| TO ) ?\d+[A-Z]?)?(?![A-Z0-9])"
    r"|[A-Z]+\d+[A-Z]?(?![A-Z0-9])|[A-Z]+|\d+|,"
)
_SPREADSHEET = re.compile(r"\b(\d\d?)-(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\b")
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_GLUED = re.compile(r"(FLAT|FLT|APT|UNIT|ROOM|SUITE|OFFICE|SHOP|PLOT|NO|F)(\d+[A-Z]?)\Z")
_SPLIT = re.compile(r" ?(?:-|/|&| TO ) ?")
_CUT = str.maketrans({"'": None, "`": None, "\u2019": None, "(": " ", ")": " "})


@dataclass(slots=True)
class Reading:
    """`numbers` holds (value, explicit, position): position counts the words before it."""

    postcode: str = ""
    outcode: str = ""
    words: list[str] = field(default_factory=list)
    numbers: list[tuple[str, bool, int]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    landmark: int = -1
    kind: str = ""


def read(text: str, postcode: str = "") -> Reading:
    """Reads upper-case text; `postcode` is used when the text has none of its own."""
    code, start, end = find_postcode(text)
    reading = Reading(postcode=code or postcode)
    tail = ""
    if code:
        text, tail = text[:start], text[end:]
    _take(reading, _tokens(text), after=False)
    if tail.strip():
        _take(reading, _tokens(tail), after=True)
    reading.outcode = reading.postcode[:-3] or reading.outcode
    return reading


def _tokens(text: str) -> list[str]:
    text = text.translate(_CUT)
    if "C/O" in text:
        text = text.replace("C/O", " ")
    if "-" in text:
        text = _SPREADSHEET.sub(lambda m: f"{m[1]}-{_MONTHS.index(m[2]) + 1}", text)
    found: list[str] = _TOKEN.findall(text)
    return found


def _take(reading: Reading, tokens: list[str], *, after: bool) -> None:
    """Walks the tokens once. After the postcode only a named unit still counts."""
    out, numbers = reading.words, reading.numbers
    unit = skip = near = floor_open = False
    last = len(tokens) - 1
    index = -1
    while index < last:
        index += 1
        token = tokens[index]
        if token == ",":
            reading.breaks.append(len(out))
            continue
        following = tokens[index + 1] if index < last else ""
        first = token[0]
        if first.isdigit():
            if token in w.ORDINALS:
                token = w.ORDINALS[token]
            else:
                if skip:
                    skip = False
                    continue
                if near and reading.landmark < 0:
                    reading.landmark = len(out)
                value = _number(token)
                if len(following) == 1 and following in "ABCDEFGHJKLMP" and token[-1].isdigit():
                    value += following
                    index += 1
                if unit or not after:
                    numbers.append((value, unit, len(out)))
                unit = False
                continue
        elif token[-1].isdigit() or (len(token) > 2 and token[-2].isdigit()):
            glued = _GLUED.match(token)
            if glued:
                numbers.append((_number(glued[2]), glued[1] != "NO", len(out)))
            elif not unit and is_outcode(token) and out and not after:
                reading.outcode = token
            elif unit or not after:
                numbers.append((token, unit, len(out)))
            unit = False
            continue
        skip = False
        if floor_open and token in w.SIDES:
            numbers.append((w.SIDES[token], True, len(out)))
            continue
        floor_open = False
        if unit and len(token) == 1:
            numbers.append((token, True, len(out)))
            unit = False
            continue
        floor = w.FLOORS.get(token)
        if floor is not None and following in _FLOOR_NEXT:
            numbers.append((floor, True, len(out)))
            index += 1
            unit = False
            flat = index if following in _FLAT else index + 1
            if flat <= last and tokens[flat] in _FLAT and _one_number(tokens[flat + 1 :]):
                index = flat
            elif flat == index:
                index -= 1
            floor_open = True
            continue
        floor = w.FLOOR_SHORT.get(token)
        if floor is not None:
            numbers.append((floor, True, len(out)))
            unit, floor_open = False, True
            continue
        word = w.ABBREVIATIONS.get(token, token)
        if word in w.FLAT_WORDS and following in w.SIDES:
            floor_open = True
            continue
        if word in w.UNITS or (token == "F" and (following[:1].isdigit() or following in w.FLOOR_SHORT)):
            unit = True
            reading.kind = reading.kind or word
            continue
        if token in w.SKIPS_NUMBER:
            skip = True
        near = token in w.NEARBY or (near and word in w.EMPTY)
        unit = (unit and word in w.EMPTY) or (word == "NO" and len(following) == 1 and following.isalpha())
        if not after:
            out.append(word)


_FLAT = frozenset({"FLAT", "FLT", "MAISONETTE", "APARTMENT", "APT"})
_FLOOR_NEXT = frozenset({"FLOOR", "FLR", "FLOORS", "FL", "FLOO"}) | _FLAT


def _one_number(tokens: list[str]) -> bool:
    """After GROUND FLOOR FLAT: one number left is the house, two are flat and house."""
    return sum(token[0].isdigit() and token not in w.ORDINALS for token in tokens) < 2


def _number(token: str) -> str:
    """"014a" -> 14A, "12 - 16" -> 12-16."""
    parts = _SPLIT.split(token)
    return ("/" if "/" in token else "-").join(part.lstrip("0") or "0" for part in parts)
