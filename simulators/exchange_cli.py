"""What the command lines of all simulated exchanges have (O3)."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import fields
from pathlib import Path
from random import Random
from secrets import token_hex

from simulators.exchange_session import Faults
from simulators.telephony_play import NUMBERS, Traffic

Parser = argparse.ArgumentParser


def parser_of(program: str, about: str, port: int) -> tuple[Parser, argparse._ArgumentGroup]:
    """What every exchange can be told; and the group of what goes wrong, for more of it."""
    parser = Parser(prog=f"python -m simulators {program}", description=about)
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add("--port", type=int, default=port, help="port to listen on (default: %(default)s)")
    add("--password-file", type=Path, help="file with the secret; without: one is made and shown")
    what = parser.add_argument_group("what happens")
    add = what.add_argument
    add("--calls-per-minute", type=float, default=6.0, help="how often it rings (%(default)s)")
    add("--numbers", type=Path, help="file with the callers' numbers, one a line")
    add("--talk", type=float, default=20.0, help="seconds a call lasts about (%(default)s)")
    add("--seed", type=int, default=7, help="the same seed makes the same calls (%(default)s)")
    wrong = parser.add_argument_group("what goes wrong")
    add = wrong.add_argument
    add("--cut-every", type=int, metavar="BYTES", dest="cut_after",
        help="cut every connection after so many bytes")  # fmt: skip
    add("--slow", action="store_true", help="send one byte at a time")
    add("--silent", action="store_true", help="accept connections and say nothing")
    add("--drop-hang-ups", action="store_true", help="calls end without a word")
    add("--spoil-list", choices=("refused", "short", "endless"), default="",
        help="what is wrong with the list of channels")  # fmt: skip
    return parser, wrong


def run(program: str, what: Callable[[], Awaitable[None]]) -> int:
    """Until it ends or is interrupted; the exit code."""

    async def doing() -> None:
        await what()

    try:
        asyncio.run(doing())
    except KeyboardInterrupt:
        print(f"{program}: ended")
    except OSError as fault:
        why = fault.strerror or type(fault).__name__
        remedy = "choose another --port, or check the file that was named"
        print(f"{program}: {why}; {remedy}", file=sys.stderr)
        return 1
    return 0


def spoil(faults: Faults, given: argparse.Namespace) -> None:
    """As was asked for."""
    for field in fields(Faults):
        if hasattr(given, field.name):
            setattr(faults, field.name, getattr(given, field.name))


def traffic_of(given: argparse.Namespace) -> Traffic:
    """Calls made up by the seed."""
    numbers = given.numbers.read_text().split() if given.numbers else NUMBERS
    return Traffic(given.calls_per_minute, Random(given.seed), numbers, given.talk)


def secret_of(program: str, path: Path | None) -> str:
    """The first line of the file; without one, a secret that is made and shown."""
    if path:
        return path.read_text().splitlines()[0]
    secret = token_hex(8)
    print(f"{program}: the secret is {secret}")
    return secret
