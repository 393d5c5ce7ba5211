"""What a panel shows, in words of our own: Grafana's form of it, the checks and the pictures are
all made from this one description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

ROOM = 'room="$room"'
PACE = "$__rate_interval"
"""Grafana's own: long enough for four scrapes."""

OUTCOMES = {
    "found": "found", "possible": "possibly: ask", "none_found": "none found",
    "not_checked": "NOT CHECKED",
}  # fmt: skip
"""Of a check, called as people say it."""


class Look(StrEnum):
    """How a panel is drawn."""

    NUMBER = "one number, coloured by its limits"
    WORD = "a word for each, coloured"
    LINES = "lines over time"
    STACK = "parts of a whole over time"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of Prometheus, and what a line of the answer is called."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Limit:
    """From `value` on it is `colour`; `why` says where the limit comes from."""

    value: float
    colour: str
    why: str


@dataclass(frozen=True, slots=True)
class Panel:
    """`told`: what it means and what to do, shown behind the small i. `wide` of 24 columns."""

    title: str
    told: str
    queries: Sequence[Query]
    look: Look = Look.LINES
    unit: str = "short"
    limits: Sequence[Limit] = ()
    words: Mapping[float, tuple[str, str]] = field(default_factory=dict)
    """For Look.WORD: value to word and colour."""
    wide: int = 8
    high: int = 7
    none: str = "none"
    """What stands there while there is nothing to show."""
    highest: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard."""

    uid: str
    title: str
    told: str
    rows: Sequence[Row]
    since: str = "now-1h"
    refresh: str = "10s"

    def panels(self) -> list[Panel]:
        return [panel for row in self.rows for panel in row.panels]


def at(name: str, **asked: str) -> str:
    """The metric in the room that was chosen."""
    matchers = (f'{label}="{value}"' for label, value in asked.items())
    return f"{name}{{{','.join((ROOM, *matchers))}}}"


def a_minute(name: str, by: str = "", **asked: str) -> str:
    """How often in a minute; by one label where it is given."""
    summed = f"sum by ({by})" if by else "sum"
    return f"60 * {summed} (rate({at(name, **asked)}[{PACE}]))"


def quantiles(name: str, pace: str = PACE) -> tuple[Query, ...]:
    """Half, 95 and 99 of 100 were quicker than this."""
    bucket = f"sum by (le) (rate({at(name + '_bucket')}[{pace}]))"
    return tuple(
        Query(f"histogram_quantile({part}, {bucket})", legend)
        for part, legend in ((0.5, "half within"), (0.95, "95 of 100 within"),
                             (0.99, "99 of 100 within"))
    )  # fmt: skip


def each(name: str, label: str, words: Mapping[str, str]) -> tuple[Query, ...]:
    """One line for each value of the label, called as people say it."""
    return tuple(Query(f"sum({at(name, **{label: value})})", word) for value, word in words.items())


def each_a_minute(name: str, label: str, words: Mapping[str, str]) -> tuple[Query, ...]:
    """As `each`, of a counter."""
    return tuple(Query(a_minute(name, **{label: value}), word) for value, word in words.items())


def by(name: str, label: str) -> tuple[Query, ...]:
    """A counter by a label whose values are configured names."""
    return (Query(a_minute(name, by=label), f"{{{{{label}}}}}"),)


def budget(title: str, told: str, ratio: str, alert: str, slowly: str) -> Panel:
    """A share of which 1 in 100 is the budget, over the windows of the alert that looks at an hour;
    `slowly` is the one that looks at many."""
    return Panel(
        title,
        told,
        tuple(
            Query(at(f"{ratio}:{window}"), words)
            for window, words in (("ratio5m", "in 5 minutes"), ("ratio1h", "in an hour"))
        ),
        unit="percentunit",
        limits=(
            Limit(0.06, "orange", f"alert {slowly}, over hours"),
            Limit(0.144, "red", f"alert {alert}"),
        ),
        highest=1.0,
    )
