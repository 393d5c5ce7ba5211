"""What a marker looks for: its number, units, street, names and places, read once.

Kept as one line of text a marker (`Spec.line`), so that a million of them stay small
and a snapshot is only their concatenation.
"""

from functools import lru_cache
from typing import NamedTuple

from middleware.domain.matching import words as w
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.repeats import AGAIN, once, spanned


class Site(NamedTuple):
    """What the doors of one building or street have alike; words in canonical form."""

    covers: bool
    street: tuple[str, ...]
    kind: str
    names: tuple[str, ...]
    places: tuple[str, ...]


class Spec(NamedTuple):
    """`house`: "14", "14A", "14-16" or ""; `units`: values in order; then as `Site` has it."""

    marker: str
    house: str
    units: tuple[str, ...]
    uprn: str
    phones: tuple[str, ...]
    person: str
    position: str
    written: str
    """Digest of words and numbers in order, for an address of several numbers."""
    postcode: str
    covers: bool
    street: tuple[str, ...]
    kind: str
    names: tuple[str, ...]
    places: tuple[str, ...]

    def line(self) -> str:
        """The spec as one line, its site last; `parse` reads it back."""
        parts = (
            self.marker, self.house, " ".join(self.units), self.uprn, " ".join(self.phones),
            self.person, self.position, self.written, self.postcode, "b" if self.covers else "",
            " ".join(self.street), self.kind, " ".join(self.names), " ".join(self.places),
        )  # fmt: skip
        return "|".join(parts)


def parse(line: str) -> Spec:
    """The inverse of `Spec.line`."""
    parts = divided(line)
    return spec_at(parts[0], site_of(parts))


def divided(line: str) -> list[str]:
    """What the marker has of its own, still in one; then the parts of its site."""
    return line.rsplit("|", _SITE)


def postcode_of(door: str) -> str:
    """Of what a marker has of its own, without reading the rest."""
    return door[door.rfind("|") + 1 :]


_SITE = len(Site._fields)


def position_of(line: str) -> str:
    """Of a marker's line, without reading the rest."""
    return line.split("|", 7)[6]


def site_of(parts: list[str]) -> Site:
    """The site of what was divided."""
    _, covers, street, kind, names, places = parts
    known = words_of(names) if names else ()
    return Site(covers == "b", words_of(street), kind, known, words_of(places))


def spec_at(door: str, site: Site) -> Spec:
    """What was divided, put together."""
    marker, house, units, uprn, phones, person, position, written, postcode = door.split("|")
    return Spec(
        marker, house, words_of(units) if units else (), uprn, words_of(phones) if phones else (),
        person, position, written, postcode, *site,
    )  # fmt: skip


@lru_cache(maxsize=16384)
def words_of(text: str) -> tuple[str, ...]:
    """The same tuple for all doors of a street: they are told to be alike at a glance."""
    return tuple(text.split())


def interpret(
    marker: str, covers: bool, reading: Reading,
    uprn: str = "", phones: tuple[str, ...] = (), person: str = "", position: str = "",
) -> Spec:  # fmt: skip
    """Gives every word and number of a marker's address its role.

    The house is the last number that nothing names a unit; every other one is a unit.
    """
    digest = ""
    if len(reading.numbers) > 1:
        digest = reading.digest()
        once(reading)
        spanned(reading)
    words, numbers = reading.words, reading.numbers
    last = len(numbers) - 1
    while last >= 0 and numbers[last][1]:
        last -= 1
    start, kind_at, named = _street(words, numbers[last][2] if last >= 0 else -1, reading.breaks)
    house = numbers[last][0] if last >= 0 and not named else ""
    units = [value for value, _, _ in numbers]
    if house:
        del units[last]
    if AGAIN in units:
        units.sort(key=AGAIN.__eq__)
    end = kind_at + 1 if kind_at >= 0 else start
    street = _said(words[start : max(kind_at, start)])
    kind = words[kind_at] if kind_at >= 0 else ""
    if kind not in w.STREET_TYPES or not street:
        street, kind = street + ([kind] if kind else []), ""
    while kind and end < len(words) and words[end] in _DIRECTIONS and end not in reading.breaks:
        kind = f"{kind} {words[end]}"
        end += 1
    places = tuple(dict.fromkeys(_said(words[end:])))
    if street[1:] == ["HIGH"] and street[0] in places:
        street = street[1:]
    names = tuple(_said(words[:start])) if start else ()
    return Spec(
        marker, house, tuple(units), uprn, phones, person, position, digest, reading.postcode,
        covers, tuple(street), kind, () if names and {*street, kind}.issuperset(names) else names,
        places,
    )  # fmt: skip


