"""One marker against one query: vetoes first, then points over a few named features.

The points are whole numbers, about ten times the log-odds they stand for.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from typing import Literal, NamedTuple

from middleware.domain.matching import words as w
from middleware.domain.matching.naming import NAMED, PLACED, Said, building_named, names, places
from middleware.domain.matching.numbers import ALIKE, SAME, Fit, fit, is_of_a_house, stands_apart
from middleware.domain.matching.postcodes import near
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.settling import has_numbers, has_words, settled
from middleware.domain.matching.spec import Site, Spec, divided, postcode_of, site_of, spec_at
from middleware.domain.matching.street import (
    ABSENT,
    AGREES,
    GONE,
    NO_STREET,
    SLIP,
    Lane,
    Lanes,
    Street,
    absent,
    heard,
    street,
)

FOUND, POSSIBLE = 70, 30
SAME_POSTCODE, HALF_POSTCODE, OTHER_HALF = 40, 20, -8
"""It agrees; its first half does, and the other was not said, or is another one."""
WHOLE_NAME = 35
"""Points of a whole name; with the postcode it outweighs a street that was said wrongly."""
UNNUMBERED, WHOLE, AGAINST, ANOTHER, SURE = -5, 15, -45, -40, 200
NOTHING: Said = (0, "")

_NUMBER = {
    Fit.SAME: 30, Fit.EQUIVALENT: 20, Fit.COVERED: 30, Fit.ASK: 30, Fit.EXTRA: 25,
    Fit.UNNUMBERED: 0, Fit.SUFFIX: 20, Fit.NO_HOUSE: 10, Fit.AS_UNIT: 20,
    Fit.INSIDE: 20, Fit.AROUND: 15, Fit.HOUSE_TOO: 25,
    Fit.OTHER_HOUSE: 10,
}  # fmt: skip
NUMBERED = max(_NUMBER.values())
"""The most that a number can add."""
_SAID = {
    Fit.SAME: "number agrees", Fit.EQUIVALENT: "number agrees, written differently",
    Fit.COVERED: "the marker covers the whole building",
    Fit.ASK: "the building agrees; the marker is for one part of it",
    Fit.EXTRA: "the house agrees; the flat asked for is not in the marker",
    Fit.NO_HOUSE: "flat agrees, no house number was given",
    Fit.INSIDE: "the number lies in the range the marker covers",
    Fit.AROUND: "the numbers overlap with those of the marker",
    Fit.HOUSE_TOO: "a house number was given that the marker does not have",
    Fit.OTHER_HOUSE: "the building's name agrees, its number does not",
    Fit.AS_UNIT: "the number agrees, given as a flat or unit",
    Fit.UNNUMBERED: "no house number was given", Fit.SUFFIX: "number agrees but not its letter",
}  # fmt: skip


@dataclass(slots=True)
class Verdict:
    """Points and what they are made of; `reasons` are words for the screen."""

    spec: Spec
    fit: Fit
    points: int
    reasons: list[str] = field(default_factory=list)
    vague: bool = False
    postcode: int = 0
    street: int = 0
    doubted: bool = False
    """A building or a place was said that the marker does not have."""


_OUT = frozenset({Fit.DIFFERENT, Fit.OTHER})
SURE_FITS = frozenset({Fit.SAME, Fit.EQUIVALENT, Fit.COVERED, Fit.NO_HOUSE, Fit.INSIDE})


def is_found(verdict: Verdict) -> bool:
    """Sure enough to raise the flag, if nothing else fits as well."""
    return verdict.points >= FOUND and verdict.fit in SURE_FITS


def is_settled(verdict: Verdict) -> bool:
    """Nothing better can be found by looking further."""
    return verdict.points >= FOUND and verdict.fit in ALIKE


class Ways(NamedTuple):
    """What the doors of a site that have the like numbers have alike, against one query."""

    road: Street
    name: Said | None
    """None: the marker is out."""
    asked: bool
    """The street with its type was asked for, and nothing else."""


class Ground(NamedTuple):
    """A site in a postcode against one query, whatever the numbers of its doors."""

    site: Site
    lane: Lane
    road: Street
    place: Said
    worded: bool
    """Word for word what was asked."""
    ways: dict[tuple[bool, bool, bool, bool], Ways | None]
    """By what its doors have: a house number, units, numbers that agree, all that was asked."""


Grounds = dict[str, Ground | Literal[False] | None]
"""By the text of a site; None: out."""


class Judge:
    """Judges markers against one query; what many of them have alike is judged once."""

    def __init__(self, query: Reading) -> None:
        self._query = query
        self._asked = set(query.words) - w.UNSAID
        self._postcodes: dict[str, tuple[Said, Grounds]] = {}
        self._lanes = Lanes(query.words)
        self._grounds: defaultdict[int, Grounds] = defaultdict(dict)
        self.is_placed = False
        """Where it is has been understood: there is no slip to look for, whatever fits."""

    def judge(self, line: str) -> Verdict | None:
        """A marker's line: None when the marker is out; else its points."""
        parts = divided(line)
        door = parts[0]
        known = postcode_of(door)
        here = self._postcodes.get(known)
        if here is None:
            postcode = _postcode(self._query, known)
            here = self._postcodes[known] = postcode, self._grounds[postcode[0]]
        postcode, grounds = here
        text = line[len(door) :]
        ground = grounds.get(text, False)
        if ground is False:
            ground = grounds[text] = self._ground(postcode[0], parts)
        return self._door(spec_at(door, ground.site), ground, postcode) if ground else None

    def _ground(self, postcode: int, parts: list[str]) -> Ground | None:
        """None when no door of it can still be possible: then nothing more is looked at."""
        _, _, name, kind, known, _ = parts
        lane, sure, named = self._lanes.lane(name, kind), postcode >= SAME_POSTCODE, known != ""
        if lane is GONE and not sure and _at_best(named, NO_STREET.points, postcode) < POSSIBLE:
            return None
        if lane.typed > 0 and _is_placed(self._query, lane, postcode):
            self.is_placed = True
        query, site, place = self._query, site_of(parts), NOTHING
        worded = lane.begun and has_words(self._asked, site)
        road = street(query, site, lane) if lane.at >= 0 else absent(query, site)
        best = SURE if sure or worded else _at_best(named, road.points, postcode)
        if best < POSSIBLE:
            return None
        if not sure:
            place = places(query, site, road.at)
            if best - PLACED + place[0] < POSSIBLE and road.at < 0:
                return None
        return Ground(site, lane, road, place, worded, {})

    def _door(self, spec: Spec, ground: Ground, postcode: Said) -> Verdict | None:
        query, place = self._query, ground.place
        identical = ground.worded and has_numbers(query, spec)
        numbers = SAME if identical else fit(query, spec, ground.lane.written)
        if numbers in _OUT:
            return None
        exact = postcode[0] >= SAME_POSTCODE
        numbered = exact and numbers in SURE_FITS
        alike = (bool(spec.house), bool(spec.units), numbered, identical)
        if alike not in ground.ways:
            ground.ways[alike] = _ways(
                query, spec, ground, postcode[0], numbered=numbered, identical=identical
            )
        ways = ground.ways[alike]
        if ways is None:
            return None
        road, name, asked = ways
        apart = stands_apart(query, spec, road.at) and not (exact and is_of_a_house(spec.house))
        if apart:
            name = (AGAINST, "a name stands before the street") if exact else None
        if name is None:
            return None
        if exact and road.points > 0:
            numbers = settled(query, spec, numbers, name[0])
        points = road.points + postcode[0] + name[0] + place[0] + _slip(road.points, postcode[0])
        points += (
            _NUMBER[numbers] if spec.house or spec.units else _unnumbered(spec, road, exact=exact)
        )
        if identical and _confirmed(place[0], postcode[0]):
            points = SURE if exact else max(points + WHOLE, FOUND)
        unnumbered = numbers is SAME and not query.numbers
        said = ("" if unnumbered else _SAID[numbers], road.said, postcode[1], name[1], place[1])
        vague = postcode[0] <= 0 and place[0] <= 0
        if vague or not (exact or identical or asked):
            points = min(points, FOUND - 1)
        reasons = [s for s in said if s]
        return Verdict(spec, numbers, points, reasons, vague, postcode[0], road.points, apart)


