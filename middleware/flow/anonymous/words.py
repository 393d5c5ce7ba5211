"""Words of addresses: each name becomes an invented one of the same length, what says what a thing
is (flat, road, house) stays, and a typo of a name becomes the same kind of typo of the other."""

import re
from collections import Counter
from collections.abc import Callable
from random import Random

from rapidfuzz.distance import OSA, Levenshtein
from rapidfuzz.process import extractOne

from middleware.domain.matching import words as w

_ORDINARY = """
THE OF AND AT IN ON BY TO FOR NEAR OPPOSITE OPP BEHIND NEXT OFF OVER ABOVE BELOW FROM WITH CARE NO
NUMBER NOT KNOWN JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC MR MRS MS MISS DR TOP UK
"""
KEPT = frozenset(
    {*w.ABBREVIATIONS, *w.ABBREVIATIONS.values(), *w.STREET_TYPES, *w.BUILDING_WORDS, *w.UNITS}
    | {*w.FLOORS, *w.FLOOR_SHORT, *w.SIDES, *_ORDINARY.split()}
)
"""What says nothing of who or where."""
OFTEN = 3
"""A word that is no marker's counts as rightly written when it is met so often."""
_SYLLABLES = [c + v for c in "bdfghjklmnprstvw" for v in "aeiou"]
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TRIES = 200
_LONG, _SHORT = 8, 4


class Words:
    """First `learn` everything, then ask."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._counts: Counter[str] = Counter()
        self._trusted: set[str] = set()
        self._known: dict[str, str] = {}
        self._taken: set[str] = set()
        self._bases: list[str] = []

    def __len__(self) -> int:
        return len(self._known)

    def learn(self, text: str, *, trusted: bool = False) -> None:
        """`trusted`: of a marker, which somebody looked at."""
        for word in _WORD.findall(text):
            self._counts[word.upper()] += 1
            if trusted:
                self._trusted.add(word.upper())

    def replaced(self, text: str, *, keep: bool = True) -> str:
        """Each word by its own; without `keep` also those that say what a thing is (names of
        people)."""
        return _WORD.sub(lambda found: _as_written(found[0], self._of(found[0], keep)), text)

    def _of(self, word: str, keep: bool) -> str:
        upper = word.upper()
        if len(upper) == 1 or (keep and upper in KEPT):
            return upper
        if upper not in self._known:
            self._known[upper] = self._misspelt(upper) or self._invented(upper)
        return self._known[upper]

    def _misspelt(self, word: str) -> str | None:
        """The other name with the same slips; None where it is no typo of anything."""
        if len(word) < _SHORT or self._is_right(word):
            return None
        most = 2 if len(word) >= _LONG else 1
        found = extractOne(
            word, self._right(), scorer=OSA.distance, score_cutoff=most, processor=None
        )
        if found is None:
            return None
        base = found[0]
        other = base if base in KEPT else self._of(base, keep=False)
        return _slipped(base, word, other, self._random, elsewhere=base in KEPT)

    def _is_right(self, word: str) -> bool:
        return word in self._trusted or self._counts[word] >= OFTEN

    def _right(self) -> list[str]:
        """Names that are rightly written, and long words that are kept."""
        if not self._bases:
            names = [word for word in self._counts if self._is_right(word)]
            self._bases = sorted({*names, *KEPT} - {word for word in KEPT if len(word) < _SHORT})
        return self._bases

    def _invented(self, word: str) -> str:
        """Of the same length, and like no other."""
        made = ""
        for _ in range(_TRIES):
            made = self._draw(len(word))
            if made not in self._counts and made not in KEPT and self._is_apart(made):
                break
        self._taken.add(made)
        return made

    def _is_apart(self, made: str) -> bool:
        if made in self._taken:
            return False
        least = 3 if len(made) >= 6 else 2 if len(made) >= _SHORT else 1
        near = extractOne(made, self._taken, scorer=OSA.distance, score_cutoff=least - 1)
        return near is None

    def _draw(self, length: int) -> str:
        made = self._random.choice("aeiou") if self._random.random() < 0.2 else ""
        while len(made) < length:
            made += self._random.choice(_SYLLABLES)
        return made[:length].upper()


def _slipped(base: str, word: str, other: str, random: Random, *, elsewhere: bool) -> str:
    """`other` with what makes `word` of `base`; `elsewhere`: at another place, so that the word
    itself does not stay."""
    letters, shift = list(other), 0
    move = random.randrange(1, len(other)) if elsewhere else 0
    for tag, at, _ in _slips(base, word):
        place = (at + move) % max(1, len(other) - 1) + shift
        place = min(place, len(letters) - 1)
        if tag == "swap" and place + 1 < len(letters):
            letters[place : place + 2] = reversed(letters[place : place + 2])
        elif tag == "insert":
            letters.insert(place, random.choice(_LETTERS).upper())
            shift += 1
        elif tag == "delete":
            del letters[place]
            shift -= 1
        else:
            letters[place] = random.choice(_LETTERS.replace(letters[place].lower(), "")).upper()
    return "".join(letters)


def _slips(base: str, word: str) -> list[tuple[str, int, int]]:
    """Insert, delete, replace, and two letters that changed places."""
    if len(base) == len(word):
        for at in range(len(base) - 1):
            if base[:at] + base[at + 1] + base[at] + base[at + 2 :] == word:
                return [("swap", at, at)]
    return [(op.tag, op.src_pos, op.dest_pos) for op in Levenshtein.editops(base, word)]


def _as_written(word: str, other: str) -> str:
    if word.isupper():
        return other
    return other.capitalize() if word[:1].isupper() else other.lower()


Replace = Callable[[str], str]
