"""What a matcher answered at one size, read back and counted."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

from adapters.codecs.match_csv import Truth
from middleware.cli.report.scoring import (
    Asked,
    Point,
    Share,
    above,
    at_precision,
    best_f1,
    curve,
    found,
    held,
    of_tier,
    traps,
    whole,
)

PRECISE = 0.999
ENOUGH = 1000
"""A precision of 99.9 % says nothing on fewer queries."""
BATCHES = "batch_us"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One matcher at one size; times by the clock and of the processor, in microseconds. `why` it
    was left out, where it was."""

    name: str
    size: int
    queries: int
    rows: list[Asked]
    times: list[float]
    cpu: list[float]
    figures: dict[str, float]
    why: str = ""

    @property
    def decides(self) -> bool:
        """Says by itself what is found; the others are cut where they do best."""
        return any(row.found for row in self.rows)

    @property
    def is_batch(self) -> bool:
        return BATCHES in self.figures

    @property
    def is_enough(self) -> bool:
        return len(self.gold) >= ENOUGH

    @property
    def gold(self) -> list[Asked]:
        return of_tier(self.rows, "gold")


@dataclass(frozen=True, slots=True)
class Setting:
    """What comes of one threshold (or of the matcher's own decision)."""

    name: str
    point: Point
    silver: Share
    traps: dict[str, Share]
    rows: list[Asked]

    @property
    def flagged(self) -> Share:
        return whole(self.traps.values())

    @property
    def worst(self) -> Share:
        """The kind of trap that is flagged most."""
        return max(self.traps.values(), key=lambda share: share.value, default=Share(0, 0))


def read(folder: Path, name: str, size: int, queries: int, truth: dict[str, Truth]) -> Outcome:
    """From the files that the matcher left."""
    rows, times, cpu = [], [], []
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            times.append(float(row["microseconds"]))
            cpu.append(float(row["cpu_microseconds"]))
            rows.append(_asked(row, truth[row["query_id"]]))
    figures = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return Outcome(name, size, queries, rows, times, cpu, figures)


def left_out(name: str, size: int, queries: int, why: str) -> Outcome:
    return Outcome(name, size, queries, [], [], [], {}, why)


def _asked(row: dict[str, str], truth: Truth) -> Asked:
    score = float(row["score"]) if row["score"] else None
    said = float(row["said"]) if row["said"] else None
    shown = tuple(filter(None, row["shown"].split("|")))
    return Asked(truth, shown, row["found"] == "1", score, said)


def first_right(outcome: Outcome) -> Share:
    """Of queries that have a marker: the right one is first (or, for a matcher that can say
    *possible*, among what it shows), without any rejection."""
    if outcome.decides:
        return held(outcome.gold)
    wanted = [row for row in outcome.gold if row.truth.has_marker]
    return Share(sum(row.is_right for row in wanted), len(wanted))


def settings(outcome: Outcome) -> list[Setting]:
    """As shipped where it decides by itself, else at its best F1; and at a precision of 99.9 %."""
    points = curve(outcome.gold)
    if outcome.decides:
        made = [_setting("as shipped", outcome.rows, found(outcome.gold))]
    else:
        made = _cut("best F1", outcome, best_f1(points))
    return [*made, *_cut("precision 99.9 %", outcome, at_precision(points, PRECISE))]


def _cut(name: str, outcome: Outcome, point: Point | None) -> list[Setting]:
    """One where there is such a point, else none."""
    return [_setting(name, above(outcome.rows, point.score), point)] if point else []


def _setting(name: str, rows: list[Asked], point: Point) -> Setting:
    gold = of_tier(rows, "gold")
    return Setting(name, point, found(of_tier(rows, "silver")).recall, traps(gold), rows)