def _is_placed(query: Reading, lane: Lane, postcode: int) -> bool:
    """A street of the same postcode was said, or one of the same outcode or place letter for
    letter behind its number."""
    if postcode >= SAME_POSTCODE:
        return True
    written = lane.at == lane.written and _number_at(query, lane.at)
    return written and (postcode in (HALF_POSTCODE, OTHER_HALF) or not query.outcode)


@cache
def _at_best(named: bool, road: int, postcode: int) -> int:
    """The most that can still be reached: below POSSIBLE nothing more is read."""
    most = NUMBERED + PLACED + NAMED if named else NUMBERED + PLACED
    return road + postcode + _slip(road, postcode) + most


def _ways(
    query: Reading, spec: Spec, ground: Ground, postcode: int, *, numbered: bool, identical: bool
) -> Ways | None:
    exact, road = postcode >= SAME_POSTCODE, ground.road
    if numbered and ground.lane.at < 0 and spec.street:
        road = heard(query, spec) or road
    if not identical and _at_best(spec.names != (), road.points, postcode) < POSSIBLE:
        return None
    if road.points <= ABSENT and not exact and not spec.names:
        return None
    name = _name(query, spec, road.at, exact=exact)
    if not exact:
        return Ways(road, name, road.typed and not _unasked(query, spec))
    numbered = bool(query.numbers or spec.house or spec.units)
    if name and name[0] >= WHOLE_NAME and not (numbered or spec.covers):
        road = road._replace(points=max(road.points, 0))
    return Ways(road, name, asked=True)


