"""Telephone numbers: the same number is always the same other one, of the ranges set aside for
drama, so that no pseudonym can ring anybody; how it was written stays."""

import re
from random import Random

SHORTEST = 7
"""Digits of a number that is somebody's; shorter ones are extensions and services."""
MOBILE = ("07700900",)
FIXED = (
    "02079460", "01632960", "01134960", "01144960", "01154960", "01164960", "01174960", "01184960",
    "01214960", "01314960", "01414960", "01514960", "01614960", "01914980", "02896496", "02920180",
    "03069990",
)  # fmt: skip
_DIGIT = re.compile(r"\d", re.ASCII)
_ABROAD = re.compile(r"\s*(\+\s*44|0044|\+|00)", re.ASCII)
_IN_TEXT = re.compile(r"(?<![\dA-Za-z])(?:\+|00)?\d[\d ()./-]{5,16}\d(?!\d)", re.ASCII)


class Numbers:
    """Drawn in the order in which they are met. `shared`: numbers that got one already given,
    because the ranges hold no more."""

    def __init__(self, random: Random) -> None:
        self._mobile = _pool(MOBILE, random)
        self._fixed = _pool(FIXED, random)
        self._all = [*self._mobile, *self._fixed]
        self._known: dict[str, str] = {}
        self.shared = 0

    def __len__(self) -> int:
        return len(self._known)

    def of(self, text: str) -> str:
        """The number written as the one given; what is too short for a number stays."""
        digits = "".join(_DIGIT.findall(text))
        if len(digits) < SHORTEST:
            return text
        abroad = _ABROAD.match(text)
        country = "" if abroad is None else "".join(_DIGIT.findall(abroad[0]))
        country = country if country.endswith("44") else ""
        own = digits.removeprefix(country).lstrip("0")
        new = self._other(own)
        written = new if abroad is None else (country or "44") + new.lstrip("0")
        return _laid_out(written, text, len(digits))

    def in_text(self, text: str) -> str:
        """Every number in it."""
        return _IN_TEXT.sub(lambda found: self.of(found[0]), text)

    def _other(self, own: str) -> str:
        known = self._known.get(own)
        if known is None:
            known = self._draw(own.startswith("7"))
            if known == f"0{own}":  # one of the drama ranges itself
                known = self._draw(own.startswith("7"))
            self._known[own] = known
        return known

    def _draw(self, mobile: bool) -> str:
        first, then = (self._mobile, self._fixed) if mobile else (self._fixed, self._mobile)
        if first or then:
            return (first or then).pop()
        self.shared += 1
        return self._all[self.shared % len(self._all)]


def _pool(prefixes: tuple[str, ...], random: Random) -> list[str]:
    numbers = [f"{prefix}{last:03}" for prefix in prefixes for last in range(1000)]
    random.shuffle(numbers)
    return numbers


def _laid_out(digits: str, text: str, places: int) -> str:
    """In the places of the other one's digits, where there are as many."""
    if len(digits) != places:
        return ("+" if text.lstrip().startswith("+") else "") + digits
    left = iter(digits)
    return _DIGIT.sub(lambda _: next(left), text)
