"""forewarn abuse: the abusive-call ledger and its figures (A1, A2)."""

import argparse
import asyncio
import sys

from middleware.cli.common import FINE, Commands, Parser, command
from middleware.cli.journal import opened
from middleware.cli.service import add_service, reach_service

ROLE = "supervisor"


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "abuse",
        act,
        what="show or search the abusive-call ledger, and its figures",
        more="Reads the journal of the configuration, beside the service or without it. With a\n"
        "token or a name it asks the service instead, and who asked is on record.\n"
        "docs/abusive-calls.md explains the columns.",
        examples="  forewarn abuse --csv > ledger.csv\n"
        "  forewarn abuse --json --sought 900123\n"
        "  forewarn abuse --figures                by day, group of handlers and category",
    )
    shape = parser.add_mutually_exclusive_group(required=True)
    for name, words in (
        ("csv", "one row a call"),
        ("json", "one object a call"),
        ("figures", "how many, as CSV"),
    ):
        shape.add_argument(f"--{name}", dest="shape", action="store_const", const=name, help=words)
    parser.add_argument(
        "--sought", default="", metavar="WORDS", help="only calls in which these words stand"
    )
    add_service(parser, ROLE)


def act(args: argparse.Namespace) -> int:
    asks = args.url or args.token_file or args.sign_in
    sys.stdout.write(asyncio.run(_ask(args) if asks else _read(args)))
    return FINE


async def _read(args: argparse.Namespace) -> str:
    from middleware.domain import abuse_ledger as ledger
    from middleware.flow.ledger_lines import lines
    from middleware.flow.restore import restore

    async with opened(args) as found:
        restored = await restore(found.journal, found.keys, found.config.room)
    wanted = [one for one in lines(restored.state) if ledger.contains(one, args.sought)]
    if args.shape == "figures":
        return ledger.write_figures_csv(ledger.figures(wanted))
    write = ledger.write_lines_csv if args.shape == "csv" else ledger.write_lines_json
    return write(wanted)


async def _ask(args: argparse.Namespace) -> str:
    from urllib.parse import quote

    path = f"/api/abusive-calls?format={args.shape}&sought={quote(args.sought, safe='')}"
    async with reach_service(args, ROLE) as service:
        return await service.read(path)