def _name(query: Reading, spec: Spec, at: int, *, exact: bool) -> Said | None:
    """What names say, and what stands where a name or a number should; None: the marker is out."""
    name = names(query, spec, at, unsure=bool(spec.units) and not exact)
    if not spec.house and name[0] <= 0 and _number_at(query, at) and _numbers_houses(spec):
        against = 0 if spec.units and is_of_a_house(spec.units[-1]) else AGAINST
        return (against, "the building was not named") if exact and spec.units else None
    if spec.house and not exact and ANOTHER < name[0] <= 0 and building_named(query, at):
        return ANOTHER, "a building was named that is not in the marker"
    return name


def _unnumbered(spec: Spec, road: Street, *, exact: bool) -> int:
    """A street that is all there is to a marker may have a slip: its postcode has no second one."""
    slip = AGREES - road.points
    forgiven = exact and road.typed and not spec.names and slip <= SLIP
    return UNNUMBERED + (slip if forgiven else 0)


def _slip(road: int, postcode: int) -> int:
    """A slip in the street weighs more when the postcode does not confirm it."""
    if road >= 30 or postcode >= SAME_POSTCODE:
        return 0
    return -22 if postcode < 22 or road < 25 else 0


def _confirmed(place: int, postcode: int) -> bool:
    """The same words count where the postcode does not speak against it."""
    return postcode >= 25 or (postcode == 0 and place > 0)


def _numbers_houses(spec: Spec) -> bool:
    """In a street numbers are houses; on an estate or in a court they may be its units."""
    return bool(spec.names) or spec.kind.partition(" ")[0] in w.STRONG_TYPES


def _unasked(query: Reading, spec: Spec) -> bool:
    """FERNTOP, 8, TARNWICK ROAD may be another house than 8 TARNWICK ROAD in the next postcode."""
    number = next((at for _, named, at in query.numbers if not named), 0)
    words = query.words[:number] if spec.house and not spec.names and query.postcode else []
    strange = [word for word in words if word not in w.COMMON and word not in w.COUNTIES]
    return not {*spec.street, *spec.kind.split(), *spec.places}.issuperset(strange)


def _number_at(query: Reading, at: int) -> bool:
    return any(position == at and not named for _, named, position in query.numbers)


def _postcode(query: Reading, known: str) -> Said:
    asked = query.postcode
    if not known:
        return 0, "the marker has no postcode"
    if not asked:
        if not query.outcode:
            return 0, "no postcode was given"
        agrees = query.outcode == known[:-3]
        if not agrees:
            return -30, "postcode differs"
        return HALF_POSTCODE, "first half of the postcode agrees"
    if asked == known:
        return SAME_POSTCODE, "postcode agrees"
    if near(asked, known):
        return 25, "postcode differs in one letter or digit"
    if asked[:-3] == known[:-3]:
        return OTHER_HALF, "only the first half of the postcode agrees"
    return -40, "postcode differs"
