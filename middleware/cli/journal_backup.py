"""forewarn journal backup: one moment of the journal in a file, beside the service (O4, E1)."""

import argparse
import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from middleware.cli.common import Commands, Parser, add_config, command
from middleware.cli.files import screen
from middleware.cli.journal_copy import judged, shown

if TYPE_CHECKING:
    from middleware.config import Config
    from middleware.flow.copying import Copied
    from middleware.flow.verify import Verdict
    from middleware.ports import Journal


def add(group: "Commands[Parser]") -> None:
    backing_up = command(
        group,
        "backup",
        backup,
        what="one moment of the journal into a file, while the service goes on",
        more="From any store, with what lies in the archive: FILE is a whole journal on SQLite.\n"
        "Where FILE has a beginning of it, what came since is added; where it has anything else\n"
        "it is refused and left. At the end it is compared byte by byte with the journal, and its\n"
        "chain and the anchors are verified. Keys and accounts are not in it:\n"
        "docs/redis-backup.md.",
        examples="  forewarn journal backup /mnt/copies/journal.sqlite --config forewarn.toml",
    )
    backing_up.add_argument("file", type=Path, metavar="FILE", help="where it goes")
    add_config(backing_up)


def backup(args: argparse.Namespace) -> int:
    os.nice(19)  # what lives comes first
    copied, verdict = asyncio.run(_backup(args))
    return judged(copied, verdict, "journal", "keep this copy and earlier ones, and compare them")


async def _backup(args: argparse.Namespace) -> "tuple[Copied, Verdict]":
    from rich.progress import Progress

    from middleware.cli.journal import opened
    from middleware.flow import anchor
    from middleware.flow.copying import back_up, demand_same
    from middleware.flow.verify import verify

    async with opened(args) as found:
        target = _target(args.file, found.config)
        # first: what they are of is in the journal that is then read
        anchors = anchor.read_lines(found.config.anchor_file())
        try:
            with Progress(console=screen()) as bar:
                done = await back_up(found.journal, target, shown(bar, "copying"))
                await demand_same(found.journal, target, done.records, shown(bar, "comparing"))
                so_far, room = shown(bar, "verifying"), found.config.room
                return done, await verify(target, found.keys, anchors, room=room, progress=so_far)
        finally:
            await target.close()


def _target(file: Path, config: "Config") -> "Journal":
    """The file as a journal, without the archive: all of it is in the file."""
    from adapters.stores.sqlite import SqliteJournal, SqliteSettings
    from middleware.flow.whole import WholeJournal
    from middleware.ops.errors import Trouble

    path = file.absolute()
    if not path.parent.is_dir():
        raise Trouble(f"there is no folder {path.parent}", "make it, or name another FILE")
    for settings in config.store.values():
        if not isinstance(settings, SqliteSettings):
            continue
        if path.resolve() == (config.state / settings.path).resolve():
            what = f"{path} is the journal itself"
            raise Trouble(what, "name a file elsewhere, best on the disk of another machine")
    return WholeJournal(SqliteJournal(path), None)
