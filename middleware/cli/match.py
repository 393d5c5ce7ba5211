"""forewarn match: the matcher on files, without a service."""

import argparse
import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from middleware.cli.common import FINE, FOUND_TROUBLE, Commands, Parser, command, tell
from middleware.cli.files import read_bytes, today, unreadable

if TYPE_CHECKING:
    from adapters.codecs.match_csv import Query
    from middleware.domain.matching import MarkerIndex
    from schemas.check import Answer
    from schemas.marker import Marker

COLUMNS = (
    "query_id", "outcome", "marker_id", "relation", "certainty", "reasons", "microseconds",
)  # fmt: skip
Result = tuple[str, str, str, str, str, str, int]


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "match",
        act,
        what="match queries against markers, from file to file",
        more="Markers: the file of `markers import`, or the columns marker_id, address, postcode,\n"
        "level (flat, building, premises). Queries: query_id, query; postcode, uprn, phone,\n"
        "person, latitude, longitude where they are apart. One row a query comes out, with the\n"
        f"best answer: {', '.join(COLUMNS)}.",
        examples="  forewarn match --markers markers.csv --queries queries.csv --out results.csv",
    )
    parser.add_argument("--markers", type=Path, required=True, metavar="FILE")
    parser.add_argument("--queries", type=Path, required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")


def act(args: argparse.Namespace) -> int:
    from adapters.codecs.match_csv import read_queries

    markers, refused = _read_markers(args.markers)
    with unreadable(args.queries):
        queries = list(read_queries(read_bytes(args.queries)))
    tell(f"packing {len(markers)} markers")
    results = list(_answers(_index(markers), queries))
    _write(args.out, results)
    _sum_up(results)
    return FOUND_TROUBLE if refused else FINE


def _read_markers(path: Path) -> "tuple[list[Marker], int]":
    from rich.progress import track

    from adapters.codecs.marker_csv import Accepted
    from adapters.codecs.match_csv import read_match_markers
    from middleware.cli.files import screen

    markers, refused = [], 0
    with unreadable(path):
        found = read_match_markers(read_bytes(path), today())
    for result in track(found, "reading markers", console=screen()):
        if isinstance(result, Accepted):
            markers.append(result.marker)
        else:
            refused += 1
            tell(f"{path}:{result.line}: {result.field} {result.reason}")
    return markers, refused


def _index(markers: "Iterable[Marker]") -> "MarkerIndex":
    import gc

    from middleware.domain.matching import MarkerIndex

    index = MarkerIndex()
    index.put_many(markers)
    gc.collect()
    gc.freeze()  # as in the service: what stays is not walked again and again
    return index


def _answers(index: "MarkerIndex", queries: "list[Query]") -> Iterator[Result]:
    from rich.progress import track

    from middleware.cli.files import screen
    from middleware.ops.clock import SystemClock

    monotonic = SystemClock().monotonic
    for query in track(queries, "matching", console=screen()):
        yield _answer(index, query, monotonic)


def _answer(index: "MarkerIndex", query: "Query", monotonic: Callable[[], float]) -> Result:
    from schemas.check import Outcome

    if query.place is None:
        return query.id, Outcome.NOT_CHECKED.value, "", "", "", query.wrong, 0
    begun = monotonic()
    answer = index.check(query.place)
    took = round((monotonic() - begun) * 1_000_000)
    return query.id, answer.outcome.value, *_best(answer), took


def _best(answer: "Answer") -> tuple[str, str, str, str]:
    """Marker, relation, certainty from 0 to 1, and the reasons in words."""
    if not answer.matches:
        return "", "", "", answer.reason.value if answer.reason else ""
    best = answer.matches[0]
    certainty = f"{best.certainty / 1000:.3f}"
    return best.marker, best.relation.value, certainty, "; ".join(best.reasons)


def _write(path: Path, results: list[Result]) -> None:
    from middleware.ops.errors import Trouble

    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(results)
    except OSError as error:
        raise Trouble(f"{path} cannot be written: {error.strerror}", "name another") from None


def _sum_up(results: list[Result]) -> None:
    outcomes = Counter(result[1] for result in results)
    times = sorted(result[-1] for result in results) or [0]
    counts = ", ".join(f"{name} {count}" for name, count in sorted(outcomes.items()))
    half, most = times[len(times) // 2], times[(len(times) * 99) // 100]
    tell(f"{len(results)} queries: {counts or 'none'}; p50 {half} µs, p99 {most} µs")
