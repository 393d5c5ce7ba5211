"""forewarn record: what every source of the running service says, to a sealed file (O2)."""

import argparse
import asyncio
from datetime import timedelta
from typing import Any

from middleware.cli.common import FINE, Commands, Parser, command, tell
from middleware.cli.files import screen
from middleware.cli.service import Service, add_service, reach_service

ROLE = "administrator"
WHERE = "/api/recording"
LOOK_EVERY = timedelta(seconds=1)


def add(commands: "Commands[Parser]") -> None:
    parser = command(
        commands,
        "record",
        act,
        what="record what the sources of the running service say, to be replayed",
        more="The service writes the file into its state directory, readable by its user alone\n"
        "and sealed with the key of its journal: it holds what callers and crews said. It begins\n"
        "with the markers, live incidents and calls of that moment, and ends with Ctrl-C, at the\n"
        "time or size given, or by itself at the bounds of [recording]. Nothing else changes.\n"
        "Make it anonymous before it leaves the control room: forewarn anonymise.\n"
        "docs/record-and-replay.md shows the whole way.",
        examples="  forewarn record --token-file admin.token --for 8h\n"
        '  forewarn record --sign-in "A. Reader" --name night-shift --megabytes 500\n'
        "  forewarn record --token-file admin.token --stop",
    )
    parser.add_argument("--name", metavar="NAME", help="name of the recording; else from the time")
    parser.add_argument("--for", dest="longest", metavar="8h", help="end it after this time")
    parser.add_argument("--megabytes", type=float, metavar="N", help="end it at this size")
    parser.add_argument("--stop", action="store_true", help="end the one that is under way")
    add_service(parser, ROLE)


def act(args: argparse.Namespace) -> int:
    told = asyncio.run(_stop(args) if args.stop else _record(args))
    tell(f"{told['frames']} frames, {told['bytes'] / 1e6:.1f} MB: {told['ended']}")
    print(told["file"])
    return FINE


async def _stop(args: argparse.Namespace) -> dict[str, Any]:
    async with reach_service(args, ROLE) as service:
        return dict(await service.ask("DELETE", WHERE))


async def _record(args: argparse.Namespace) -> dict[str, Any]:
    from middleware.ops.clock import SystemClock
    from middleware.ops.durations import read_duration
    from middleware.ops.errors import Trouble

    try:
        seconds = read_duration(args.longest).total_seconds() if args.longest else None
    except ValueError as error:
        raise Trouble(f"--for {args.longest} {error}", "give for example --for 8h") from None
    wanted = {
        "name": args.name or f"recording-{SystemClock().now():%Y%m%dT%H%M%SZ}",
        "seconds": seconds,
        "megabytes": args.megabytes,
    }
    async with reach_service(args, ROLE) as service:
        told = dict(await service.ask("POST", WHERE, wanted))
        tell(f"recording to {told['file']}; Ctrl-C ends it")
        return await _watch(service, told)


async def _watch(service: Service, told: dict[str, Any]) -> dict[str, Any]:
    """Until it ends by itself, or a person ends it with Ctrl-C."""
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    from middleware.ops.clock import SystemClock

    columns = TextColumn("{task.description}"), TimeElapsedColumn()
    try:
        with Progress(*columns, console=screen()) as bar:
            task = bar.add_task("recording")
            while not told["ended"]:
                await SystemClock().sleep(LOOK_EVERY)
                told = dict(await service.ask("GET", WHERE))
                said = f"{told['frames']} frames, {told['bytes'] / 1e6:.1f} MB"
                bar.update(task, description=said)
    except asyncio.CancelledError:
        if (mine := asyncio.current_task()) is not None:
            mine.uncancel()
        return dict(await service.ask("DELETE", WHERE))
    return told
