"""forewarn reports: draft incident reports, ready for an import (R1)."""

import argparse
import asyncio
import sys
from pathlib import Path

from middleware.cli.common import FINE, Commands, Parser, command, tell
from middleware.cli.journal import opened
from middleware.cli.service import add_service, reach_service

ROLE = "security_team"


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "reports",
        act,
        what="export the draft incident reports as CSV or JSON",
        more="Reads the journal of the configuration, beside the service or without it. With a\n"
        "token or a name it asks the service instead, and who took them is on record. What nobody\n"
        "has said is listed as missing. No cell of the CSV can be taken for a command.\n"
        "docs/reports.md explains the columns.",
        examples="  forewarn reports --csv --output drafts.csv\n"
        '  forewarn reports --json --sign-in "S. Ecurity"',
    )
    shape = parser.add_mutually_exclusive_group(required=True)
    shape.add_argument(
        "--csv", dest="shape", action="store_const", const="csv", help="one row each"
    )
    shape.add_argument(
        "--json", dest="shape", action="store_const", const="json", help="one object each"
    )
    parser.add_argument(
        "--dropped", action="store_true", help="also those that were taken back, by id alone"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="without it: standard output")
    add_service(parser, ROLE)


def act(args: argparse.Namespace) -> int:
    asks = args.url or args.token_file or args.sign_in
    text = asyncio.run(_ask(args) if asks else _read(args))
    if args.output is None:
        sys.stdout.write(text)
        return FINE
    from middleware.ops.private_files import write_private

    write_private(args.output, text.encode())
    tell(f"written to {args.output}, readable by its owner alone: it names persons")
    return FINE


async def _read(args: argparse.Namespace) -> str:
    from middleware.domain.report_csv import write_csv
    from middleware.domain.report_json import write_json
    from middleware.flow.report_bodies import exported
    from middleware.flow.restore import restore

    async with opened(args) as found:
        restored = await restore(found.journal, found.keys, found.config.room)
    reports = exported(restored.state, dropped=args.dropped)
    return write_csv(reports) if args.shape == "csv" else write_json(reports)


async def _ask(args: argparse.Namespace) -> str:
    dropped = "&dropped=1" if args.dropped else ""
    async with reach_service(args, ROLE) as service:
        return await service.read(f"/api/reports?format={args.shape}{dropped}")
