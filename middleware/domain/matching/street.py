"""The street of a marker looked for in a query: as written, with slips, joined, or not there."""

from functools import lru_cache
from typing import NamedTuple

from middleware.domain.matching import words as w
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.spec import Site, Spec, words_of
from middleware.domain.matching.wording import (
    FAR,
    alike,
    distance,
    find,
    joined,
    resembles,
)


class Street(NamedTuple):
    """Points, the position of the street's first word in the query (-1: not there), in words."""

    points: int
    at: int
    said: str
    typed: bool = True
    """Its type is there too, or it has none."""


NO_STREET = Street(0, -1, "")
Road = Site | Spec
"""Of a marker only what it says of its street, names and places is looked at here."""
SAME_TYPE, NO_TYPE_SAID, BUILDING_FOLLOWS, OTHER_TYPE = 1, 0, -2, -1
_ORDER = (SAME_TYPE, OTHER_TYPE, NO_TYPE_SAID)
"""Of several places where the name stands, the one that says most about the street."""
AGREES, SLIP, NO_TYPE, OTHER, ABSENT = 35, 7, 5, -60, -35


class Lane(NamedTuple):
    """A name and type of a street looked for in a query, whatever else the marker says."""

    begun: bool
    """Its first word was said, or one that is left out."""
    written: int
    """Where it stands letter for letter; -1 if it does not."""
    at: int
    """Where it stands, slips allowed; -1: nowhere."""
    slips: int
    typed: int
    """What stands after it, as `_kind` says."""


NO_LANE = Lane(True, -1, -1, 0, 0)
"""Of a marker without a street."""
GONE = Lane(False, -1, -1, 0, 0)
"""Nothing of it was said."""


class Lanes:
    """Looks for streets in the words of one query; each name and type once."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._found: dict[tuple[str, str], Lane] = {}
        self._near: dict[int, list[tuple[int, str]]] = {}
        self._unspaced = "".join(words)

    def lane(self, street: str, kind: str) -> Lane:
        """Where that street stands."""
        found = self._found.get((street, kind))
        if found is None:
            found = self._seek(words_of(street), kind) if street else NO_LANE
            self._found[street, kind] = found
        return found

    def _seek(self, street: tuple[str, ...], kind: str) -> Lane:
        words, first = self._words, street[0]
        begun = first in words
        at = exact = _written(words, street, kind) if begun else -1
        slips, typed = 0, 0
        if at >= 0:
            typed = _kind(words, at + len(street), kind)
        if typed <= 0:
            near = [
                (at, word)
                for at, word in self._as_long(len(first))
                if distance(first, word, score_cutoff=FAR) <= FAR and alike(first, word) <= 2
            ]
            if near or first in self._unspaced:  # else none is another one joined or in two parts
                other, other_slips, other_typed = _loose(words, street, kind, near)
                if other >= 0 and (at < 0 or other_typed > max(typed, 0)):
                    at, slips, typed = other, other_slips, other_typed
        begun = begun or first in w.UNSAID
        return Lane(begun, exact, at, slips, typed) if begun or at >= 0 else GONE

    def _as_long(self, length: int) -> list[tuple[int, str]]:
        """The words of about that length, where they stand: others are no slip of it."""
        found = self._near.get(length)
        if found is None:
            found = self._near[length] = [
                (at, word) for at, word in enumerate(self._words) if -3 < len(word) - length < 3
            ]
        return found


def written(query: Reading, spec: Road) -> int:
    """Where the street stands letter for letter; -1 if it does not."""
    return _written(query.words, spec.street, spec.kind) if spec.street else -1


def _written(words: list[str], street: tuple[str, ...], kind: str) -> int:
    if street[0] not in words:
        return -1
    size, places = len(street), dict[int, int]()
    if size == 1 and words.count(street[0]) == 1:
        index = words.index(street[0])
        return index if _kind(words, index + 1, kind) in _ORDER else -1
    for index, word in enumerate(words):
        if word == street[0] and (size == 1 or tuple(words[index : index + size]) == street):
            places.setdefault(_kind(words, index + size, kind), index)
    return next((places[typed] for typed in _ORDER if typed in places), -1)


def street(query: Reading, spec: Road, found: Lane) -> Street:
    """Judges a street that was found."""
    _, _, at, slips, typed = found
    if typed == 0 and _names_another(query, spec, at):
        return Street(ABSENT, at, "the street is another one")
    if typed < 0 or _qualified(query, spec, at):
        return Street(OTHER, at, "another street of that name")
    points = AGREES - SLIP * slips - (0 if typed else NO_TYPE)
    said = "street agrees but for the spelling" if slips else "street agrees"
    return Street(points, at, said, typed=typed > 0)


def heard(query: Reading, spec: Road) -> Street | None:
    """The street spelt as somebody heard it, where postcode and number agree."""
    at = _heard(query, spec)
    return Street(AGREES - 3 * SLIP, at, "street agrees but for the spelling") if at >= 0 else None


def _heard(query: Reading, spec: Road) -> int:
    """Where the street stands after the number, spelt as somebody heard it; -1 if it does not."""
    size = len(spec.street)
    for _, named, at in query.numbers:
        words = query.words[at : at + size]
        if not named and len(words) == size and all(map(resembles, spec.street, words)):
            return at if _kind(query.words, at + size, spec.kind) >= 0 else -1
    return _shortened(query, spec)


def _shortened(query: Reading, spec: Road) -> int:
    """The marker's BRIARS WETHERLY ROAD is WETHERLY ROAD where number and postcode agree."""
    first, last = spec.street[0], spec.street[-1]
    if len(spec.street) < 2 or first in w.QUALIFIERS or last not in query.words:
        return -1
    at = query.words.index(last)
    before = query.words[at - 1] if at else ""
    strange = before in w.QUALIFIERS and before not in spec.street
    return at if not strange and _kind(query.words, at + 1, spec.kind) == SAME_TYPE else -1


