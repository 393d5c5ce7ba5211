"""forewarn markers hand-on: markers of the running service for another body (M5)."""

import argparse
import asyncio
from pathlib import Path

from middleware.cli.common import FINE, Commands, Parser, command, tell
from middleware.cli.service import add_service, reach_service

ROLE = "marking_team"


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "hand-on",
        act,
        what="give markers to another control room or body, as a file it can import",
        more="Who handed which markers on to whom, on what basis, is on record before the file is\n"
        "written. Each keeps who supplied it; its id there begins with our room, so that it\n"
        "never takes the place of one of theirs, and is the same each time. Without --marker all\n"
        "of our own go; what others supplied goes only by its id. There a named person decides:\n"
        "`forewarn markers import FILE`. docs/several-rooms.md explains it.",
        examples='  forewarn markers hand-on for-eoc2.csv --to "EOC 2" --basis "mutual aid"\n'
        '      --marker EOC-0001 --marker EOC-0017 --sign-in "M. Arker"',
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="where it is written")
    parser.add_argument("--to", required=True, metavar="BODY", help="who gets them; no person")
    parser.add_argument("--basis", required=True, help="on what basis, in a few words")
    parser.add_argument(
        "--marker", action="append", default=[], metavar="ID", help="this one; may be repeated"
    )
    add_service(parser, ROLE)


def act(args: argparse.Namespace) -> int:
    from middleware.ops.errors import Trouble
    from middleware.ops.private_files import write_private

    if args.file.exists():
        raise Trouble(f"{args.file} is there already", "name another file, or move it away")
    said = {"to": args.to, "basis": args.basis, "markers": args.marker}
    text = asyncio.run(_ask(args, said))
    write_private(args.file, text.encode())
    tell(f"{args.file}: written, readable by its owner alone, and the hand-on is on record")
    tell("send it the way that was agreed; there it takes effect when a person decides")
    return FINE


async def _ask(args: argparse.Namespace, said: dict[str, object]) -> str:
    async with reach_service(args, ROLE) as service:
        return await service.read("/api/marker-hand-ons", said)
