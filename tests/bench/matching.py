"""Matching measured on labelled real addresses, which are not part of this repository.

    python -m tests.bench.matching [--addresses DIR] [--half checking] [--every 1] [--pad FILE]

The folder is also taken from FOREWARN_ADDRESSES; it holds markers.csv (marker_id, address,
postcode, level) and queries.csv (query_id, query, expected_id, kind, relation, tier,
acceptable_ids). Towns are split into a fitting half, on which the matcher was tuned, and a
checking half, on which it never was. Prints what came out by kind, the figures of the matching
issue, the calibration, latency, memory and build time. `--pad` takes a Parquet file of further
markers, to fill the index up to a million.
"""

import argparse
import csv
import os
import re
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from zlib import crc32

from adapters.codecs.match_csv import Query, read_truth
from middleware.cli.report.result import Result
from middleware.cli.report.scoring import (
    Asked,
    Share,
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
from middleware.domain.matching import MarkerIndex
from schemas.check import Whereabouts
from schemas.marker import Marker, Scope
from tests.address_markers import address_marker
from tests.bench.peers.exchange import memory

FITTING = frozenset("IG BD OL B LS S N TS PE CM L DE RG EX GL PR ME CB HU DY CO MK".split())
"""Postcode areas whose addresses the matcher was tuned on; all others only check it."""
SCOPES = {"flat": Scope.DWELLING, "building": Scope.BUILDING, "premises": Scope.HOUSE}
SOME = address_marker("some", None)
_AREA = re.compile(r"\b([A-Z]{1,2})[0-9OI][0-9A-Z]? ?\d?[A-Z]{0,2}\b")
Row = dict[str, str]


def tell(rows: list[Asked], microseconds: list[float]) -> None:
    """What the answers came to, in words and columns; counted as `forewarn match` counts."""
    for kind, counts in (by_kind(rows) | by_trap(rows)).items():
        print(f"  {kind:38} {counts.total():5}  {dict(sorted(counts.items()))}")
    gold, silver = of_tier(rows, "gold"), of_tier(rows, "silver")
    flagged = traps(rows)
    worst, share = max(flagged.items(), key=lambda one: one[1].value, default=("", Share(0, 0)))
    print(
        f"found, gold: precision {_part(found(gold).precision)}, recall {_part(found(gold).recall)}"
    )
    print(f"found or possible holds the right one, gold: {_part(held(gold))}")
    print(f"found, silver: {_part(found(silver).recall)}")
    print(f"traps flagged: {_part(whole(flagged.values()))}; most of {worst}: {_part(share)}")
    for one in calibration(gold):
        print(f"  said {one.said:.3f}: right {_part(one.right)}")
    p50, p99 = (quantile(microseconds, part) for part in (0.5, 0.99))
    print(f"a check: p50 {p50:.0f} us, p99 {p99:.0f} us of the processor")


def _part(share: Share) -> str:
    return f"{share.value:.4f} ({share.part} of {share.of})" if share.of else "none"


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def half_of(row: Row, postcodes: dict[str, str]) -> str:
    """Which half of the towns a query belongs to: by its marker's postcode, else by its own."""
    postcode = postcodes.get(row["expected_id"], "")
    if not postcode:
        seen = _AREA.findall(row["query"].upper())
        postcode = seen[-1] if seen else ("IG" if crc32(row["query"].encode()) % 2 else "E")
    area = re.match("[A-Z]*", postcode.upper())
    return "fitting" if area and area.group() in FITTING else "checking"


def markers_of(rows: Iterable[Row]) -> Iterator[Marker]:
    """Markers from rows, without the checks that an import makes."""
    for row in rows:
        yield SOME.model_copy(
            update={
                "id": row["marker_id"],
                "address": row["address"],
                "postcode": row["postcode"],
                "scope": SCOPES[row["level"]],
            }
        )


def padding(path: Path) -> Iterator[Row]:
    """Rows of a Parquet file, a batch at a time. Needs pyarrow."""
    import pyarrow.parquet  # type: ignore[import-not-found,unused-ignore]

    for batch in pyarrow.parquet.ParquetFile(path).iter_batches(20_000):
        yield from batch.to_pylist()


def build(rows: list[Row], pad: Path | None) -> MarkerIndex:
    """The index, with what it took of the processor; reading and making the markers is apart."""
    start = time.process_time()
    deque(_all(rows, pad), maxlen=0)
    reading = time.process_time() - start
    index, before, start = MarkerIndex(), memory(), time.process_time()
    index.put_many(_all(rows, pad))
    took, more = time.process_time() - start - reading, memory() - before
    print(f"{len(index):,} markers: built in {took:.1f} s, {more:.0f} MB; reading {reading:.1f} s")
    start = time.process_time()
    data = index.dump()
    dumped = time.process_time() - start
    MarkerIndex.load(data)
    loaded = time.process_time() - start - dumped
    print(f"snapshot {len(data) / 1e6:.1f} MB: dumped in {dumped:.2f} s, loaded in {loaded:.2f} s")
    return index


def _all(rows: list[Row], pad: Path | None) -> Iterator[Marker]:
    return markers_of(chain(rows, padding(pad) if pad else ()))


def main() -> int:
    """Measures, or says why not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--addresses", default=os.environ.get("FOREWARN_ADDRESSES", ""))
    parser.add_argument("--half", choices=("fitting", "checking", "all"), default="checking")
    parser.add_argument("--every", type=int, default=1, help="ask every n-th query only")
    parser.add_argument("--pad", type=Path, help="Parquet file of further markers")
    options = parser.parse_args()
    folder = Path(options.addresses)
    if not options.addresses or not (folder / "queries.csv").exists():
        print("skipped: no labelled addresses; give --addresses DIR or set FOREWARN_ADDRESSES")
        return 0
    rows = rows_of(folder / "markers.csv")
    postcodes = {row["marker_id"]: row["postcode"] for row in rows}
    queries = rows_of(folder / "queries.csv")
    if options.half != "all":
        queries = [row for row in queries if half_of(row, postcodes) == options.half]
    index = build(rows, options.pad)
    asked, took = [], []
    for row in queries[:: options.every]:
        place = Whereabouts(address=row["query"])
        start = time.thread_time()
        answer = index.check(place)
        took.append((time.thread_time() - start) * 1e6)
        query = Query(row["query_id"], place, truth=read_truth(row))
        asked.append(Result(query, answer).asked())
    print(f"{options.half} half of the towns, every {options.every}. query:")
    tell([one for one in asked if one is not None], took)
    return 0


if __name__ == "__main__":
    sys.exit(main())
