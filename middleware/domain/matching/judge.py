"""One marker against one query: vetoes first, then points over a few named features.

The points are whole numbers, about ten times the log-odds they stand for.
"""

from dataclasses import dataclass, field

from middleware.domain.matching.naming import Said, building_named, names, places
from middleware.domain.matching.numbers import Fit, fit, stands_apart
from middleware.domain.matching.postcodes import near
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.spec import Spec
from middleware.domain.matching.street import street, written

FOUND, POSSIBLE = 70, 30
SAME_POSTCODE = 40

_NUMBER = {
    Fit.SAME: 30, Fit.EQUIVALENT: 20, Fit.COVERED: 30, Fit.ASK: 30, Fit.EXTRA: 25,
    Fit.UNNUMBERED: 0, Fit.SUFFIX: 20, Fit.NO_HOUSE: 10,
}  # fmt: skip
_SAID = {
    Fit.SAME: "number agrees", Fit.EQUIVALENT: "number agrees, written differently",
    Fit.COVERED: "the marker covers the whole building",
    Fit.ASK: "the building agrees; the marker is for one part of it",
    Fit.EXTRA: "the house agrees; the flat asked for is not in the marker",
    Fit.NO_HOUSE: "flat agrees, no house number was given",
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


def judge(query: Reading, spec: Spec) -> Verdict | None:
    """None when the marker is out; else its points."""
    at = written(query, spec)
    numbers = fit(query.numbers, spec, at)
    if numbers in (Fit.DIFFERENT, Fit.OTHER):
        return None
    postcode = _postcode(query, spec)
    road = street(query, spec, at)
    if stands_apart(query, spec, road.at):
        return None
    name = names(query, spec, road.at, numbers)
    if not spec.house and name[0] <= 0 and _number_at(query, road.at):
        return None
    if postcode[0] < SAME_POSTCODE and spec.house and -30 < name[0] <= 0 and building_named(query, road.at):
        name = -30, "a building was named that is not in the marker"
    place = places(query, spec) if postcode[0] < SAME_POSTCODE else (0, "")
    numbered = _NUMBER[numbers] if spec.house or spec.units else -5
    slip = -15 if road.points < 35 and postcode[0] < 22 else 0
    points = numbered + road.points + slip + postcode[0] + name[0] + place[0]
    said = (_SAID[numbers], road.said, postcode[1], name[1], place[1])
    return Verdict(spec, numbers, points, [s for s in said if s], postcode[0] <= 0 and place[0] <= 0)


def _number_at(query: Reading, at: int) -> bool:
    return any(position == at and not named for _, named, position in query.numbers)


def _postcode(query: Reading, spec: Spec) -> Said:
    asked, known = query.postcode, spec.postcode
    if not known:
        return 0, "the marker has no postcode"
    if not asked:
        if not query.outcode:
            return 0, "no postcode was given"
        agrees = query.outcode == known[:-3]
        return (20, "first half of the postcode agrees") if agrees else (-30, "postcode differs")
    if asked == known:
        return SAME_POSTCODE, "postcode agrees"
    if near(asked, known):
        return 25, "postcode differs in one letter or digit"
    if asked[:-3] == known[:-3]:
        return -8, "only the first half of the postcode agrees"
    return -40, "postcode differs"
