"""Runs seeds of the simulation and prints those that failed: `python -m tests.simulation`."""

import argparse
import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any, Protocol

from tests.simulation.quietly import pair_quietly, quietly
from tests.simulation.tally import PairTally, Tally

PROCESSES = 2
SHOWN = 10
"""Lines that are printed of what is wrong with one seed."""


class Ran(Protocol):
    """What became of a seed."""

    @property
    def seed(self) -> int: ...
    @property
    def wrong(self) -> tuple[str, ...]: ...


class Sums(Protocol):
    """What is said of all seeds together."""

    def add(self, outcome: Any) -> None: ...


def main() -> int:
    """0 when every seed held, 1 when one did not."""
    asked = _arguments()
    begun = time.monotonic()
    if asked.pair:
        failed = _run(asked, partial(pair_quietly, asked.archive), PairTally())
    else:
        failed = _run(asked, partial(quietly, asked.steps, asked.sqlite), Tally())
    took = time.monotonic() - begun
    count = 1 if asked.seed is not None else asked.seeds
    print(f"{count} seeds in {took:.0f} s: {failed or 'none'} failed")
    return 1 if failed else 0


def _run(asked: argparse.Namespace, run: Callable[[int], Ran], sums: Sums) -> int:
    """How many failed."""
    if asked.seed is None:
        return _many(asked, run, sums)
    outcome = run(asked.seed)
    sums.add(outcome)
    return _report(outcome, sums, asked)


def _many(asked: argparse.Namespace, run: Callable[[int], Ran], sums: Sums) -> int:
    failed, spawn = 0, multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(asked.processes, mp_context=spawn) as pool:
        seeds = range(asked.begin, asked.begin + asked.seeds)
        for done, outcome in enumerate(pool.map(run, seeds), start=1):
            sums.add(outcome)
            failed += _report(outcome, None, asked) if outcome.wrong else 0
            if done % max(1, asked.seeds // 20) == 0:
                print(f"{done:>6} of {asked.seeds} seeds, {failed} failed: {sums}", flush=True)
    return failed


def _report(outcome: Ran, sums: Sums | None, asked: argparse.Namespace) -> int:
    held = not outcome.wrong
    told = f": {sums}" if sums else ""
    print(f"seed {outcome.seed} {'held' if held else 'FAILED'}{told}")
    for line in outcome.wrong[:SHOWN]:
        print(f"  {line}")
    if not held:
        print(f"  alone: python -m tests.simulation --seed {outcome.seed}{_how(asked)}", flush=True)
    return 0 if held else 1


def _how(asked: argparse.Namespace) -> str:
    steps = f" --steps {asked.steps}" if asked.steps else ""
    said = [f" --{name}" for name in ("sqlite", "pair", "archive") if getattr(asked, name)]
    return steps + "".join(said)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation",
        description="The real service in a world that goes wrong, on virtual time. The same seed "
        "gives the same journal, to the byte.",
    )
    parser.add_argument("--seeds", type=int, default=500, help="so many seeds (default 500)")
    parser.add_argument("--begin", type=int, default=0, help="the first of them (default 0)")
    parser.add_argument("--seed", type=int, help="this seed alone")
    parser.add_argument(
        "--pair", action="store_true", help="two instances on one store, one of which writes"
    )
    parser.add_argument(
        "--archive", action="store_true", help="with --pair: old records leave the store meanwhile"
    )
    parser.add_argument("--steps", type=int, help="incidents in a seed (default: each its own)")
    parser.add_argument(
        "--sqlite", action="store_true", help="on the real SQLite store, which is slower"
    )
    parser.add_argument(
        "--processes", type=int, default=PROCESSES, help=f"at a time (default {PROCESSES})"
    )
    asked = parser.parse_args()
    if asked.pair and (asked.steps or asked.sqlite):
        parser.error("--pair goes with neither --steps nor --sqlite")
    if asked.archive and not asked.pair:
        parser.error("--archive goes with --pair")
    return asked


if __name__ == "__main__":
    sys.exit(main())
