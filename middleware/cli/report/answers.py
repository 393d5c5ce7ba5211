"""The page of `forewarn match --report`: outcomes, certainty, time, and against the truth."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from middleware.cli.report import drawing
from middleware.cli.report.page import Section, figure, page, paragraph, table
from middleware.cli.report.result import Result
from middleware.cli.report.scoring import (
    EDGES,
    Asked,
    by_kind,
    by_trap,
    calibration,
    found,
    held,
    of_tier,
    quantile,
    traps,
    whole,
)
from schemas.check import Outcome


def report(results: Sequence[Result], markers: int) -> str:
    """The whole page."""
    outcomes = Counter(result.outcome for result in results)
    asked = [asked for result in results if (asked := result.asked()) is not None]
    tiles = [
        (f"{markers:,}", "markers"),
        (f"{len(results):,}", "queries"),
        *((f"{drawing.percent(outcomes[one], len(results))}", _named(one)) for one in Outcome),
    ]
    sections = [_outcomes(outcomes), _certainty(results), _time(results)]
    if asked:
        sections += [_accuracy(asked), _kinds(asked), _traps(asked), _calibration(asked)]
    told = "What forewarn match answered, and how sure and how quick it was."
    if not asked:
        told += f" {_UNKNOWN}"
    elif len(asked) < len(results):
        told += f" The truth is known for {len(asked):,} of the queries; only they are judged."
    return page("Forewarn: addresses matched", told, tiles, sections)


_UNKNOWN = (
    "Whether it was right is not shown: for that the queries need the columns expected_id, kind, "
    "relation (exact, building_covers, none, ambiguous), tier (gold, silver, ambiguous) and "
    "acceptable_ids."
)


def _named(outcome: Outcome) -> str:
    return outcome.value.replace("_", " ")


def _outcomes(outcomes: Counter[Outcome]) -> Section:
    total = outcomes.total()
    rows = [(_named(o), f"{outcomes[o]:,}", drawing.percent(outcomes[o], total)) for o in Outcome]
    return Section("Outcomes", [
        figure(drawing.outcomes(outcomes)),
        table("Answers by outcome", ("outcome", "queries", "share"), rows),
    ])  # fmt: skip


def _certainty(results: Sequence[Result]) -> Section:
    counts = {outcome: [0] * len(EDGES) for outcome in (Outcome.FOUND, Outcome.POSSIBLE)}
    for result in results:
        if result.certainty is not None and result.outcome in counts:
            counts[result.outcome][bisect_right(EDGES, result.certainty) - 1] += 1
    rows = [
        (name, *(f"{values[at]:,}" for values in counts.values()))
        for at, name in enumerate(drawing.BIN_NAMES)
    ]
    return Section("Certainty", [
        paragraph("How sure the best answer of each query was said to be, from 0 to 1."),
        figure(drawing.certainty(counts)),
        table("Queries by said certainty", ("certainty", *map(_named, counts)), rows),
    ])  # fmt: skip


def _time(results: Sequence[Result]) -> Section:
    times = [float(result.microseconds) for result in results if result.answer is not None]
    parts = (("half of them", 0.5), ("9 of 10", 0.9), ("99 of 100", 0.99), ("999 of 1000", 0.999))
    rows = [(f"{name} within", f"{quantile(times, part):,.0f}") for name, part in parts]
    return Section("Time of a check", [
        figure(drawing.times({"checks": times})),
        table("Microseconds a check", ("part of the checks", "µs"), rows),
    ])  # fmt: skip


def _accuracy(asked: list[Asked]) -> Section:
    gold = of_tier(asked, "gold")
    as_set, silver, flagged = found(gold), found(of_tier(asked, "silver")), whole(
        traps(gold).values()
    )  # fmt: skip
    rows = [
        drawing.share_row("precision of found", as_set.precision),
        drawing.share_row("recall of found", as_set.recall),
        drawing.share_row("found or possible holds the right one", held(gold)),
        drawing.share_row("traps that raised a flag", flagged),
        drawing.share_row("recall of found, silver", silver.recall),
    ]
    return Section("Right or wrong", [
        paragraph("Counted on queries whose truth is certain (gold), but for the last row."),
        table("Against the truth", drawing.SHARE_HEADS, rows),
    ])  # fmt: skip


def _kinds(asked: list[Asked]) -> Section:
    kinds = by_kind(asked)
    return Section("By kind of noise", [
        paragraph(drawing.VERDICTS_TOLD),
        figure(drawing.kinds(kinds)),
        table("Queries that have a marker", drawing.KIND_HEADS, drawing.kind_rows(kinds)),
    ])  # fmt: skip


def _traps(asked: list[Asked]) -> Section:
    ended = by_trap(asked)
    return Section("Traps", [
        paragraph("Queries to which no marker applies: a flag here is a wrong house."),
        figure(drawing.traps(ended)),
        table("How traps ended", drawing.TRAP_HEADS, drawing.trap_rows(ended)),
    ])  # fmt: skip


def _calibration(asked: list[Asked]) -> Section:
    bins = calibration(of_tier(asked, "gold"))
    return Section("Said and right", [
        paragraph("Of the answers said to be so sure, how many were right. On the dashed line "
                  "both are equal; above it more are right than was said."),
        figure(drawing.calibration({"forewarn": bins})),
        table("Calibration", drawing.BIN_HEADS, drawing.bin_rows(bins)),
    ])  # fmt: skip
