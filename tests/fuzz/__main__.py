"""Fuzz every parser of the adapters, with the account of each: `make fuzz` (O4).

    python -m tests.fuzz                      one minute
    python -m tests.fuzz --for 1h --seed 3    longer, with other changes
    python -m tests.fuzz --only mdt           parsers and rows whose name holds that

accepted + refused + quarantined = sent, for every row and every codec, or it ends with 1 and the
input that shows the fault. The same seed makes the same inputs. One codec, guided by coverage:
`python -m tests.fuzz.guided`.
"""

import argparse
import logging
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import structlog

from middleware.ops.clock import SystemClock
from middleware.ops.durations import read_duration
from tests.fuzz.account import HEAD, Account, Finding
from tests.fuzz.codecs import Parser, parsers
from tests.fuzz.mutate import Mutator
from tests.fuzz.rows import rows

AT_ONCE = 200
"""Inputs of one parser before it is the turn of the next."""


@dataclass
class Target:
    """One parser, its changes and its account."""

    account: Account
    feed: Callable[[int], None]


def main() -> int:
    args = _arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    longest = read_duration(args.longest).total_seconds()
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        targets = [
            one for one in targets_of(args.seed, Path(folder)) if args.only in one.account.name
        ]
        begun, rounds = clock.monotonic(), 0
        try:
            while not rounds or clock.monotonic() - begun < longest:
                rounds += 1
                for target in targets:
                    target.feed(AT_ONCE)
                    _progress(targets, clock.monotonic() - begun, longest)
        except Finding as finding:
            return _found(finding, args.seed)
        finally:
            _tell(targets)
    return 0


def targets_of(seed: int, folder: Path) -> list[Target]:
    """Every codec, then every source of the table."""
    return [
        *(_target(one.name, seed, partial(_feed, one)) for one in parsers()),
        *(_target(row.name, seed, row.several) for row in rows(folder)),
    ]


def _target(name: str, seed: int, feed: Callable[[Account, Mutator, int], None]) -> Target:
    account, mutator = Account(name), Mutator(Random(f"{seed} {name}"))
    return Target(account, partial(feed, account, mutator))


def _feed(parser: Parser, account: Account, mutator: Mutator, times: int) -> None:
    for _ in range(times):
        parser.one(account, mutator)


def _progress(targets: list[Target], passed: float, longest: float) -> None:
    if sys.stderr.isatty():
        sent = sum(one.account.sent for one in targets)
        sys.stderr.write(f"\r{passed:6.0f} of {longest:.0f} s, {sent:,} sent ")


def _tell(targets: list[Target]) -> None:
    print(f"\n{HEAD}")
    for target in targets:
        print(target.account)
    print(f"{len(targets)} parsers, {sum(one.account.sent for one in targets):,} sent")


def _found(finding: Finding, seed: int) -> int:
    print(f"\na fault, with --seed {seed}: {finding}", file=sys.stderr)
    if finding.__cause__ is not None:
        traceback.print_exception(finding.__cause__)
    return 1


def _arguments() -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m tests.fuzz", None, __doc__, formatter_class=raw)
    parser.add_argument("--for", dest="longest", default="1m", metavar="TIME")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default="", metavar="NAME")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
