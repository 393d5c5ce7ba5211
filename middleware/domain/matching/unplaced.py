"""Addresses without postcode and town, or with no more than London: sure only where it is rare.

Most street names are given in dozens of towns. A name that no common word makes up is given twice
in one town in about two of a hundred; with number and type agreeing too, and no namesake among the
markers, the place is sure enough. A named building in its street is its own proof.
"""

from middleware.domain.matching import words as w
from middleware.domain.matching.judge import FOUND, Verdict
from middleware.domain.matching.keys import LONDON
from middleware.domain.matching.numbers import ALIKE
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.spec import Spec
from middleware.domain.matching.street import AGREES
from middleware.domain.matching.widespread import is_rare


def is_unplaced(verdict: Verdict) -> bool:
    """Number and street agree, and nothing says where it is."""
    return verdict.vague and verdict.fit in ALIKE and verdict.street >= AGREES


def says_no_more(query: Reading, spec: Spec) -> bool:
    """Nothing was said that the marker does not have."""
    known = {*spec.names, *spec.street, *spec.kind.split(), *spec.places} | w.UNSAID
    return known.issuperset(query.words)


def doubt_place(query: Reading, verdict: Verdict) -> None:
    """14 ALDER ROAD, HOUNSLOW is hardly the one that is known to be in London, nor the reverse."""
    spec = verdict.spec
    known = {*spec.names, *spec.street, *spec.places} | w.COMMON | w.COUNTIES
    if LONDON in query.words:
        verdict.doubted = LONDON not in spec.places
    else:
        verdict.doubted = not known.issuperset(query.words)
    if verdict.doubted:
        verdict.reasons.append("a place was given that the marker does not have")


def is_rare_house(query: Reading, spec: Spec) -> bool:
    """A house in a street whose name is hardly given twice; one named after a town is."""
    named_so = not set(spec.places).isdisjoint(spec.street)
    return bool(query.numbers and spec.house) and not named_so and is_rare(spec.street)


def settle_unplaced(verdict: Verdict, said: str) -> None:
    """Found, but never surer than a name can make it."""
    verdict.points = max(verdict.points, FOUND)
    verdict.vague = False
    verdict.reasons.append(said)
