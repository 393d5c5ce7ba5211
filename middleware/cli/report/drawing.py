"""The pictures and table rows that the page of one run and the comparison have in common."""

from collections import Counter
from collections.abc import Mapping, Sequence

from middleware.cli.report.pictures import Axis, Line, Part, bars, columns, odds, plot, powers
from middleware.cli.report.scoring import EDGES, TRAPPED, VERDICTS, Bin, Share, quantile
from schemas.check import Outcome

OUTCOMES = {
    Outcome.FOUND: Part("found", "blue"),
    Outcome.POSSIBLE: Part("possible", "amber"),
    Outcome.NONE_FOUND: Part("none found", "grey"),
    Outcome.NOT_CHECKED: Part("not checked", "purple"),
}
ENDED = (
    Part("found the right one", "green"), Part("possible, with the right one", "amber"),
    Part("found a wrong one", "red"), Part("not shown", "grey"),
)  # fmt: skip
CAUGHT = (
    Part("flagged, though no marker applies", "red"), Part("possible: a person asks", "amber"),
    Part("nothing shown", "green"),
)  # fmt: skip
VERDICTS_TOLD = (
    "How queries that have a marker ended: the right one was found; the right one is among what "
    "is possible, so a person asks; a wrong one was found; or the right one was not shown."
)
COMPARED = ("blue", "red", "amber", "purple", "green")
BIN_NAMES = tuple(f"{low:g}–{high:g}" for low, high in zip(EDGES, (*EDGES[1:], 1.0), strict=True))
BIN_HEADS = ("said", "mean said", "queries", "right", "share right", "95 % interval")
SHARE_HEADS = ("what is counted", "share", "of", "95 % interval")
TRAP_HEADS = ("kind of trap", "queries", *TRAPPED, "share flagged", "95 % interval")
KIND_HEADS = ("kind", "queries", *VERDICTS, "right %")
TICKS_US = ((1, "1 µs"), (10, "10 µs"), (100, "0.1 ms"), (1e3, "1 ms"), (1e4, "10 ms"),
            (1e5, "0.1 s"), (1e6, "1 s"), (1e7, "10 s"), (1e8, "100 s"))  # fmt: skip
STEPS = (*(at / 200 for at in range(200)), 0.999, 0.9999)
_SURE, _LOW = 0.9999, 0.02
_ODDS = ((0.02, "0.02"), (0.1, "0.1"), (0.5, "0.5"), (0.9, "0.9"), (0.99, "0.99"),
         (0.999, "0.999"))  # fmt: skip


def percent(part: float, of: float) -> str:
    return f"{100 * part / of:.1f} %" if of else "–"


def share_row(name: str, share: Share) -> tuple[str, ...]:
    """A row under SHARE_HEADS."""
    if not share.of:
        return name, "–", "0", "–"
    low, high = share.interval()
    return name, f"{share.value:.4f}", f"{share.part:,} of {share.of:,}", f"{low:.4f}–{high:.4f}"


def trap_rows(counts: Mapping[str, Counter[str]]) -> list[tuple[str, ...]]:
    """Rows under TRAP_HEADS."""
    rows = []
    for kind, ends in counts.items():
        _, share, _, interval = share_row(kind, Share(ends["flagged"], ends.total()))
        ended = (f"{ends[end]:,}" for end in TRAPPED)
        rows.append((kind, f"{ends.total():,}", *ended, share, interval))
    return rows


def kind_rows(kinds: Mapping[str, Counter[str]]) -> list[tuple[str, ...]]:
    """Rows under KIND_HEADS."""
    return [
        (kind, f"{counts.total():,}", *(f"{counts[v]:,}" for v in VERDICTS),
         percent(counts["right"], counts.total()))
        for kind, counts in kinds.items()
    ]  # fmt: skip


