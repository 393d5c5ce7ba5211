"""Addresses without postcode and town, or with no more than London: sure only where it is rare.

Most street names are given in dozens of towns. A name that no common word makes up is given twice
in one town in about two of a hundred; with number and type agreeing too, and no namesake among the
markers, the place is sure enough. A named building in its street is its own proof.
"""

from middleware.domain.matching import words as w
from middleware.domain.matching.judge import FOUND, Verdict
from middleware.domain.matching.numbers import Fit
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.spec import Spec
from middleware.domain.matching.street import AGREES
from middleware.domain.matching.widespread import is_rare


def is_unplaced(query: Reading, verdict: Verdict) -> bool:
    """Nothing says where it is, and nothing speaks against it."""
    spec = verdict.spec
    if not verdict.vague or verdict.fit not in (Fit.SAME, Fit.COVERED) or verdict.street < AGREES:
        return False
    known = {*spec.names, *spec.street, *spec.kind.split(), *spec.places} | w.UNSAID
    return known.issuperset(query.words)


def is_rare_house(query: Reading, spec: Spec) -> bool:
    """A house in a street whose name is hardly given twice; one named after a town is."""
    named_so = not set(spec.places).isdisjoint(spec.street)
    return bool(query.numbers and spec.house) and not named_so and is_rare(spec.street)


def settle_unplaced(verdict: Verdict, said: str) -> None:
    """Found, but never surer than a name can make it."""
    verdict.points = max(verdict.points, FOUND)
    verdict.vague = False
    verdict.reasons.append(said)
