"""The command line of a system that takes messages: each that is new is a JSON line (O3)."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

from simulators.receiving import Faults, Json, Receiving, serving


def parser_of(program: str, about: str, port: int, epilog: str = "") -> argparse.ArgumentParser:
    """Where it listens, whom it lets in, and what goes wrong."""
    parser = argparse.ArgumentParser(
        prog=f"python -m simulators {program}",
        description=f"{about}\n\nEach message that it took is one JSON line on standard output.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--token-file", type=Path, metavar="FILE", help="the token that is asked for")
    add("--host", default="127.0.0.1", help="(%(default)s)")
    add("--port", type=int, default=port, help="(%(default)s); 0: any")
    add("--seed", type=int, default=1, help="of its faults (%(default)s)")
    add("--late", type=float, default=0.0, help="seconds before each answer")
    for name, words in (
        ("lost", "taken, and cut before the answer"),
        ("doubled", "taken twice"),
        ("busy", "refused for now"),
        ("silent", "no answer at all"),
        ("dies", "cut within the answer"),
        ("discards", "answered as taken, and thrown away"),
    ):
        add(f"--{name}", type=float, default=0.0, help=f"rate, 0 to 1: {words}")
    return parser


def run(
    program: str,
    build: Callable[..., Receiving],
    given: argparse.Namespace,
    where: str,
    meanwhile: Callable[[Any], Awaitable[object]] = lambda _: asyncio.Event().wait(),
) -> int:
    """Until interrupted, or `meanwhile` is over; 2 when a file or the port is not to be had.
    `where` says what it takes, with {at} for the address."""
    try:
        token = given.token_file.read_text().strip() if given.token_file else None
        faults = Faults(**{name: getattr(given, name) for name in Faults.__dataclass_fields__})
        receiver = build(faults, Random(given.seed), token, took=_say)
        asyncio.run(_run(receiver, given, where, meanwhile))
    except OSError as fault:
        print(f"{program}: {fault}; check --port and the files", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        answered = ", ".join(f"{count} {standing}" for standing, count in receiver.answered.items())
        print(f"{program}: {answered or 'nothing came'}", file=sys.stderr)
    return 0


async def _run(
    receiver: Receiving,
    given: argparse.Namespace,
    where: str,
    meanwhile: Callable[[Any], Awaitable[object]],
) -> None:
    async with serving(receiver, given.host, given.port) as bound:
        at = f"http://{given.host}:{bound}"
        print(where.format(at=at), file=sys.stderr, flush=True)
        await meanwhile(receiver)


def _say(said: Json) -> None:
    print(json.dumps(said, ensure_ascii=False), flush=True)
