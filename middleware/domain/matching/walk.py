"""One pass over the words and numbers of an address, each looked at beside its neighbours."""

import re

from middleware.domain.matching import words as w
from middleware.domain.matching.postcodes import is_outcode
from middleware.domain.matching.reading import NEAR, Reading

_GLUED = re.compile(
    r"(FLAT|FLT|FL|APT|APARTMENT|UNIT|ROOM|SUITE|OFFICE|SHOP|PLOT|NO|F)(\d+[A-Z]?)\Z"
)
_PARTS = re.compile(r"(\d+)([A-Z]?)(?: ?(-|/|&|TO|AND) ?(\d+)([A-Z]?))?\Z")
_FIRM_NUMBER = re.compile(r"[A-Z]{3,}\d{3}\Z")
"""JCT600 is a firm; B12 and SU2 are units."""
_SUFFIXES = frozenset("ABCDEFGHJKLMP")
_MEANT = w.ABBREVIATIONS.get
COMMA, REAR = ",", "REAR"


class Walk:
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

PARTS_OF = frozenset(
    {"F", "FL"}.union(
        _LETTERED, w.FLOOR_SHORT, _FLOOR_NEXT, w.UNITS,
        (short for short, word in w.ABBREVIATIONS.items() if word in w.UNITS),
    )
)  # fmt: skip
"""A part of a building, or that what stands before is one."""

_SPECIAL = (PARTS_OF - _FLOOR).union(
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
