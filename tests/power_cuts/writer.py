"""Who writes while the power goes: appends sealed records, and says what was acknowledged.

    python -m tests.power_cuts.writer sqlite|archived|redis|spool FOLDER SEED GROUPS [--weak]

`archived` is SQLite with an archive, to which old records go meanwhile.

Its standard output: `token N`, `head N` for every group that was acknowledged.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from redis.exceptions import ResponseError

from adapters.stores import redis_durable, sqlite_checkpoints
from adapters.stores.archive_folder import ArchiveFolder
from adapters.stores.redis import RedisJournal
from adapters.stores.redis_settings import RedisSettings
from adapters.stores.segment import pack
from adapters.stores.spool_file import SpoolFile
from adapters.stores.sqlite import SqliteJournal
from middleware.engine.entry import Entry
from middleware.flow import archiving
from middleware.flow.archiving import Archiver
from middleware.flow.chain import Chain
from middleware.flow.records import Writer
from middleware.flow.whole import WholeJournal
from middleware.ops.clock import SystemClock
from middleware.ops.listening import HostPort
from middleware.ops.logging import start_logging
from middleware.ops.metrics import Metrics
from middleware.ports import Journal, Snapshot, Span
from tests.archives import UntilIdle, until_idle
from tests.golden.examples import ANSWER, AT, event
from tests.golden.files import GoldenKeys
from tests.redis_server import RedisServer, redis_server

ROOM = "eoc1"
WAL_BYTES = 60_000
"""A checkpoint every few groups: many cuts meet one."""
MOST = 450
"""Bytes of nature, in hex; with the rest a record has 1 to 2 kB."""
SPOOL_BYTES = 2_000_000
REWRITE = 0.04
"""How often, after a group, the Redis server is asked to rewrite its file."""
SEGMENT = 20
KEPT = 10
"""Records in a segment of the archive, and those that stay in the store: some are always on their
way."""
FILE = "journal.sqlite"
SPOOL = "spool"


def say(what: str) -> None:
    """One call, in the order of all others."""
    os.write(1, what.encode() + b"\n")


class Unsynced(ArchiveFolder):
    """Its segments are not on the disk when it says so."""

    def _write(self, first: int, records: Sequence[bytes], token: int) -> None:
        path = self._path(Span(first, first - 1 + len(records)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pack(ROOM, first, records))


class Sealed:
    """The records of a room, one after the other, of sizes as they come."""

    def __init__(self, chance: Random, writer: Writer) -> None:
        self._chance, self._writer, self.head = chance, writer, 0

    @classmethod
    def behind(cls, chain: Chain, token: int) -> "Sealed":
        """Those that come next."""
        sealed = cls(Random(chain.position), Writer(ROOM, token, GoldenKeys(), chain.previous))
        sealed.head = chain.position
        return sealed

    def group(self) -> list[bytes]:
        return [self._next() for _ in range(self._chance.randint(1, 12))]

    def _next(self) -> bytes:
        self.head += 1
        nature = self._chance.randbytes(self._chance.randint(0, MOST)).hex()
        opened = event("incident.opened").model_copy(update={"nature": nature})
        return self._writer.seal(Entry(self.head, AT, opened, ANSWER, ()))


async def write(journal: Journal, chance: Random, groups: int, server: RedisServer | None) -> None:
    """Several groups at a time, as the flow hands them in."""
    token = await journal.acquire()
    say(f"token {token}")
    sealed = Sealed.behind(Chain(ROOM, GoldenKeys()), token)
    done = 0
    while done < groups:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(chance.randint(1, 4)):
                before, group = sealed.head, sealed.group()
                tasks.create_task(_append(journal, before, token, group))
                done += 1
        if isinstance(journal, WholeJournal):
            await archive(journal, token, sealed.head)
        if chance.random() < REWRITE:
            await journal.save_snapshot(Snapshot(sealed.head, "v1", chance.randbytes(50_000)))
            if server is not None:
                async with server.client() as admin:
                    with contextlib.suppress(ResponseError):  # one is under way
                        await admin.bgrewriteaof()


async def _append(journal: Journal, before: int, token: int, group: list[bytes]) -> None:
    await journal.append(before, token, group)
    say(f"head {before + len(group)}")


async def archive(journal: WholeJournal, token: int, head: int) -> None:
    """Whatever is due."""
    await until_idle(Archiver(journal, token, KEPT, UntilIdle(), Metrics()), head)


async def write_spool(folder: Path, chance: Random, groups: int) -> None:
    """The journal is away, comes back, goes again: `clear` after some groups, and on from there."""
    spool = SpoolFile(folder / SPOOL, SPOOL_BYTES)
    await spool.load()
    await spool.mark(1)
    say("token 1")
    sealed = Sealed.behind(Chain(ROOM, GoldenKeys()), 1)
    for _ in range(groups):
        before, group = sealed.head, sealed.group()
        await spool.write(before + 1, group)
        say(f"head {sealed.head}")
        if chance.random() < 0.05:
            say(f"cleared {sealed.head}")
            await spool.clear()
    spool.close()


@asynccontextmanager
async def opened(
    store: str, folder: Path, *, weak: bool = False
) -> "AsyncIterator[tuple[Journal, RedisServer | None]]":
    """The store in that folder; `weak`: so that it may lose what it acknowledged."""
    if store in ("sqlite", "archived"):
        sqlite_checkpoints.WAL_BYTES = WAL_BYTES
        journal = SqliteJournal(folder / FILE)
        yield _sqlite(store, journal, folder, weak=weak), None
        await journal.close()
        return
    if weak:
        redis_durable.DEMANDED["appendfsync"] = "everysec"
    fsync = "everysec" if weak else "always"
    async with redis_server(folder, appendfsync=fsync) as server:
        at = HostPort("127.0.0.1", server.port)
        redis = RedisJournal(RedisSettings(connect=at), ROOM)
        yield redis, server
        await redis.close()


def _sqlite(store: str, journal: SqliteJournal, folder: Path, *, weak: bool) -> Journal:
    """`weak`: the file, or where there is one the archive, is not on the disk when it says so."""
    if store == "archived":
        archiving.SEGMENT = SEGMENT
        kind = Unsynced if weak else ArchiveFolder
        return WholeJournal(journal, kind(folder / "archive" / ROOM, ROOM))
    if weak:
        journal._writer._connection.execute("PRAGMA synchronous = NORMAL")
    return journal


async def main(store: str, folder: Path, seed: int, groups: int, *, weak: bool) -> None:
    chance = Random(seed)
    if store == "spool":
        await write_spool(folder, chance, groups)
        return
    async with opened(store, folder, weak=weak) as (journal, server):
        await write(journal, chance, groups, server)


if __name__ == "__main__":
    start_logging(SystemClock())  # not where it says what was acknowledged
    asyncio.run(
        main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]),
             weak="--weak" in sys.argv)
    )  # fmt: skip
