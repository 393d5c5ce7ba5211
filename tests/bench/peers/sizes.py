"""The markers and queries of each size, written where the matchers read them.

Real ones come from the labelled data, as they are, and are only ever written to a temporary folder.
An index is filled up with a Parquet file of further markers where there is one, else with invented
places; those that a query asks for are left out. A smaller index keeps whole outcodes, with the
queries that belong to them.
"""

import csv
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from random import Random
from zlib import crc32

from adapters.codecs.match_csv import Truth, read_truth
from tests.bench.matching import FITTING, Row, half_of, rows_of
from tests.bench.peers.asked import AskedFor
from tests.bench.places import places

SPARE = 5000
"""So many more are read, for those that are left out."""
Given = tuple[str, str, str, str]
_OUTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?)\s?[0-9][A-Z]{2}\b")


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labelled data: markers, the queries of one half of the towns, and their truth."""

    markers: list[Row]
    queries: list[Row]
    truth: dict[str, Truth]


def labelled(folder: Path, half: str, every: int = 1) -> Labelled:
    """Read from markers.csv and queries.csv; every n-th query of that half."""
    markers = rows_of(folder / "markers.csv")
    postcodes = {row["marker_id"]: row["postcode"] for row in markers}
    queries = [r for r in rows_of(folder / "queries.csv") if half_of(r, postcodes) == half]
    truth = {row["query_id"]: read_truth(row) for row in queries}
    known = {query: one for query, one in truth.items() if one is not None}
    queries = [row for row in queries if row["query_id"] in known][::every]
    return Labelled(markers, queries, known)


@dataclass(frozen=True, slots=True)
class Padding:
    """Where further markers come from."""

    python: Path
    file: Path | None

    def rows(self, count: int, asked: AskedFor) -> Iterator[Given]:
        """So many, from the file as far as it goes, then invented ones."""
        further = chain(self._of_file(count + SPARE), _invented(count + SPARE))
        wanted = (row for row in further if not asked.names(row[1], row[2]))
        return islice(wanted, count)

    def _of_file(self, count: int) -> Iterator[Given]:
        if self.file is None:
            return
        program = [str(self.python), "-m", "tests.bench.peers.unpack"]
        command = [*program, str(self.file), str(count)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for row in csv.reader(child.stdout):
                yield row[0], row[1], row[2], row[3]


def _invented(count: int) -> Iterator[Given]:
    for number, place in enumerate(places(count)):
        yield f"X{number}", place.address, place.postcode, "flat" if place.flat else "premises"


def write_size(folder: Path, size: int, data: Labelled, padding: Padding) -> None:
    """markers.csv and queries.csv of an index of that size; queries in an order without system, so
    that those asked in a limited time are a fair sample."""
    real = [(r["marker_id"], r["address"], r["postcode"], r["level"]) for r in data.markers]
    queries = data.queries
    if size < len(real):
        real, queries = _smaller(real, queries, size)
    asked_for = AskedFor(row["query"] for row in queries)
    _write(folder / "markers.csv", real, padding.rows(max(0, size - len(real)), asked_for))
    asked = [(row["query_id"], row["query"]) for row in queries]
    Random(size).shuffle(asked)
    _write(folder / "queries.csv", asked)


def _write(path: Path, *many: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        for rows in many:
            csv.writer(file).writerows(rows)


def _smaller(real: list[Given], queries: list[Row], size: int) -> tuple[list[Given], list[Row]]:
    """Whole outcodes of the checking half up to the size; queries whose marker is among them, and
    traps that name one of them."""
    checking = [row for row in real if _area(row[2]) not in FITTING]
    ordered = sorted(checking, key=lambda row: crc32(row[2].split(" ")[0].encode()))
    taken = (ordered + [row for row in real if _area(row[2]) in FITTING])[:size]
    ids = {row[0] for row in taken}
    outcodes = {row[2].split(" ")[0] for row in taken}
    return taken, [row for row in queries if _belongs(row, ids, outcodes)]


def _belongs(row: Row, ids: set[str], outcodes: set[str]) -> bool:
    if row["expected_id"]:
        return row["expected_id"] in ids
    return any(outcode in outcodes for outcode in _OUTCODE.findall(row["query"].upper()))


def _area(postcode: str) -> str:
    found = re.match("[A-Z]*", postcode)
    return found.group() if found else ""
