"""What the command lines of the simulators that say things until they are answered share (O3)."""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Coroutine
from typing import Any, Protocol

from simulators.cad_outbox import Dismissed


class Says(Protocol):
    """A simulator with an outbox."""

    @property
    def tally(self) -> Counter[str]: ...
    @property
    def mischief(self) -> dict[str, int]: ...
    @property
    def unanswered(self) -> int: ...
    async def run(self) -> None: ...


def run(program: str, says: Says, telling: Coroutine[Any, Any, None], *bad: str) -> int:
    """Until `telling` is over; 1 when a message has one of the standings `bad`, 2 when the service
    will not have us."""
    try:
        asyncio.run(_run(says, telling))
    except Dismissed as fault:
        print(f"{program}: the service says: {fault}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{program}: ended before everything was said and answered")
    print(summary(program, says))
    return 1 if any(says.tally[standing] for standing in bad) else 0


async def _run(says: Says, telling: Coroutine[Any, Any, None]) -> None:
    tasks = {asyncio.create_task(says.run()), asyncio.create_task(telling)}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()


def summary(program: str, says: Says) -> str:
    """What became of what was said."""
    counts = ", ".join(f"{what} {count}" for what, count in sorted(says.tally.items()))
    struck = ", ".join(f"{what} {count}" for what, count in sorted(says.mischief.items()))
    told = f"{program}: {counts or 'nothing was said'}; unanswered {says.unanswered}"
    return f"{told}; faults: {struck}" if struck else told


def faults_of(
    parser: argparse.ArgumentParser, of: str, rates: dict[str, str]
) -> argparse._ArgumentGroup:
    """The group of faults, with an option for each; `of` is what the rates are of."""
    faults = parser.add_argument_group(f"faults (rates from 0 to 1, of {of})")
    for name, what in rates.items():
        faults.add_argument(f"--{name}", type=_rate, default=0.0, metavar="RATE", help=what)
    return faults


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 <= rate <= 1:
        raise argparse.ArgumentTypeError("a rate is from 0 to 1")
    return rate
