"""Who writes while the power goes: appends sealed records, and says what was acknowledged.

    python -m tests.power_cuts.writer sqlite|redis|spool FOLDER SEED GROUPS [--weak]

Its standard output: `token N`, `head N` for every group that was acknowledged.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from redis.exceptions import ResponseError

from adapters.stores import redis_link, sqlite_checkpoints
from adapters.stores.redis import RedisJournal
from adapters.stores.redis_settings import RedisSettings
from adapters.stores.spool_file import SpoolFile
from adapters.stores.sqlite import SqliteJournal
from middleware.engine.entry import Entry
from middleware.flow.chain import Chain
from middleware.flow.records import Writer
from middleware.ops.listening import HostPort
from middleware.ports import Journal, Snapshot
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
FILE = "journal.sqlite"
SPOOL = "spool"


def say(what: str) -> None:
    """One call, in the order of all others."""
    os.write(1, what.encode() + b"\n")


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
        if chance.random() < REWRITE:
            await journal.save_snapshot(Snapshot(sealed.head, "v1", chance.randbytes(50_000)))
            if server is not None:
                async with server.client() as admin:
                    with contextlib.suppress(ResponseError):  # one is under way
                        await admin.bgrewriteaof()


async def _append(journal: Journal, before: int, token: int, group: list[bytes]) -> None:
    await journal.append(before, token, group)
    say(f"head {before + len(group)}")


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
    if store == "sqlite":
        sqlite_checkpoints.WAL_BYTES = WAL_BYTES
        journal = SqliteJournal(folder / FILE)
        if weak:
            journal._writer._connection.execute("PRAGMA synchronous = NORMAL")
        yield journal, None
        await journal.close()
        return
    if weak:
        redis_link.DEMANDED["appendfsync"] = "everysec"
    fsync = "everysec" if weak else "always"
    async with redis_server(folder, appendfsync=fsync) as server:
        at = HostPort("127.0.0.1", server.port)
        redis = RedisJournal(RedisSettings(connect=at), ROOM)
        yield redis, server
        await redis.close()


async def main(store: str, folder: Path, seed: int, groups: int, *, weak: bool) -> None:
    chance = Random(seed)
    if store == "spool":
        await write_spool(folder, chance, groups)
        return
    async with opened(store, folder, weak=weak) as (journal, server):
        await write(journal, chance, groups, server)


if __name__ == "__main__":
    asyncio.run(
        main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]),
             weak="--weak" in sys.argv)
    )  # fmt: skip
