"""forewarn markers: a CSV file to the running service, row by row, and out of it (M1, M3, M5)."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from middleware.cli import hand_on
from middleware.cli.common import FINE, FOUND_TROUBLE, Commands, Parser, command, tell
from middleware.cli.files import read_bytes, screen, today, unreadable
from middleware.cli.service import Service, add_service, reach_service

if TYPE_CHECKING:
    from adapters.codecs.marker_csv import Accepted, Reading, Refusal

ROLE = "marking_team"
SHOWN = 100
"""Refused rows that are told one by one; all of them are in quarantine."""


def add(commands: "Commands[Parser]") -> None:
    group = command(commands, "markers", None, what="history markers").add_subparsers(
        required=True, metavar="ACTION", title="actions"
    )
    parser = command(
        group,
        "import",
        act,
        what="bring markers from a CSV file to the running service",
        more="Each row is taken or refused by itself, with line and reason. Those that are taken\n"
        "are staged: they take effect when a person decides, on the console or with\n"
        "--decided-by. The same file can be sent again after a cut: nothing is taken twice.\n"
        "Ends with 1 when a row was refused. docs/markers-csv.md explains the columns.",
        examples="  forewarn markers import markers.csv --token-file import.token\n"
        '  forewarn markers import markers.csv --decided-by "A. Reader"      asks the password',
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--decided-by",
        metavar="NAME",
        help="make them active; NAME signs in, or holds the token",
    )
    parser.add_argument("--batch", metavar="NAME", help="name of the import; else from its content")
    add_service(parser, ROLE)
    hand_on.add(group)


def act(args: argparse.Namespace) -> int:
    data = read_bytes(args.file)
    from adapters.codecs.marker_csv import Accepted, read_markers

    with unreadable(args.file):
        reading = read_markers(data, today())
    tell(f"{args.file}: read as {reading.encoding}")
    results = list(_followed(reading))
    accepted = [result for result in results if isinstance(result, Accepted)]
    refused = [result for result in results if not isinstance(result, Accepted)]
    for row in refused[:SHOWN]:
        tell(f"{args.file}:{row.line}: {row.field}: {row.reason}")
    if len(refused) > SHOWN:
        tell(f"… and {len(refused) - SHOWN} more; the console shows them in quarantine")
    batch = args.batch or f"csv-{sha256(data).hexdigest()[:24]}"
    if not args.token_file:
        args.sign_in = args.sign_in or args.decided_by
    asyncio.run(_send(args, batch, accepted, refused))
    state = f"active, decided by {args.decided_by}" if args.decided_by else "staged"
    tell(f"{len(accepted)} markers {state if accepted else 'staged'}, {len(refused)} refused")
    if accepted and not args.decided_by:
        tell(f"they take effect when a person decides on batch {batch} on the console")
    return FOUND_TROUBLE if refused else FINE


def _followed(reading: "Reading") -> "Iterator[Accepted | Refusal]":
    """The rows, with progress by line."""
    from rich.progress import Progress

    with Progress(console=screen()) as progress:
        task = progress.add_task("reading", total=reading.lines)
        for result in reading.results:
            progress.update(task, completed=result.line)
            yield result
        progress.update(task, completed=reading.lines)


async def _send(
    args: argparse.Namespace, batch: str, accepted: "list[Accepted]", refused: "list[Refusal]"
) -> None:
    from rich.progress import Progress

    async with reach_service(args, ROLE) as service:
        with Progress(console=screen()) as progress:
            task = progress.add_task("staging", total=len(accepted) + len(refused))
            async for count in _steps(service, f"/api/markers/{batch}", accepted, refused):
                progress.advance(task, count)
        if args.decided_by and accepted:
            verdict = {"activate": True, "decided_by": args.decided_by}
            await service.ask("POST", f"/api/markers/{batch}/decision", verdict)


async def _steps(
    service: Service, at: str, accepted: "list[Accepted]", refused: "list[Refusal]"
) -> AsyncIterator[int]:
    """Chunk by chunk; yields how many rows each step brought."""
    from schemas.markers_in import MARKERS_A_CHUNK

    for number, start in enumerate(range(0, len(accepted), MARKERS_A_CHUNK), 1):
        chunk = accepted[start : start + MARKERS_A_CHUNK]
        body = {"supplied": [row.marker.model_dump(mode="json") for row in chunk]}
        await service.ask("POST", f"{at}/chunk?chunk={number}", body)
        yield len(chunk)
    for row in refused:
        await service.ask("POST", f"{at}/refused", asdict(row))
        yield 1