def _qualified(query: Reading, spec: Road, at: int) -> bool:
    """NEW NORTH ROAD is not NORTH ROAD, and TARNWICK AVENUE is not THE AVENUE."""
    before = query.words[at - 1] if at else ""
    if not before or before in spec.names:
        return False
    bare = not spec.kind and spec.street[0] in w.STREET_TYPES and len(spec.street) == 1
    if before not in w.QUALIFIERS and (not bare or before in w.BUILDING_WORDS):
        return False
    return all(place != at for _, _, place in query.numbers)


def _loose(
    words: list[str], street: tuple[str, ...], kind: str, near: list[tuple[int, str]]
) -> tuple[int, int, int]:
    """(position, slips, type as `_kind` says) of a street with slips of the keyboard.

    `near`: the words that may be its first.
    """
    best, size = (-1, 9, -2), len(street)
    for at, word in near:
        rest = [alike(one, two) for one, two in zip(street[1:], words[at + 1 :], strict=False)]
        if len(rest) == size - 1 and all(more <= 2 for more in rest):
            slips, typed = alike(street[0], word) + sum(rest), _kind(words, at + size, kind)
            best = max(best, (at, min(slips, 3), typed), key=lambda b: (b[2], -b[1]))
    return best if best[0] >= 0 else _scattered(words, street, kind, begun=bool(near))


def _scattered(
    words: list[str], street: tuple[str, ...], kind: str, *, begun: bool
) -> tuple[int, int, int]:
    """Words of the street joined, in two parts, or not side by side. `begun`: its first is there,
    or one like it."""
    start, total, typed = -1, 0, 0
    for number, word in enumerate(street):
        at, slips = find(word, words) if begun or number else (-1, 9)
        if at < 0:
            at, slips = joined(word, kind.partition(" ")[0], words), 1
            if at < 0:
                return -1, 9, -2
            typed, slips = (1, 0) if words[at].startswith(word) else (typed, 1)
            if not typed:
                typed = _kind(words, at + 2, kind)
        total += slips
        start = at if start < 0 else start
    return start, min(total, 3), typed or max(_kind(words, start + len(street), kind), 0)


def _kind(words: list[str], at: int, kind: str) -> int:
    """What stands after the name of the street: its type, another one, a building, nothing."""
    following = words[at] if at < len(words) else ""
    if not kind:
        return OTHER_TYPE if following in w.STRONG_TYPES else SAME_TYPE
    first, _, direction = kind.partition(" ")
    meant = meant_type(following)
    if meant == first:
        after = words[at + 1] if at + 1 < len(words) else ""
        other = direction and after in w.QUALIFIERS and after != direction
        return OTHER_TYPE if other else SAME_TYPE
    if meant:
        return OTHER_TYPE
    return BUILDING_FOLLOWS if following in w.BUILDING_WORDS else NO_TYPE_SAID


@lru_cache(maxsize=65536)
def meant_type(word: str) -> str:
    """The street type that a word is, or is with one slip; "" if it is none."""
    if word in w.STREET_TYPES or len(word) < SHORTEST_SLIP:
        return word if word in w.STREET_TYPES else ""
    near = [one for one in _TYPES if word[0] == one[0] or word[-2:] == one[-2:]]
    slips = [one for one in near if alike(word, one) == 1]
    return w.ABBREVIATIONS.get(slips[0], slips[0]) if slips else ""


SHORTEST_SLIP = 3
_TYPES = (*sorted(w.STRONG_TYPES), "STREET", *sorted(w.WEAK_TYPES))


def _names_another(query: Reading, spec: Road, at: int) -> bool:
    """A street type stands after a word that is no part of the marker."""
    words, end = query.words, at + len(spec.street)
    for index, word in enumerate(words):
        if word in w.STREET_TYPES and index and word not in spec.names and not at <= index <= end:
            before = words[index - 1]
            if before not in spec.places and before not in spec.names:
                return True
    return False


_NOT_RECOGNISED = Street(-15, -1, "the street was not recognised")
_NOT_GIVEN = Street(0, -1, "no street was given")
_ANOTHER = Street(ABSENT, -1, "the street is another one")


def absent(query: Reading, spec: Road) -> Street:
    """The street is not in the query: fine if it names none, against it if it names one.

    It comes to no more than `NO_STREET`.
    """
    if not spec.street:
        return NO_STREET
    if _names_another(query, spec, -1):
        return _ANOTHER
    if not {*query.words}.difference(w.COMMON, spec.places, spec.names):
        return _NOT_GIVEN
    return _NOT_RECOGNISED
