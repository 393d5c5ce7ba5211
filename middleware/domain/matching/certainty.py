"""How sure a match is, in thousandths: a small table counted offline (`tests.bench.fit_matching`).

Every query of the fitting half was asked twice, with the marker it means and with that marker
hidden, as if the place had none; the table rounds down how often the best answer was right.
"""

from typing import TypeVar

from middleware.domain.matching.judge import SAME_POSTCODE, Verdict
from middleware.domain.matching.numbers import ALIKE, Fit
from middleware.domain.matching.street import AGREES

T = TypeVar("T")

SURELY = 985
"""Certainty from which a match raises the flag."""
LEAST_SURE = 988
"""The most for numbers that agree, but are not written alike."""

NEARLY, HALF, DOUBTED = 850, 40, 140
"""Number, street and postcode agree, a name does not: likely from so many points, else not; not
either where the number stands before a building that the marker does not have."""
UNPLACED = 550
"""Number and street agree and nothing says where. When the markers' own numbers and streets were
asked for alone 960 of a thousand such answers were right; but of the streets of London that have
such names so many have a namesake there that 500 to 700 are to be expected (docs/matching.md)."""
ELSEWHERE, NEAR = 10, 60
"""So little is left when another place was said, or when the postcode differs, or is only half, and
less than that agrees."""

_FOUND = (
    (SAME_POSTCODE, ((105, 999), (85, 998), (0, 996))),
    (25, ((95, 996), (0, 993))),
    (20, ((95, 997), (0, 995))),
    (-99, ((90, 994), (75, 990), (0, SURELY))),
)
"""Points of the postcode -> points in all -> certainty."""

_POSSIBLE = {
    Fit.SAME: (DOUBTED, 60), Fit.EQUIVALENT: (400, 50), Fit.COVERED: (500, 60), Fit.ASK: (350, 50),
    Fit.INSIDE: (400, 40), Fit.NO_HOUSE: (400, 40), Fit.AROUND: (350, 30), Fit.AS_UNIT: (300, 30),
    Fit.EXTRA: (110, 30), Fit.HOUSE_TOO: (110, 30), Fit.OTHER_HOUSE: (110, 30),
    Fit.UNNUMBERED: (90, 20), Fit.SUFFIX: (5, 2),
}  # fmt: skip
"""What the numbers say -> certainty with the same postcode, and without it."""


def found(verdict: Verdict) -> int:
    """Certainty of a match that raises the flag."""
    bands = _first(_FOUND, verdict.postcode)
    certainty = _first(bands, verdict.points)
    return certainty if verdict.fit in ALIKE else min(certainty, LEAST_SURE)


def _first(bands: tuple[tuple[int, T], ...], points: int) -> T:
    """The last band takes what is left."""
    for least, value in bands:
        if points >= least:
            return value
    return bands[-1][1]


def possible(verdict: Verdict) -> int:
    """Certainty of a match that is advice; a little more for what agrees besides."""
    exact = verdict.postcode >= SAME_POSTCODE
    if verdict.fit is Fit.SAME:
        if exact:
            return NEARLY if verdict.points >= HALF and not verdict.doubted else DOUBTED
        if verdict.vague and verdict.postcode == 0 and verdict.street >= AGREES:
            return ELSEWHERE if verdict.doubted else UNPLACED
        if verdict.postcode > 0 and verdict.points < NEAR:
            return ELSEWHERE
    return _POSSIBLE[verdict.fit][0 if exact else 1] + max(verdict.points, 0) // 10