def _said(words: list[str]) -> list[str]:
    """Without THE, OF, AND."""
    if w.EMPTY.isdisjoint(words):
        return words
    return [word for word in words if word not in w.EMPTY]


_DIRECTIONS = frozenset({"NORTH", "SOUTH", "EAST", "WEST"})


def _street(words: list[str], number_at: int, breaks: list[int]) -> tuple[int, int, bool]:
    """(first word of the street, its type word or -1, True if the number is a unit of a name)."""
    if number_at >= 0:
        first = _first_type(words, number_at, breaks)
        if first < 0:
            end = min((b for b in breaks if b > number_at), default=min(number_at + 2, len(words)))
            return number_at, (end - 1 if end > number_at else -1), False
        inside = [b for b in breaks if number_at < b <= first]
        if inside:
            return inside[-1], first, True
        second = _street_after(words, first, breaks)
        if second > 0:
            return first + 1, second, True
        if words[first] in w.WEAK_TYPES or words[first] in w.BUILDING_WORDS:
            other = _last_strong(words, first + 1)
            if other > 0:
                return _start(words, other, first + 1, breaks), other, True
        return number_at, first, False
    kind = _last_strong(words, 0)
    if kind < 0:
        kind = next((i for i in range(len(words) - 1, 0, -1) if words[i] in w.WEAK_TYPES), -1)
    if kind < 0:
        inner = [b for b in dict.fromkeys(breaks) if 0 < b < len(words)]
        if len(inner) >= 2:
            return inner[0], inner[1] - 1, False
        return 0, (inner or [len(words)])[0] - 1, False
    return _start(words, kind, 0, breaks), kind, False


def _street_after(words: list[str], first: int, breaks: list[int]) -> int:
    """The type word of a street in the segment after the one that ends at `first`, or -1.

    In `135, Tarn View, Lark Place` the number belongs to Tarn View; in `5, The Green,
    Otherham Park` the second is a locality.
    """
    start = first + 1
    if start not in breaks:
        return -1
    end = min((b for b in breaks if b > start), default=len(words))
    while end > start and words[end - 1] in _DIRECTIONS:
        end -= 1
    last = words[end - 1] if end - start > 1 else ""
    if words[first] in w.STRONG_TYPES:
        return end - 1 if last in w.STRONG_TYPES else -1
    building = words[first] in w.BUILDING_WORDS and last == "HILL"
    return end - 1 if building or last in _ENDS_A_STREET else -1


_ENDS_A_STREET = w.STREET_TYPES - w.LOCALITY_TYPES


_ENDS = w.STREET_TYPES | w.BUILDING_WORDS


def _first_type(words: list[str], start: int, breaks: list[int]) -> int:
    end = min(len(words), start + 6)
    for index in range(start, end):
        if words[index] not in _ENDS:
            continue
        if index == start and index + 1 not in breaks and index + 1 < len(words):
            continue
        while (
            index + 1 < end and words[index + 1] in w.STREET_TYPES
            and index + 1 not in breaks and words[index] not in w.STRONG_TYPES
        ):  # fmt: skip
            index += 1
        return index
    return -1


def _last_strong(words: list[str], start: int) -> int:
    for index in range(len(words) - 1, start, -1):
        if words[index] in w.STRONG_TYPES:
            return index
    return -1


def _start(words: list[str], kind: int, least: int, breaks: list[int]) -> int:
    inside = [b for b in breaks if least <= b < kind]
    if inside:
        first = max(inside)
        named = (i for i in range(kind - 2, first, -1) if words[i] in w.NAMED_BUILDINGS)
        return next(named, first - 1) + 1
    start = max(least, kind - 1)
    while start > least and kind - start < 2 and words[start - 1] not in w.BUILDING_WORDS:
        start -= 1
    return start
