"""Answers against the truth: precision, recall, traps, calibration (M2, C4). Pure counting.

Precision and recall are counted on tier `gold` alone, because only there the truth is certain;
`silver` counts for recall, `ambiguous` for neither.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import sqrt

from adapters.codecs.match_csv import Truth

EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
"""Where the bins of said certainty begin; the last one ends with 1."""
VERDICTS = ("right", "held", "wrong", "lost")
"""Of a query that has a marker: it was found; it is among what is possible; another was found;
it was not shown."""
TRAPPED = ("flagged", "advised", "quiet")
"""Of a trap: a flag was raised; it is called possible, so a person asks; nothing was shown."""
_NORMAL = 1.96


@dataclass(frozen=True, slots=True)
class Asked:
    """One answered query. `score` ranks answers of the same matcher, None where there was none;
    `said` is the certainty from 0 to 1, None where the matcher claims none. `found` raises the
    flag; `shown` are the markers that were shown, the best first."""

    truth: Truth
    shown: tuple[str, ...]
    found: bool
    score: float | None
    said: float | None = None

    @property
    def is_right(self) -> bool:
        """The best one is the right one."""
        return bool(self.shown) and self.truth.has_marker and self.shown[0] in self.truth.right

    @property
    def is_held(self) -> bool:
        """The right one is among them."""
        return self.truth.has_marker and not self.truth.right.isdisjoint(self.shown)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    of: int

    @property
    def value(self) -> float:
        """From 0 to 1; 0 of nothing."""
        return self.part / self.of if self.of else 0.0

    def interval(self) -> tuple[float, float]:
        """Where the true share lies with 95 % certainty (Wilson's score interval)."""
        if not self.of:
            return 0.0, 1.0
        square = _NORMAL**2 / self.of
        middle = (self.value + square / 2) / (1 + square)
        half = _NORMAL * sqrt((self.value * (1 - self.value) + square / 4) / self.of) / (1 + square)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Point:
    """What is answered when everything scored `score` or more is believed."""

    score: float
    precision: Share
    recall: Share

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        both = self.precision.value + self.recall.value
        return 2 * self.precision.value * self.recall.value / both if both else 0.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers that were said to be about so sure; `said` is their mean."""

    low: float
    said: float
    right: Share


def of_tier(rows: Iterable[Asked], tier: str) -> list[Asked]:
    return [row for row in rows if row.truth.tier == tier]


def found(rows: Sequence[Asked]) -> Point:
    """Precision and recall of what was found, as the matcher is set."""
    flagged = [row for row in rows if row.found]
    right = sum(row.is_right for row in flagged)
    wanted = sum(row.truth.has_marker for row in rows)
    return Point(0.0, Share(right, len(flagged)), Share(right, wanted))


def curve(rows: Sequence[Asked]) -> list[Point]:
    """A point for every score that occurs, the highest first; equal scores stand or fall
    together."""
    wanted = sum(row.truth.has_marker for row in rows)
    points, answered, right = [], 0, 0
    ranked = sorted((row.score, row.is_right) for row in rows if row.score is not None)
    for score, same in groupby(reversed(ranked), key=lambda pair: pair[0]):
        verdicts = [is_right for _, is_right in same]
        answered, right = answered + len(verdicts), right + sum(verdicts)
        points.append(Point(score, Share(right, answered), Share(right, wanted)))
    return points


def at_precision(points: Iterable[Point], precision: float) -> Point | None:
    """The point of most recall that is so precise; None when none is."""
    precise = [point for point in points if point.precision.value >= precision]
    return max(precise, key=lambda point: point.recall.value, default=None)


def best_f1(points: Iterable[Point]) -> Point | None:
    """The point of the best F1; None when nothing was answered."""
    return max(points, key=lambda point: point.f1, default=None)


def above(rows: Iterable[Asked], score: float) -> list[Asked]:
    """The same answers when only what scored so much or more is believed."""
    return [_believed(row, score) for row in rows]


def _believed(row: Asked, score: float) -> Asked:
    is_found = row.score is not None and row.score >= score
    return Asked(row.truth, row.shown if is_found else (), is_found, row.score, row.said)


def held(rows: Sequence[Asked]) -> Share:
    """How often the right marker is among what is found or possible."""
    wanted = [row for row in rows if row.truth.has_marker]
    return Share(sum(row.is_held for row in wanted), len(wanted))


def traps(rows: Iterable[Asked]) -> dict[str, Share]:
    """By kind of trap: how many raised a flag. A trap has no marker that applies."""
    flagged: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for row in rows:
        if row.truth.is_trap:
            asked[row.truth.kind] += 1
            flagged[row.truth.kind] += row.found
    return {kind: Share(flagged[kind], asked[kind]) for kind in sorted(asked)}


def by_trap(rows: Iterable[Asked]) -> dict[str, Counter[str]]:
    """By kind of trap, how it ended: counts of TRAPPED."""
    kinds: dict[str, Counter[str]] = {}
    for row in rows:
        if row.truth.is_trap:
            ended = "flagged" if row.found else "advised" if row.shown else "quiet"
            kinds.setdefault(row.truth.kind, Counter())[ended] += 1
    return dict(sorted(kinds.items()))


def whole(shares: Iterable[Share]) -> Share:
    """All of them together."""
    both = [(share.part, share.of) for share in shares]
    return Share(sum(part for part, _ in both), sum(of for _, of in both))


def by_kind(rows: Iterable[Asked]) -> dict[str, Counter[str]]:
    """By kind of noise, how queries that have a marker ended: counts of VERDICTS."""
    kinds: dict[str, Counter[str]] = {}
    for row in rows:
        if row.truth.has_marker:
            kinds.setdefault(row.truth.kind, Counter())[_verdict(row)] += 1
    return dict(sorted(kinds.items()))


def _verdict(row: Asked) -> str:
    if row.found:
        return "right" if row.is_right else "wrong"
    return "held" if row.is_held else "lost"


def calibration(rows: Iterable[Asked]) -> list[Bin]:
    """Bins of said certainty that are not empty, and how many of each were right."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for row in rows:
        if row.said is not None:
            bins.setdefault(bisect_right(EDGES, row.said) - 1, []).append((row.said, row.is_right))
    return [_bin(EDGES[at], bins[at]) for at in sorted(bins)]


def _bin(low: float, answers: list[tuple[float, bool]]) -> Bin:
    mean = sum(said for said, _ in answers) / len(answers)
    return Bin(low, mean, Share(sum(right for _, right in answers), len(answers)))


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which that part lies; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0
