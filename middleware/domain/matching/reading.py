"""Reading: free text becomes words in order, numbers in order, and a postcode.

A query is not parsed further than this; each marker says what to look for.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

from middleware.domain.matching import words as w
from middleware.domain.matching.postcodes import find_postcode, is_outcode

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
_GLUED = re.compile(
    r"(FLAT|FLT|FL|APT|APARTMENT|UNIT|ROOM|SUITE|OFFICE|SHOP|PLOT|NO|F)(\d+[A-Z]?)\Z"
)
_PARTS = re.compile(r"(\d+)([A-Z]?)(?: ?(-|/|&|TO|AND) ?(\d+)([A-Z]?))?\Z")
_FIRM_NUMBER = re.compile(r"[A-Z]{3,}\d{3}\Z")
"""JCT600 is a firm; B12 and SU2 are units."""
_CARE_OF = re.compile(r"\b(?:C/O|FAO)\b[^,\d]*?\b(?:LTD|LIMITED|LLP|PLC)\b")
"""The firm that takes the post in is no part of an address that has a number."""
_DIGIT = re.compile(r"\d")
_CUT = str.maketrans({"'": None, "`": None, "\u2019": None, "(": " ", ")": " "})
_SUFFIXES = frozenset("ABCDEFGHJKLMP")
_MEANT = w.ABBREVIATIONS.get

COMMA, REAR = ",", "REAR"
NEAR = "fN"
"""Stands among the numbers when the place is beside, opposite, above or behind a number."""


@dataclass(slots=True)
class Reading:
    """What was read, in order.

    `numbers` holds (value, named as a unit, words before it), `breaks` the words before each
    comma of a marker.
    """

    postcode: str = ""
    outcode: str = ""
    words: list[str] = field(default_factory=list)
    numbers: list[tuple[str, bool, int]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    flat: bool = False
    """A number was called a flat, not a unit or a shop."""
    written: str = ""

    def digest(self) -> str:
        """The same for the same words and numbers in the same order, whatever stands between.

        Reckoned once: ask when the reading is settled.
        """
        if not self.written:
            kept = [word for word in self.words if word not in w.UNSAID]
            at = [
                sum(word not in w.UNSAID for word in self.words[:at]) for _, _, at in self.numbers
            ]
            numbers = [(value, named) for value, named, _ in self.numbers]
            self.written = f"{crc32(repr((kept, numbers, at)).encode()):x}"
        return self.written

    def settled(self) -> "Reading":
        """Without THE, OF, AND; numbers stand before the word that they belong to."""
        if not w.EMPTY.isdisjoint(self.words):
            kept = [0]
            for word in self.words:
                kept.append(kept[-1] + (word not in w.EMPTY))
            self.words = [word for word in self.words if word not in w.EMPTY]
            self.numbers = [(value, named, kept[at]) for value, named, at in self.numbers]
        return self


def read_marker(text: str, postcode: str = "") -> Reading:
    """As `read`, and where the commas are."""
    return read(text, postcode, _TOKEN_OR_COMMA)


def read(text: str, postcode: str = "", shape: re.Pattern[str] = _TOKEN) -> Reading:
    """Reads upper-case text; `postcode` is used when the text has none of its own."""
    code, start, end = find_postcode(text, strict=bool(postcode))
    reading = Reading(postcode=code or postcode)
    before = _without(code, text[:start]) if code else text
    if not _is_plain(reading, before):
        _Walk(reading, _tokens(before, shape)).run()
    if code and len(text) - end > 1:
        _Walk(reading, _tokens(text[end:], shape), after=True).run()
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
    plain = _PARTS_OF.isdisjoint(found) and min(map(len, found), default=0) > 1
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


class _Walk:
    """One pass over the tokens. After the postcode only a named unit still counts."""

    __slots__ = (
        "after", "at", "commas", "floor", "near", "out", "reading", "skip", "tokens", "unit",
    )  # fmt: skip

    def __init__(self, reading: Reading, tokens: list[str], *, after: bool = False) -> None:
        self.reading, self.after = reading, after
        self.commas = _commas(tokens) if COMMA in tokens else []
        self.tokens = [token for token in tokens if token != COMMA] if self.commas else tokens
        self.out: list[str] = [] if after else reading.words
        self.unit = self.skip = self.near = self.floor = False
        self.at = 0

    def run(self) -> None:
        """Fills the reading."""
        tokens, commas, out = self.tokens, self.commas, self.out
        while self.at < len(tokens):
            while commas and commas[-1] <= self.at:
                self.reading.breaks.append(len(out))
                commas.pop()
            token = tokens[self.at]
            self.at += 1
            if token not in _SPECIAL and token.isalpha() and not (self.unit and len(token) == 1):
                self.unit = self.skip = self.near = self.floor = False
                out.append(_MEANT(token, token))
            elif token[0].isdigit() and token not in w.ORDINALS:
                self._number(token)
            elif token[-1].isdigit() or token[-2:-1].isdigit():
                self._mixed(token)
            else:
                self._word(w.ORDINALS.get(token, token))

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _count(self, value: str, *, named: bool) -> None:
        """ROOM 3 ROOM 3 is said twice, and 39 FIRST FLOOR 39 as well; FLAT 3 3 may be two."""
        numbers, number = self.reading.numbers, (value, named, len(self.out))
        self.unit = False
        if number not in numbers:
            numbers.append(number)
        elif named or numbers[-1][0][0] == "f":
            numbers.remove(number)
            numbers.append(number)
        else:
            numbers.append(number)

    def _number(self, token: str) -> None:
        if self.skip:
            self.skip = False
            return
        value = tidy(token)
        following = self._next()
        if following in _SUFFIXES and value[-1].isdigit() and not self._east(following):
            value += following
            self.at += 1
        if self.near:
            self._count(NEAR, named=True)
            self.near = False
        if self.unit or not self.after:
            self._count(value, named=self.unit)

    def _east(self, following: str) -> bool:
        """13 E STREET is 13 East Street, not 13E."""
        if following != "E":
            return False
        after = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""
        return w.ABBREVIATIONS.get(after, after) in w.STREET_TYPES

    def _mixed(self, token: str) -> None:
        """Letters and digits in one: FLT3, B12, SW19."""
        glued = None if self.unit else _GLUED.match(token)
        if glued:
            self._count(tidy(glued[2]), named=glued[1] != "NO")
            self.reading.flat |= glued[1] in _FLAT
        elif not self.unit and not self.after and self.out and is_outcode(token):
            self.reading.outcode = token
        elif not self.unit and _FIRM_NUMBER.match(token):
            self.out.append(token)
        elif self.unit or not self.after:
            self._count(token, named=self.unit)

    def _word(self, token: str) -> None:
        self.skip = False
        if token in _LETTERED:
            self._count(token[-1], named=True)
            return
        if self.floor and token in w.SIDES:
            self._count(w.SIDES[token], named=True)
            return
        self.floor = False
        if self.unit and len(token) == 1:
            self._count(token, named=True)
            return
        following = self._next()
        if not self._floor(token, following) and not self._unit(token, following):
            self._plain(token, following)

    def _floor(self, token: str, following: str) -> bool:
        """GROUND FLOOR, FIRST FLOOR FLAT, GFF: a unit without a number."""
        floor = w.FLOOR_SHORT.get(token)
        if floor is None:
            floor = w.FLOORS.get(token)
            if floor is None or following not in _FLOOR_NEXT:
                return False
            self.at += following not in _FLAT
        self._count(floor, named=True)
        self.floor = True
        if self._next() in _FLAT and _one_number(self.tokens[self.at + 1 :]):
            self.at += 1
        return True

    def _unit(self, token: str, following: str) -> bool:
        """FLAT, UNIT, ROOM: the number or letter that follows is a part of a building."""
        word = w.ABBREVIATIONS.get(token, token)
        if word in w.FLAT_WORDS:
            if self.at > 1 and self.tokens[self.at - 2] == "THE":
                return True
            if following in w.SIDES:
                self.floor = True
                return True
        elif self._is_name(token, word) or (
            word not in w.UNITS and not (token in ("F", "FL") and _begins_unit(following))
        ):
            return False
        self.unit = True
        self.reading.flat |= token in _FLAT
        return True

    def _is_name(self, token: str, word: str) -> bool:
        """POST OFFICE, and STERLING OFFICES 30 MILL STREET: no number of an office follows."""
        if word == "OFFICE" and self.out[-1:] == ["POST"]:
            return True
        plural = token in ("OFFICES", "ROOMS") and bool(self.out)
        return plural and _one_number(self.tokens[self.at :])

    def _plain(self, token: str, following: str) -> None:
        word = w.ABBREVIATIONS.get(token, token)
        self.skip = token in w.SKIPS_NUMBER
        rear = following == "OF" and token == REAR
        self.near = token in w.NEARBY or rear or (self.near and word in w.EMPTY)
        lettered = word == "NO" and len(following) == 1 and following.isalpha()
        self.unit = lettered or (self.unit and word in w.EMPTY)
        self.out.append(word)


def _commas(tokens: list[str]) -> list[int]:
    """How many tokens stand before each comma, the last comma first."""
    places = [at for at, token in enumerate(tokens) if token == COMMA]
    return [at - before for before, at in enumerate(places)][::-1]


_FLAT = frozenset({"FLAT", "FLT", "MAISONETTE", "APARTMENT", "APT", "FL", "F"})
_FLOOR = frozenset({"FLOOR", "FLR", "FLOORS", "FLOO", "LFOOR", "FOOR"})
_FLOOR_NEXT = _FLOOR | _FLAT


_LETTERED = frozenset(f"{flat}{letter}" for flat in ("FL", "FLT") for letter in "BCDEFGH")
"""FLB is flat B; FLA is only short for FLAT."""

_PARTS_OF = frozenset(
    {"F", "FL"}.union(
        _LETTERED, w.FLOOR_SHORT, _FLOOR_NEXT, w.UNITS,
        (short for short, word in w.ABBREVIATIONS.items() if word in w.UNITS),
    )
)  # fmt: skip
"""A part of a building, or that what stands before is one."""

_SPECIAL = (_PARTS_OF - _FLOOR).union(
    ("REAR", "NO"), w.FLOORS, w.SIDES, w.ORDINALS, w.SKIPS_NUMBER, w.NEARBY, w.EMPTY
)
"""Every word that means more than itself; all others only stand in a row."""


def _begins_unit(token: str) -> bool:
    return token[:1].isdigit() or token in w.FLOOR_SHORT or (len(token) == 1 and token.isalpha())


def _one_number(tokens: list[str]) -> bool:
    """After GROUND FLOOR FLAT: one number left is the house, two are flat and house."""
    return sum(token[0].isdigit() and token not in w.ORDINALS for token in tokens) < 2


def tidy(token: str) -> str:
    """So that 014a is 14A, 12 - 16 is 12-16 and 95/97 is 95-97; 14/2 (flat 2 at 14) stays."""
    if token.isdigit():
        return token.lstrip("0") or "0"
    match = _PARTS.match(token)
    if match is None:
        return token.lstrip("0") or "0"
    low, letter, sign, high, last = match.groups()
    first = (low.lstrip("0") or "0") + letter
    if not sign:
        return first
    span = int(high) - int(low)
    both = "/" if sign == "/" and not 0 < span <= 10 else "-"
    return f"{first}{both}{high.lstrip('0') or '0'}{last}"
