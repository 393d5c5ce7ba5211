"""forewarn journal copy: the journal to another store, and back (O4)."""

import argparse
import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    from pydantic import BaseModel

    from middleware.config import Config
    from middleware.flow.copying import Copied
    from middleware.flow.verify import Verdict
    from middleware.ports import Journal, World

PLACES = (
    "sqlite:PATH, redis://USER@HOST:PORT, rediss://… for TLS, or configured: the store of --config"
)
CONFIGURED = "configured"
REDIS = re.compile(r"(?P<tls>rediss?)://(?:(?P<username>[^@/]+)@)?(?P<connect>[^@/]+)/?")
SQLITE = "sqlite:"


def add(group: "Commands[Parser]") -> None:
    copying = command(
        group,
        "copy",
        copy,
        what="move the journal to another store, verified",
        more=f"A place is {PLACES}.\n"
        "The service must be stopped. The source is not changed; what was interrupted goes on\n"
        "where it ended; a destination that holds anything else is refused. At the end both are\n"
        "compared byte by byte, and chain and anchors of the copy are verified.",
        examples="  forewarn journal copy --from sqlite:forewarn-state/journal.sqlite \\\n"
        "    --to redis://forewarn-journal@127.0.0.1:6379 --password-file redis.secret \\\n"
        "    --config forewarn.toml\n"
        "  forewarn journal copy --from sqlite:forewarn-state/journal.sqlite --to configured \\\n"
        "    --config with-redis.toml",
    )
    add_config(copying)
    copying.add_argument(
        "--from", dest="source", required=True, metavar="PLACE", help="the journal"
    )
    copying.add_argument(
        "--to", dest="target", required=True, metavar="PLACE", help="where it goes"
    )
    copying.add_argument(
        "--password-file", type=Path, metavar="FILE", help="password of the Redis user (mode 600)"
    )
    copying.add_argument(
        "--tls-ca-file", type=Path, metavar="FILE", help="authorities of the Redis server, PEM"
    )


def copy(args: argparse.Namespace) -> int:
    copied, verdict = asyncio.run(_copy(args))
    remedy = "compare it with a backup before you go on with either"
    return judged(copied, verdict, "source", remedy)


def judged(copied: "Copied", verdict: "Verdict", origin: str, remedy: str) -> int:
    """Says what was copied from where, and whether it is sound; the exit code."""
    tell(
        f"{copied.records} records, {copied.before} of them there before; the same bytes as in the "
        f"{origin}, {verdict.anchors} anchors held against them"
    )
    for fault in verdict.faults:
        print(f"position {fault.position}: {fault.what}")
    if verdict.sound:
        print("sound: the copy is what was written")
        return FINE
    tell(f"the {origin} has the same faults: {remedy}")
    return FOUND_TROUBLE


async def _copy(args: argparse.Namespace) -> "tuple[Copied, Verdict]":
    from rich.progress import Progress

    from middleware.flow import anchor
    from middleware.flow.copying import copy as copied
    from middleware.flow.copying import demand_same
    from middleware.flow.verify import verify
    from middleware.ops.errors import Trouble
    from middleware.ops.keys import FileKeys
    from middleware.ops.only_one import only_one

    config = read_config(args)
    if not config.state.is_dir():
        raise Trouble(f"there is no state directory {config.state}", "name the right --config")
    keys = FileKeys(config.keys_directory())
    with only_one(config.state), Progress(console=screen()) as bar:
        async with _stores(args, config) as (source, target):
            said = await _token_in_spool(config)
            done = await copied(source, target, shown(bar, "copying"), beyond=said)
            await demand_same(source, target, done.records, shown(bar, "comparing"))
            anchors = anchor.read_lines(config.anchor_file())
            so_far = shown(bar, "verifying")
            return done, await verify(target, keys, anchors, room=config.room, progress=so_far)


async def _token_in_spool(config: "Config") -> int:
    """Of the last writer here, 0 where none is known: a journal put back from a back-up does not
    tell who wrote after it, and devices heard them."""
    from adapters.stores.spool_file import SpoolFile

    if not config.spool_file().exists():
        return 0
    spool = SpoolFile(config.spool_file(), config.journal.spool_bytes)
    try:
        return (await spool.load()).token or 0
    finally:
        spool.close()


def shown(bar: Any, what: str) -> Callable[[int, int], None]:
    """One more line of progress."""
    task = bar.add_task(what, total=None)

    def progress(done: int, of: int) -> None:
        bar.update(task, completed=done, total=of)

    return progress


@asynccontextmanager
async def _stores(
    args: argparse.Namespace, config: "Config"
) -> "AsyncIterator[tuple[Journal, Journal]]":
    from random import Random

    from middleware.ops.clock import SystemClock
    from middleware.ops.errors import Trouble
    from middleware.ops.metrics import Metrics
    from middleware.ports import World

    if args.source == args.target:
        raise Trouble("--from and --to are the same place", "name two")
    chance = Random(0)  # noqa: S311 - who only copies draws nothing
    world = World(config.room, SystemClock(), chance, config.state, Metrics(), {})
    _demand_file(args.source)
    source = _store(args.source, args, config, world)
    try:
        target = _store(args.target, args, config, world)
        try:
            yield source, target
        finally:
            await target.close()
    finally:
        await source.close()


def _demand_file(place: str) -> None:
    """Opening a file that is not there would make it."""
    from middleware.ops.errors import Trouble

    path = place.removeprefix(SQLITE)
    if path != place and not Path(path).is_file():
        raise Trouble(f"there is no file {path}", "name another --from")


def _store(place: str, args: argparse.Namespace, config: "Config", world: "World") -> "Journal":
    """The store that is there; Trouble where the words name none."""
    from adapters.table import ADAPTERS
    from middleware.building import with_archive
    from middleware.ports import Kind

    if place == CONFIGURED:
        ((name, settings),) = config.store.items()
    else:
        name, settings = _named(place, args)
    return with_archive(config, ADAPTERS[Kind.STORE, name].make(settings, world))


def _named(place: str, args: argparse.Namespace) -> "tuple[str, BaseModel]":
    from pydantic import ValidationError

    from adapters.table import ADAPTERS
    from middleware.ops.errors import Trouble
    from middleware.ports import Kind

    name, told = _read(place, args)
    try:
        return name, ADAPTERS[Kind.STORE, name].settings(**told)
    except ValidationError as error:
        first = error.errors()[0]
        what = f"{place} is no place of a journal: {first['msg']}"
        raise Trouble(what, f"write it as {PLACES}") from None


def _read(place: str, args: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """Which store, and its settings."""
    if place.startswith(SQLITE) and place != SQLITE:
        return "sqlite", {"path": Path(place.removeprefix(SQLITE)).absolute()}
    if match := REDIS.fullmatch(place):
        return "redis", {
            "connect": match["connect"],
            "username": match["username"],
            "password_file": args.password_file,
            "tls": match["tls"] == "rediss",
            "tls_ca_file": args.tls_ca_file,
        }
    from middleware.ops.errors import Trouble

    raise Trouble(f"{place} is no place of a journal", f"write it as {PLACES}")
