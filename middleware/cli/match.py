"""forewarn match: the matcher on files, without a service."""

import argparse
import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from middleware.cli.common import FINE, FOUND_TROUBLE, Commands, Parser, command, tell
from middleware.cli.files import read_bytes, today, unreadable

if TYPE_CHECKING:
    from adapters.codecs.match_csv import Query
    from middleware.cli.report.result import Result
    from middleware.domain.matching import MarkerIndex
    from schemas.marker import Marker

COLUMNS = (
    "query_id", "outcome", "marker_id", "relation", "certainty", "reasons", "microseconds",
)  # fmt: skip
DRAWN_EVERY = 1000


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "match",
        act,
        what="match queries against markers, from file to file",
        more="Markers: the file of `markers import`, or the columns marker_id, address, postcode,\n"
        "level (flat, building, premises). Queries: query_id, query; postcode, uprn, phone,\n"
        "person, latitude, longitude where they are apart. One row a query comes out, with the\n"
        f"best answer: {', '.join(COLUMNS)}.\n\n"
        "The report is one page with pictures, to be opened in any browser. Where the queries\n"
        "have the columns expected_id, kind, relation, tier and acceptable_ids it also tells what\n"
        "was right: precision and recall, by kind of noise, traps, calibration.",
        examples="  forewarn match --markers markers.csv --queries queries.csv --out results.csv\n"
        "  forewarn match --markers m.csv --queries q.csv --out r.csv --report r.html",
    )
    parser.add_argument("--markers", type=Path, required=True, metavar="FILE")
    parser.add_argument("--queries", type=Path, required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--report", type=Path, metavar="FILE", help="a page with pictures (HTML)")


def act(args: argparse.Namespace) -> int:
    from adapters.codecs.match_csv import read_queries

    markers, refused = _read_markers(args.markers)
    with unreadable(args.queries):
        queries = list(read_queries(read_bytes(args.queries)))
    index = _index(markers)
    results = list(_answers(index, queries))
    _write(args.out, results)
    if args.report:
        _report(args.report, results, len(index))
    _sum_up(results)
    return FOUND_TROUBLE if refused else FINE


def _read_markers(path: Path) -> "tuple[list[Marker], int]":
    """The markers that can be taken, and how many were refused; Trouble where none is left."""
    from rich.progress import track

    from adapters.codecs.marker_csv import Accepted
    from adapters.codecs.match_csv import read_match_markers
    from middleware.cli.files import screen
    from middleware.ops.errors import Trouble

    markers, refused = [], 0
    with unreadable(path):
        found = read_match_markers(read_bytes(path), today())
    for result in track(found, "reading markers", console=screen()):
        if isinstance(result, Accepted):
            markers.append(result.marker)
        else:
            refused += 1
            tell(f"{path}:{result.line}: {result.field} {result.reason}")
    if not markers:
        raise Trouble(f"{path} holds no marker that can be taken", "see docs/markers-csv.md")
    return markers, refused


def _index(markers: "Sequence[Marker]") -> "MarkerIndex":
    import gc

    from rich.progress import track

    from middleware.cli.files import screen
    from middleware.domain.matching import MarkerIndex

    index = MarkerIndex()
    index.put_many(track(markers, "packing markers", console=screen()))
    gc.collect()
    gc.freeze()  # as in the service: what stays is not walked again and again
    return index


def _answers(index: "MarkerIndex", queries: "list[Query]") -> "Iterator[Result]":
    """One by one; progress is drawn between the checks, so that it does not count in their time."""
    from rich.progress import Progress

    from middleware.cli.files import screen
    from middleware.ops.clock import SystemClock

    monotonic = SystemClock().monotonic
    with Progress(console=screen(), auto_refresh=False) as progress:
        task = progress.add_task("matching", total=len(queries))
        for number, query in enumerate(queries, start=1):
            yield _answer(index, query, monotonic)
            if number % DRAWN_EVERY == 0 or number == len(queries):
                progress.update(task, completed=number)
                progress.refresh()


def _answer(index: "MarkerIndex", query: "Query", monotonic: Callable[[], float]) -> "Result":
    from middleware.cli.report.result import Result

    if query.place is None:
        return Result(query, None)
    begun = monotonic()
    answer = index.check(query.place)
    return Result(query, answer, round((monotonic() - begun) * 1_000_000))


def _write(path: Path, results: "list[Result]") -> None:
    with _writable(path), path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(result.row() for result in results)


def _report(path: Path, results: "list[Result]", markers: int) -> None:
    from middleware.cli.report.answers import report

    with _writable(path):
        path.write_text(report(results, markers), encoding="utf-8")
    tell(f"the report is {path}: open it in a browser")


@contextmanager
def _writable(path: Path) -> Iterator[None]:
    from middleware.ops.errors import Trouble

    try:
        yield
    except OSError as error:
        raise Trouble(f"{path} cannot be written: {error.strerror}", "name another") from None


def _sum_up(results: "list[Result]") -> None:
    from middleware.cli.report.scoring import quantile

    outcomes = Counter(result.outcome.value for result in results)
    times = [result.microseconds for result in results]
    counts = ", ".join(f"{name} {count}" for name, count in sorted(outcomes.items()))
    half, most = quantile(times, 0.5), quantile(times, 0.99)
    tell(f"{len(results)} queries: {counts or 'none'}; p50 {half} µs, p99 {most} µs")
