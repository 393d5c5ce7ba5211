"""Addresses without postcode and town, or with no more than London: sure only where it is rare.

Most street names are given in dozens of towns. A name that no common word makes up is given twice
in one town in about two of a hundred; with number and type agreeing too, and no namesake among the
markers, the place is sure enough. A named building in its street is its own proof.
"""

from middleware.domain.matching import words as w
from middleware.domain.matching.judge import FOUND, Verdict
from middleware.domain.matching.numbers import Fit
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.settling import whole_name
from middleware.domain.matching.street import AGREES
from middleware.domain.matching.widespread import is_rare


def is_unplaced(query: Reading, verdict: Verdict) -> bool:
    """Nothing says where it is, nothing speaks against it, and what is said is rare."""
    spec = verdict.spec
    if not verdict.vague or verdict.fit not in (Fit.SAME, Fit.COVERED) or verdict.street < AGREES:
        return False
    known = {*spec.names, *spec.street, *spec.kind.split(), *spec.places} | w.UNSAID
    if not known.issuperset(query.words):
        return False
    numbered = bool(query.numbers) and bool(spec.house)
    return (numbered and is_rare(spec.street)) or whole_name(query, spec)


def settle_unplaced(verdict: Verdict) -> None:
    """Found, but never surer than a street name can make it."""
    verdict.points = max(verdict.points, FOUND)
    verdict.vague = False
    verdict.reasons.append("street and number are rare enough without a town")
