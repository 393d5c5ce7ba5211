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
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from middleware.domain.matching import MarkerIndex
from schemas.check import Answer, Outcome, Whereabouts
from schemas.marker import Marker, Scope
from tests.address_markers import address_marker

FITTING = frozenset("IG BD OL B LS S N TS PE CM L DE RG EX GL PR ME CB HU DY CO MK".split())
"""Postcode areas whose addresses the matcher was tuned on; all others only check it."""
SCOPES = {"flat": Scope.DWELLING, "building": Scope.BUILDING, "premises": Scope.HOUSE}
SOME = address_marker("some", None)
_AREA = re.compile(r"\b([A-Z]{1,2})[0-9OI][0-9A-Z]? ?\d?[A-Z]{0,2}\b")
Row = dict[str, str]


@dataclass
class Tally:
    """What the answers came to."""

    kinds: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    calibration: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    totals: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def add(self, row: Row, answer: Answer, seconds: float) -> None:
        """Counts one answer."""
        self.seconds.append(seconds)
        right = set(re.split(r"[;|]", row["acceptable_ids"])) | {row["expected_id"]}
        found = answer.outcome is Outcome.FOUND
        best = found and answer.matches[0].marker in right
        held = any(match.marker in right for match in answer.matches)
        if row["relation"] in ("none", "ambiguous"):
            self.kinds[row["kind"]][answer.outcome.value] += 1
            self.totals["traps"] += row["relation"] == "none"
            self.totals["flagged"] += found and row["relation"] == "none"
        else:
            verdict = "right" if best else "wrong" if found else "held" if held else "lost"
            self.kinds[row["kind"]][verdict] += 1
            self.totals[f"{row['tier']}"] += 1
            self.totals[f"{row['tier']} right"] += best
            self.totals[f"{row['tier']} held"] += held
        if found and row["tier"] == "gold":
            self.calibration[answer.matches[0].certainty]["right" if best else "wrong"] += 1

    def print(self) -> None:
        """All of it, in words and columns."""
        for kind, counts in sorted(self.kinds.items()):
            print(f"  {kind:38} {sum(counts.values()):5}  {dict(sorted(counts.items()))}")
        wrong = sum(counts["wrong"] for counts in self.calibration.values())
        right = sum(counts["right"] for counts in self.calibration.values())
        gold, silver = self.totals["gold"], self.totals["silver"]
        print(f"found, gold: precision {_part(right, right + wrong)}, recall {_part(right, gold)}")
        print(
            f"found or possible holds the right one, gold: {_part(self.totals['gold held'], gold)}"
        )
        print(f"found, silver: {_part(self.totals['silver right'], silver)}")
        print(f"traps flagged: {_part(self.totals['flagged'], self.totals['traps'])}")
        print(f"building covers the flat: {_covers(self.kinds['building_covers_flat'])}")
        for certainty, counts in sorted(self.calibration.items(), reverse=True):
            print(f"  said {certainty}: right {_part(counts['right'], counts.total())}")
        times = sorted(self.seconds)
        p50, p99 = (times[int(len(times) * part)] * 1e6 for part in (0.5, 0.99))
        mean = sum(times) / len(times) * 1e6
        print(f"a check: p50 {p50:.0f} us, p99 {p99:.0f} us, mean {mean:.0f} us of {len(times)}")


def _part(some: int, of: int) -> str:
    return f"{some / of:.4f} ({some} of {of})" if of else "none"


def _covers(counts: Counter[str]) -> str:
    return _part(counts["right"], counts.total())


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


def memory() -> float:
    """Resident memory in MB now (Linux), else at its highest."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmRSS:\s+(\d+)", status.read_text(encoding="ascii"))
        return int(found[1]) / 1024 if found else 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def build(rows: list[Row], pad: Path | None) -> MarkerIndex:
    """The index, with what it took."""
    index, before, start = MarkerIndex(), memory(), time.perf_counter()
    index.put_many(markers_of(rows))
    if pad:
        index.put_many(markers_of(padding(pad)))
    took = time.perf_counter() - start
    print(f"{len(index):,} markers: built in {took:.1f} s, {memory() - before:.0f} MB")
    start = time.perf_counter()
    data = index.dump()
    dumped = time.perf_counter() - start
    MarkerIndex.load(data)
    loaded = time.perf_counter() - start - dumped
    print(f"snapshot {len(data) / 1e6:.1f} MB: dumped in {dumped:.2f} s, loaded in {loaded:.2f} s")
    return index


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
    index, tally = build(rows, options.pad), Tally()
    for row in queries[:: options.every]:
        place = Whereabouts(address=row["query"])
        start = time.perf_counter()
        answer = index.check(place)
        tally.add(row, answer, time.perf_counter() - start)
    print(f"{options.half} half of the towns, every {options.every}. query:")
    tally.print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
