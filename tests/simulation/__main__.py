"""Runs seeds of the simulation and prints those that failed: `python -m tests.simulation`."""

import argparse
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.simulation.quietly import quietly
from tests.simulation.world import Outcome

PROCESSES = 2
SHOWN = 10
"""Lines that are printed of what is wrong with one seed."""


def main() -> int:
    """0 when every seed held, 1 when one did not."""
    asked = _arguments()
    begun = time.monotonic()
    if asked.seed is not None:
        failed = _report(quietly(asked.steps, asked.sqlite, asked.seed), asked)
    else:
        failed = _many(asked)
    took = time.monotonic() - begun
    count = 1 if asked.seed is not None else asked.seeds
    print(f"{count} seeds in {took:.0f} s: {failed or 'none'} failed")
    return 1 if failed else 0


def _many(asked: argparse.Namespace) -> int:
    failed = records = starts = notes = 0
    run = partial(quietly, asked.steps, asked.sqlite)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=spawn) as pool:
        seeds = range(asked.begin, asked.begin + asked.seeds)
        for done, outcome in enumerate(pool.map(run, seeds), start=1):
            failed += _report(outcome, asked) if outcome.wrong else 0
            records += outcome.records
            starts += outcome.starts
            notes += outcome.notes
            if done % max(1, asked.seeds // 20) == 0:
                print(
                    f"{done:>6} of {asked.seeds} seeds, {failed} failed: "
                    f"{records} records, {notes} notes, {starts} starts",
                    flush=True,
                )
    return failed


def _report(outcome: Outcome, asked: argparse.Namespace) -> int:
    held = not outcome.wrong
    print(
        f"seed {outcome.seed} {'held' if held else 'FAILED'}: {outcome.records} records, "
        f"{outcome.notes} notes, {outcome.starts} starts, journal {outcome.digest[:16]}"
    )
    for line in outcome.wrong[:SHOWN]:
        print(f"  {line}")
    if not held:
        steps = f" --steps {asked.steps}" if asked.steps else ""
        store = " --sqlite" if asked.sqlite else ""
        print(
            f"  alone: python -m tests.simulation --seed {outcome.seed}{steps}{store}", flush=True
        )
    return 0 if held else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation",
        description="The real service in a world that goes wrong, on virtual time. The same seed "
        "gives the same journal, to the byte.",
    )
    parser.add_argument("--seeds", type=int, default=500, help="so many seeds (default 500)")
    parser.add_argument("--begin", type=int, default=0, help="the first of them (default 0)")
    parser.add_argument("--seed", type=int, help="this seed alone")
    parser.add_argument("--steps", type=int, help="incidents in a seed (default: each its own)")
    parser.add_argument(
        "--sqlite", action="store_true", help="on the real SQLite store, which is slower"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
