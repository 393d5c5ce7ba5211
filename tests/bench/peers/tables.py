"""The tables of the comparison: (heads, rows) each, for the page and for the documents."""

from collections.abc import Sequence

from middleware.cli.report.drawing import bin_rows, percent
from middleware.cli.report.scoring import Share, by_kind, calibration, quantile
from tests.bench.peers.outcome import BATCHES, Outcome, Setting, first_right, settings

Table = tuple[Sequence[str], list[tuple[str, ...]]]


def machine(outcomes: Sequence[Outcome]) -> Table:
    """Size by size: build, memory, time of a query."""
    heads = ("markers", "matcher", "build", "memory (most) MB", "a query: p50 (CPU)", "p99 (CPU)",
             "asked of", "p50 to Forewarn's")  # fmt: skip
    rows = []
    for one in outcomes:
        if one.why:
            rows.append((f"{one.size:,}", one.name, *["–"] * 4, one.why, "–"))
            continue
        asked = "all" if len(one.rows) == one.queries else f"{len(one.rows):,} of {one.queries:,}"
        rows.append((
            f"{one.size:,}", one.name, span(one.figures["build_s"] * 1e6),
            f"{one.figures['memory_mb']:,.0f} ({one.figures['peak_mb']:,.0f})", *_times(one),
            asked, _ratio(one, outcomes),
        ))  # fmt: skip
    return heads, rows


def _times(one: Outcome) -> tuple[str, str]:
    if one.is_batch:
        batch, single = span(one.figures[BATCHES]), span(one.figures["single_us"])
        return f"{single} alone", f"{batch} in a batch"
    half, most = (
        f"{span(quantile(one.times, part))} ({span(quantile(one.cpu, part))})"
        for part in (0.5, 0.99)
    )
    return half, most


def _ratio(one: Outcome, among: Sequence[Outcome]) -> str:
    floor = next((o for o in among if o.size == one.size and o.name == "Forewarn"), None)
    if floor is None or not floor.times:
        return "–"
    taken = one.figures["single_us"] if one.is_batch else quantile(one.times, 0.5)
    return f"{taken / quantile(floor.times, 0.5):,.1f}"


def span(microseconds: float) -> str:
    """A time in the unit that suits it."""
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if microseconds >= size:
            return f"{microseconds / size:.2f} {unit}"
    return f"{microseconds:.0f} µs"


def accuracy(outcomes: Sequence[Outcome]) -> Table:
    """Every matcher at its settings."""
    heads = ("markers", "matcher", "setting", "gold queries", "precision", "recall, gold",
             "recall, silver", "F1", "traps flagged", "worst kind",
             "right one first or shown")  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for one in outcomes:
        for setting in settings(one):
            if setting.name.startswith("precision") and not one.is_enough:
                continue
            rows.append((
                f"{one.size:,}", one.name, setting.name, f"{len(one.gold):,}",
                _part(setting.point.precision), _part(setting.point.recall),
                _part(setting.silver), f"{setting.point.f1:.3f}",
                _hundredths(setting.flagged), _hundredths(setting.worst), _part(first_right(one)),
            ))  # fmt: skip
    return heads, rows


def _part(share: Share) -> str:
    return f"{share.value:.4f}" if share.of else "–"


def _hundredths(share: Share) -> str:
    return f"{100 * share.value:.2f} %" if share.of else "–"


def chosen(outcomes: Sequence[Outcome]) -> dict[str, Setting]:
    """Each matcher as it would be used: as shipped, else at its best F1."""
    found = {one.name: {setting.name: setting for setting in settings(one)} for one in outcomes}
    return {name: made.get("as shipped") or made["best F1"] for name, made in found.items() if made}


def noise(outcomes: Sequence[Outcome]) -> Table:
    """By kind of noise: how many got the right marker."""
    made = {name: by_kind(setting.rows) for name, setting in chosen(outcomes).items()}
    kinds = sorted({kind for counts in made.values() for kind in counts})
    most = {kind: max(c[kind].total() for c in made.values() if kind in c) for kind in kinds}
    rows = [
        (kind.replace("_", " "), f"{most[kind]:,}",
         *(percent(c[kind]["right"], c[kind].total()) if kind in c else "–" for c in made.values()))
        for kind in kinds
    ]  # fmt: skip
    return ("kind of noise", "queries", *made), rows


def traps(outcomes: Sequence[Outcome]) -> Table:
    """By kind of trap: how many raised a flag."""
    made = {name: setting.traps for name, setting in chosen(outcomes).items()}
    kinds = sorted({kind for shares in made.values() for kind in shares})
    rows = []
    for kind in kinds:
        shares = [kinds_of.get(kind, Share(0, 0)) for kinds_of in made.values()]
        asked = max(share.of for share in shares)
        name = kind.removeprefix("neg_").replace("_", " ")
        rows.append((name, f"{asked:,}", *(percent(share.part, share.of) for share in shares)))
    return ("kind of trap", "queries", *made), rows


def said_and_right(one: Outcome) -> list[tuple[str, ...]]:
    """Rows under BIN_HEADS."""
    return bin_rows(calibration(one.gold))


def following(outcomes: Sequence[Outcome]) -> Table:
    """Forewarn's snapshot and live changes."""
    heads = ("markers", "snapshot", "dumped", "loaded", "one added: p50 / p99 / worst",
             "changed", "ended")  # fmt: skip
    rows = []
    for one in outcomes:
        if one.name != "Forewarn" or one.why:
            continue
        made = one.figures
        changes = [
            " / ".join(span(made[f"{name}_{part}_us"]) for part in ("p50", "p99", "worst"))
            for name in ("add", "change", "end")
        ]
        rows.append((
            f"{one.size:,}", f"{made['snapshot_mb']:.1f} MB", f"{made['dump_s']:.2f} s",
            f"{made['load_s']:.2f} s", *changes,
        ))  # fmt: skip
    return heads, rows
