"""Forewarn beside its peers: same queries, same machine, same run.

    make bench-matching ADDRESSES=DIR      (or, with choices: python -m tests.bench.peers --help)

DIR holds labelled addresses, which are not part of this repository: markers.csv (marker_id,
address, postcode, level) and queries.csv (query_id, query, expected_id, kind, relation, tier,
acceptable_ids). Accuracy is counted on the towns on which the matcher was not tuned. The page, the
pictures and the tables are written to --out; with --document also into that file.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.peers.outcome import Outcome, left_out, read
from tests.bench.peers.publish import html, pictures, put_into, text
from tests.bench.peers.sizes import Labelled, Padding, labelled, write_size

OWN = "Forewarn"
MATCHERS = {
    OWN: "forewarn",
    "tantivy": "tantivy_search",
    "SQLite FTS5": "fts5",
    "RapidFuzz": "rapidfuzz_all",
    "uk-address-matcher": "ukam",
}
REAL = "real"
SIZES = f"10000,{REAL},100000,1000000"


def main() -> int:
    """1 when the data or the peers are missing."""
    given = _arguments()
    given.load = os.getloadavg()[0]
    missing = _missing(given)
    if missing:
        print(f"bench-matching: {missing}", file=sys.stderr)
        return 1
    data = labelled(given.addresses, given.half, given.every)
    padding = Padding(given.python, given.pad if given.pad and given.pad.exists() else None)
    sizes = [len(data.markers) if size == REAL else int(size) for size in given.sizes.split(",")]
    outcomes: list[Outcome] = []
    measured = ""
    for size in sizes:
        outcomes.extend(_measure(size, data, padding, given))
        measured = _write(outcomes, data, given)
    print(measured)
    print(f"the page is {given.out / 'report.html'}", file=sys.stderr)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--addresses", type=Path, required=True, metavar="DIR")
    add("--python", type=Path, required=True, help="the Python of the peers' environment")
    add("--pad", type=Path, metavar="FILE", help="further markers (Parquet); else invented ones")
    add(
        "--sizes", default=f"10000,{REAL},100000,1000000", help="numbers of markers; real: as given"
    )
    add("--show", type=int, default=100_000, help="the size that is shown in full")
    add("--matchers", default=",".join(MATCHERS), help="which of them")
    add("--budget", type=float, default=100, help="seconds of asking, each matcher and size")
    add("--limit", type=float, default=600, help="seconds after which one is left out at a size")
    add("--half", choices=("checking", "fitting"), default="checking")
    add("--every", type=int, default=1, help="every n-th query only")
    add("--out", type=Path, default=Path("reports/matching"))
    add("--document", type=Path, help="a Markdown file with the marks; pictures go beside it")
    return parser.parse_args()


def _missing(given: argparse.Namespace) -> str:
    """What is not there, and what to do; empty when all is."""
    for name in ("markers.csv", "queries.csv"):
        if not (given.addresses / name).exists():
            return (
                f"{given.addresses / name} is missing; name the folder of the labelled addresses: "
                "make bench-matching ADDRESSES=DIR"
            )
    if not given.python.exists():
        return f"{given.python} is missing; make bench-matching sets it up"
    wanted = set(given.matchers.split(","))
    if wanted - set(MATCHERS) or OWN not in wanted:
        return f"--matchers needs {OWN}, and any of {', '.join(MATCHERS)}"
    return ""


def _measure(
    size: int, data: Labelled, padding: Padding, given: argparse.Namespace
) -> list[Outcome]:
    """Every matcher at one size, one after the other."""
    print(f"{size:,} markers", file=sys.stderr)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_size(folder, size, data, padding)
        queries = len((folder / "queries.csv").read_text(encoding="utf-8").splitlines())
        return [
            _run(matcher, size, queries, folder, data, given)
            for matcher in given.matchers.split(",")
        ]


def _run(
    name: str, size: int, queries: int, folder: Path, data: Labelled, given: argparse.Namespace
) -> Outcome:
    python = Path(sys.executable) if name == OWN else given.python
    command = [python, "-m", f"tests.bench.peers.{MATCHERS[name]}", folder, str(given.budget)]
    try:
        subprocess.run(command, check=True, timeout=given.limit)
    except subprocess.TimeoutExpired:
        return _say(left_out(name, size, queries, f"not done in {given.limit:.0f} s"))
    except subprocess.CalledProcessError as failed:
        if name == OWN:
            raise SystemExit(f"bench-matching: {OWN} itself failed; see above") from failed
        return _say(left_out(name, size, queries, f"failed with {failed.returncode}"))
    return read(folder, name, size, queries, data.truth)


def _say(outcome: Outcome) -> Outcome:
    print(f"    {outcome.name}: left out, {outcome.why}", file=sys.stderr)
    return outcome


def _write(outcomes: list[Outcome], data: Labelled, given: argparse.Namespace) -> str:
    """After each size, so that what was measured is not lost; returns the tables as text."""
    show = given.show if any(one.size == given.show for one in outcomes) else outcomes[-1].size
    told = (
        f"Measured on {time.strftime('%-d %B %Y')} with {len(data.queries):,} labelled queries of "
        f"the {given.half} half of the towns, on {os.cpu_count()} cores, Python "
        f"{platform.python_version()}; load average of the machine before it began "
        f"{given.load:.1f}. Who is slow answers a sample, as the table says."
    )
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "report.html").write_text(html(outcomes, show, told), encoding="utf-8")
    measured = text(outcomes, show, told, ".")
    (given.out / "report.md").write_text(measured, encoding="utf-8")
    folders = [given.out]
    if given.document:
        folders.append(given.document.with_suffix(""))
        put_into(given.document, text(outcomes, show, told, given.document.stem))
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        for name, picture in pictures(outcomes, show).items():
            (folder / f"{name}.svg").write_text(picture, encoding="utf-8")
    return measured


if __name__ == "__main__":
    sys.exit(main())
