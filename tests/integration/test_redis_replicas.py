"""Where replicas are configured a record counts when it lies on their disks too, on a real server
with a real replica (O4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.stores.redis import RedisJournal
from adapters.stores.redis_settings import RedisSettings
from middleware.ops.errors import Trouble
from tests.redis_server import RedisServer, journal_on, redis_server

PATIENCE_S = 60.0
JOURNAL = "forewarn:{eoc1}:journal"
QUICKLY = timedelta(seconds=1)


@asynccontextmanager
async def replica_of(folder: Path, primary: RedisServer) -> AsyncIterator[RedisServer]:
    """One that has caught up."""
    async with redis_server(folder) as replica, replica.client() as admin:
        await admin.replicaof("127.0.0.1", primary.port)
        async with primary.client() as asked, asyncio.timeout(PATIENCE_S):
            there = 0
            while not there:
                await asked.set("here", "now")
                _, there = await asked.waitaof(1, 1, 200)
        yield replica


def journal_at(primary: RedisServer, folder: Path, replicas: int) -> RedisJournal:
    told = journal_on(primary.port, folder) | {"replicas": replicas, "answer_within": QUICKLY}
    return RedisJournal(RedisSettings(**told), "eoc1")


async def records_at(server: RedisServer) -> int:
    async with server.client() as client:
        return int(await client.xlen(JOURNAL))


async def test_o4_what_an_append_has_said_is_on_the_replica(tmp_path: Path) -> None:
    async with (
        redis_server(tmp_path / "primary") as primary,
        replica_of(tmp_path / "replica", primary) as replica,
    ):
        journal = journal_at(primary, tmp_path, 1)
        token = await journal.acquire()
        for position in range(20):
            await journal.append(position, token, [b"record"])
            assert await records_at(replica) == position + 1
        await journal.close()


async def test_o4_without_its_replica_nothing_counts_and_said_again_it_is_there_once(
    tmp_path: Path,
) -> None:
    async with (
        redis_server(tmp_path / "primary") as primary,
        replica_of(tmp_path / "replica", primary) as replica,
    ):
        journal = journal_at(primary, tmp_path, 1)
        token = await journal.acquire()
        replica.freeze()
        for _ in range(2):
            with pytest.raises(OSError, match="too few replicas"):
                await journal.append(0, token, [b"one", b"two"])
        replica.thaw()
        await journal.append(0, token, [b"one", b"two"])
        assert [record async for _, record in journal.read(0)] == [b"one", b"two"]
        assert await records_at(replica) == 2
        await journal.close()


async def test_o4_a_start_refuses_a_server_without_the_replicas_that_are_configured(
    tmp_path: Path,
) -> None:
    async with redis_server(tmp_path / "primary") as primary:
        journal = journal_at(primary, tmp_path, 2)
        with pytest.raises(Trouble) as refused:
            await journal.acquire()
        assert "0 of 2 replicas are connected" in str(refused.value)
        assert "connect 2, each with AOF" in refused.value.remedy
        await journal.close()
