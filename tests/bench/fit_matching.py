"""How often a match of each kind is right: the counts behind `matching/certainty.py`.

    python -m tests.bench.fit_matching [--addresses DIR]

Every gold query of the fitting half is asked twice: with the marker it means, and with half of
the markers hidden, that one among them, so that a match is a wrong house unless it is the same
address under another id. So is the number and street of each of these markers alone, as somebody
says it who leaves out the town. Prints, by what was found and how sure it was said to be, how many
best answers were right of how many.
"""

import argparse
import os
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from zlib import crc32

from middleware.domain.matching import MarkerIndex
from middleware.domain.matching.store import reading_of, spec_of
from schemas.check import Outcome, Whereabouts
from tests.bench.matching import Row, half_of, markers_of, rows_of

Counts = dict[tuple[str, int], Counter[bool]]
"""(outcome or relation, certainty) -> right or not."""
ALONE = "number and street alone"


def same_place(one: Row, other: Row) -> bool:
    """The same words but for a county, or a building that covers the other."""
    words = [set(re.findall(r"\w+", row["address"].upper())) for row in (one, other)]
    return "building" in (one["level"], other["level"]) or words[0] ^ words[1] <= {"ESSEX"}


def alone(queries: list[Row], markers: dict[str, Row]) -> list[Row]:
    """Queries with no more than number and street, for the markers that these are for."""
    rows: dict[str, Row] = {}
    for query in queries:
        if not (meant := markers.get(query["expected_id"])):
            continue
        (marker,) = markers_of([meant])
        spec = spec_of(marker, reading_of(marker))
        if spec.house and spec.street and not spec.units:
            text = f"{spec.house} {' '.join(spec.street)} {spec.kind}"
            rows[spec.marker] = query | {"query": text, "kind": ALONE}
    return list(rows.values())


def ask(index: MarkerIndex, row: Row, markers: dict[str, Row], counts: Counts) -> None:
    """Counts the best answer to one query."""
    answer = index.check(Whereabouts(address=row["query"]))
    if not answer.matches:
        return
    best = answer.matches[0]
    right = {*re.split(r"[;|]", row["acceptable_ids"]), row["expected_id"]}
    meant = markers.get(row["expected_id"])
    hit = best.marker in right
    if not hit and meant is not None and same_place(markers[best.marker], meant):
        return
    relation = "found" if answer.outcome is Outcome.FOUND else best.relation.value
    said = f"alone: {relation}" if row["kind"] == ALONE else relation
    counts[said, best.certainty][hit] += 1


def main() -> int:
    """Counts, or says why not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--addresses", default=os.environ.get("FOREWARN_ADDRESSES", ""))
    folder = Path(parser.parse_args().addresses)
    if not (folder / "queries.csv").exists():
        print("skipped: no labelled addresses; give --addresses DIR or set FOREWARN_ADDRESSES")
        return 0
    rows = rows_of(folder / "markers.csv")
    markers = {row["marker_id"]: row for row in rows}
    postcodes = {key: row["postcode"] for key, row in markers.items()}
    queries = [row for row in rows_of(folder / "queries.csv") if row["tier"] == "gold"]
    queries = [row for row in queries if half_of(row, postcodes) == "fitting"]
    queries += alone(queries, markers)
    counts: Counts = defaultdict(Counter)
    for hidden in (None, 0, 1):
        index = MarkerIndex()
        index.put_many(markers_of(r for r in rows if _half(r["marker_id"]) != hidden))
        for row in queries:
            if hidden is None or (row["expected_id"] and _half(row["expected_id"]) == hidden):
                ask(index, row, markers, counts)
        print(f"asked with {len(index):,} markers", file=sys.stderr)
    for (relation, certainty), seen in sorted(counts.items()):
        share = seen[True] / seen.total()
        print(f"{relation:22} said {certainty:4}: right {share:.4f} ({seen[True]}, {seen.total()})")
    return 0


def _half(marker: str) -> int:
    return crc32(marker.encode()) % 2


if __name__ == "__main__":
    sys.exit(main())
