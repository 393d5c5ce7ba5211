"""forewarn journal: is it what was written (E1), a snapshot, a back-up, a copy of it."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from middleware.cli import journal_backup, journal_copy
from middleware.cli.common import (
    FINE,
    FOUND_TROUBLE,
    Commands,
    Parser,
    add_config,
    command,
    read_config,
    tell,
)
from middleware.cli.files import screen

if TYPE_CHECKING:
    from middleware.config import Config
    from middleware.flow.verify import Verdict
    from middleware.ports import Clock, Journal, Keys

LOW_PRIORITY = 19


def add(commands: "Commands[Parser]") -> None:
    group = command(commands, "journal", None, what="the journal").add_subparsers(
        required=True, metavar="ACTION", title="actions"
    )
    verifying = command(
        group,
        "verify",
        verify,
        what="find any change, cut or rewriting in the journal, with its position",
        more="Reads every record, in the store and in the archive, the chain and the signed\n"
        "anchors; changes nothing and may run beside the service. Ends with 1 when something was\n"
        "found.",
        examples="  forewarn journal verify --config forewarn.toml",
    )
    add_config(verifying)
    taking = command(
        group,
        "snapshot",
        snapshot,
        what="keep the state at the head of the journal, so that a restart is quick",
        more="The running service does this by itself, in a process of its own.",
    )
    add_config(taking)
    journal_backup.add(group)
    journal_copy.add(group)


@dataclass(frozen=True, slots=True)
class Opened:
    """A journal with what it takes to read it."""

    config: "Config"
    journal: "Journal"
    keys: "Keys"
    clock: "Clock"


@asynccontextmanager
async def opened(args: argparse.Namespace) -> AsyncIterator[Opened]:
    """The journal and keys of the configuration, for reading; Trouble where there is none."""
    from random import Random

    from middleware.building import open_journal
    from middleware.ops.clock import SystemClock
    from middleware.ops.errors import Trouble
    from middleware.ops.keys import FileKeys
    from middleware.ops.metrics import Metrics
    from middleware.ports import World

    config = read_config(args)
    if not config.state.is_dir():
        raise Trouble(f"there is no state directory {config.state}", "name the right --config")
    clock = SystemClock()
    keys = FileKeys(config.keys_directory())
    chance = Random(0)  # noqa: S311 - who only reads draws nothing
    world = World(config.room, clock, chance, config.state, Metrics(), {})
    journal = open_journal(config, world)
    try:
        if not await journal.head():
            raise Trouble("that journal holds no record", "name the right --config")
        yield Opened(config, journal, keys, clock)
    finally:
        await journal.close()


def verify(args: argparse.Namespace) -> int:
    verdict = asyncio.run(_verify(args))
    for fault in verdict.faults:
        print(f"position {fault.position}: {fault.what}")
    tell(
        f"{verdict.records} records read, head at {verdict.head}, {verdict.erased} with erased "
        f"parts, {verdict.anchors} anchors held against them"
    )
    if verdict.sound:
        print("sound: the journal is what was written")
        return FINE
    tell(
        f"{len(verdict.faults)} faults: keep a copy of the state directory as it is, and compare "
        "with a backup from these positions on"
    )
    return FOUND_TROUBLE


async def _verify(args: argparse.Namespace) -> "Verdict":
    from rich.progress import Progress

    from middleware.flow import anchor
    from middleware.flow.verify import verify as verified

    async with opened(args) as found:
        with Progress(console=screen()) as bar:
            task = bar.add_task("verifying", total=None)
            return await verified(
                found.journal,
                found.keys,
                anchor.read_lines(found.config.anchor_file()),
                room=found.config.room,
                progress=lambda done, of: bar.update(task, completed=done, total=of),
            )


def snapshot(args: argparse.Namespace) -> int:
    import os

    os.nice(LOW_PRIORITY)  # what lives comes first, from the first module read
    position = asyncio.run(_snapshot(args))
    tell(f"snapshot taken at position {position}, and read back")
    print(position)
    return FINE


async def _snapshot(args: argparse.Namespace) -> int:
    from middleware.flow.restore import take_snapshot

    async with opened(args) as found:
        return await take_snapshot(found.journal, found.keys, found.config.room)