def bin_rows(bins: Sequence[Bin]) -> list[tuple[str, ...]]:
    """Rows under BIN_HEADS, the surest first."""
    rows: list[tuple[str, ...]] = []
    for one in reversed(bins):
        low, high = one.right.interval()
        rows.append((
            BIN_NAMES[EDGES.index(one.low)], f"{one.said:.4f}", f"{one.right.of:,}",
            f"{one.right.part:,}", f"{one.right.value:.4f}", f"{low:.4f}–{high:.4f}",
        ))  # fmt: skip
    return rows


def outcomes(counts: Counter[Outcome]) -> str:
    told = ", ".join(f"{part.name} {counts[o]:,}" for o, part in OUTCOMES.items())
    values = [counts[outcome] for outcome in OUTCOMES]
    return bars("Outcomes", told, tuple(OUTCOMES.values()), [("all queries", values, "")])


def certainty(counts: Mapping[Outcome, Sequence[int]]) -> str:
    parts = [OUTCOMES[outcome] for outcome in counts]
    told = "Queries in each bin of said certainty; the table below has the counts."
    return columns(
        "Certainty of the best answer", told, parts, BIN_NAMES, list(counts.values()),
        "certainty said",
    )  # fmt: skip


def kinds(counts: Mapping[str, Counter[str]]) -> str:
    rows = [
        (kind.replace("_", " "), [c[v] for v in VERDICTS], percent(c["right"], c.total()))
        for kind, c in counts.items()
    ]
    told = "Share that ended so, by kind of noise; the figure at the end is the share found."
    return bars("By kind of noise", told, ENDED, rows)


def traps(counts: Mapping[str, Counter[str]]) -> str:
    rows = [
        (_trap(kind), [c[end] for end in TRAPPED], percent(c["flagged"], c.total()))
        for kind, c in counts.items()
    ]
    told = "Share that ended so, by kind of trap; the figure at the end is the share flagged."
    return bars("Traps", told, CAUGHT, rows)


def _trap(kind: str) -> str:
    return kind.removeprefix("neg_").replace("_", " ")


def times(taken: Mapping[str, Sequence[float]]) -> str:
    """How many of the queries were answered within a time, which grows by factors."""
    every = [value for values in taken.values() for value in values] or [1.0]
    low, high = _decades(
        min(every), max(quantile(values, STEPS[-1]) for values in taken.values()) if taken else 1.0
    )
    ticks = [tick for tick in TICKS_US if low <= tick[0] <= high]
    lines = [
        Line(Part(name, colour), [(max(low, quantile(values, step)), step) for step in STEPS])
        for (name, values), colour in zip(taken.items(), COMPARED, strict=False)
    ]
    up = Axis("part of the queries answered within", lambda part: part,
              [(0, "0"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1, "100 %")])  # fmt: skip
    told = "; ".join(
        f"{name}: half within {quantile(values, 0.5):,.0f} microseconds, "
        f"99 of 100 within {quantile(values, 0.99):,.0f}"
        for name, values in taken.items()
    )
    return plot("Time of a query", told, powers("time of a query", low, high, ticks), up, lines)


def _decades(low: float, high: float) -> tuple[float, float]:
    places = [place for place, _ in TICKS_US]
    start = max((place for place in places[:-1] if place <= low), default=places[0])
    end = min((place for place in places if place >= high and place > start), default=places[-1])
    return start, end


def calibration(bins: Mapping[str, Sequence[Bin]]) -> str:
    lines = [
        Line(
            Part(name, colour),
            [(one.said, one.right.value) for one in many],
            [one.right.interval() for one in many],
            is_joined=False,
        )
        for (name, many), colour in zip(bins.items(), COMPARED, strict=False)
    ]
    told = "Points are bins of said certainty; the strokes hold the true share with 95 % certainty."
    return plot(
        "Said and right", told, odds("certainty said", _LOW, _SURE, _ODDS),
        odds("share that was right", _LOW, _SURE, _ODDS), lines, diagonal=True,
    )  # fmt: skip
