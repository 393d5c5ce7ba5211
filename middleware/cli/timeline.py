"""forewarn timeline: what was known, decided and told about an incident, and when (E3)."""

import argparse
import asyncio
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from middleware.cli.common import FINE, Commands, Parser, command
from middleware.cli.journal import opened
from middleware.cli.service import add_service, reach_service

if TYPE_CHECKING:
    from middleware.flow.timeline import TimelineLine

ROLE = "auditor"
WIDE = 2_000
"""Columns where no terminal folds the lines: a program that reads them gets each whole."""
Line = tuple[int, datetime, str, str]


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "timeline",
        act,
        what="show what was known, decided and told about an incident, and when",
        more="Reads the journal of the configuration, beside the service or without it. With a\n"
        "token or a name it asks the service instead, and who looked is on record. Times are UTC.",
        examples="  forewarn timeline 2026-001234\n"
        '  forewarn timeline 2026-001234 --sign-in "A. Reader"',
    )
    parser.add_argument("incident", metavar="INCIDENT", help="the CAD's number, or our id of it")
    add_service(parser, ROLE)


def act(args: argparse.Namespace) -> int:
    from middleware.ops.errors import Trouble

    asks = args.url or args.token_file or args.sign_in
    lines = asyncio.run(_ask(args) if asks else _read(args))
    if not lines:
        raise Trouble("no record speaks of that incident", "check the number, or the --config")
    _show(lines)
    return FINE


async def _read(args: argparse.Namespace) -> list[Line]:
    from middleware.flow.timeline import read_timeline

    async with opened(args) as found:
        lines = await read_timeline(found.journal, found.keys, found.clock, args.incident)
    return [_line(line) for line in lines]


def _line(line: "TimelineLine") -> Line:
    return line.position, line.received_at, line.event, line.words


async def _ask(args: argparse.Namespace) -> list[Line]:
    from urllib.parse import quote

    async with reach_service(args, ROLE) as service:
        answer = await service.ask("GET", f"/api/timeline/{quote(args.incident, safe='')}")
    return [
        (row["position"], datetime.fromisoformat(row["received_at"]), row["event"], row["words"])
        for row in answer
    ]


def _show(lines: list[Line]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("position", "at (UTC)", "event", "what", box=None, pad_edge=False)
    for position, at, event, words in lines:
        table.add_row(str(position), f"{at:%Y-%m-%d %H:%M:%S.%f}"[:-3], event, Text(words))
    Console(soft_wrap=True, width=None if sys.stdout.isatty() else WIDE).print(table)
