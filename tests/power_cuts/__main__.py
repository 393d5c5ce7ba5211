"""Power cuts by the hundred: `python -m tests.power_cuts` (or `make power-cuts`)."""

import argparse
import logging
import sys
import tempfile
from itertools import product
from pathlib import Path

import structlog
from rich.progress import track

from middleware.cli.files import screen
from tests.power_cuts.cutting import STORES, Cut, make

SHOWN = 20
ORDERED, ANY = "ordered", "any sectors"
DISKS = (ORDERED, ANY)
COLUMNS = (
    "store", "disk", "cuts", "with something unsynced", "records acknowledged before them",
    "of them lost", "sound by itself", "after its server's tool", "after taking out a torn end",
    "not sound",
)  # fmt: skip


def main() -> int:
    """0 when nothing acknowledged was lost and every store opened, 1 otherwise."""
    asked = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    folder = Path(tempfile.mkdtemp(prefix="power-cuts-"))
    failed = 0
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for store, disk in product(asked.store or STORES, [asked.disk] if asked.disk else DISKS):
        numbers = [asked.cut] if asked.cut is not None else range(asked.cuts)
        making = make(store, numbers, folder, ordered=disk == ORDERED, weak=asked.weak)
        cuts = list(track(making, f"{store}, {disk}", len(numbers), console=screen()))
        print(_row(store, disk, cuts), flush=True)
        failed += _report(cuts)
    if failed:
        print(f"the disks of those that failed are kept in {folder}")
    else:
        folder.rmdir()
    return 1 if failed else 0


def _row(store: str, disk: str, cuts: list[Cut]) -> str:
    wrong = [cut for cut in cuts if cut.wrong]
    trimmed = sum(cut.trimmed and not cut.wrong for cut in cuts)
    mended = sum(cut.mended and not cut.trimmed and not cut.wrong for cut in cuts)
    figures = (
        store,
        disk,
        len(cuts),
        sum(cut.unsynced > 0 for cut in cuts),
        sum(cut.said.head for cut in cuts),
        sum(cut.lost for cut in cuts),
        len(cuts) - len(wrong) - mended - trimmed,
        mended,
        trimmed,
        len(wrong),
    )
    return f"| {' | '.join(map(str, figures))} |"


def _report(cuts: list[Cut]) -> int:
    wrong = [cut for cut in cuts if cut.wrong]
    for cut in wrong[:SHOWN]:
        print(f"  cut {cut.number}: {'; '.join(cut.wrong[:3])}")
    return len(wrong)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.power_cuts",
        description="What a store wrote and what it made durable is recorded by strace; then the "
        "power goes at a moment of each seed, what was not durable is lost, torn or there, and the "
        "store is opened again.",
    )
    parser.add_argument("--store", action="append", choices=STORES, help="default: each")
    parser.add_argument(
        "--disk", choices=DISKS, help="what a cut may leave (tests/power_cuts/disk.py); else each"
    )
    parser.add_argument("--cuts", type=int, default=200, help="so many a store (default 200)")
    parser.add_argument("--cut", type=int, help="this seed alone")
    parser.add_argument(
        "--weak", action="store_true", help="the store set so that it may lose: that is found"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
