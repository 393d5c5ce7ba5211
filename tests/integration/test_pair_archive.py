"""Two real services with one archive: the writer is killed while old records leave Redis, the other
one goes on with it, and the first one follows from its first record (E1, E3, O4)."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from adapters.stores.archive_folder import ArchiveFolder
from adapters.stores.redis import RedisJournal
from adapters.stores.redis_settings import RedisSettings
from middleware.flow.chain import Chain
from middleware.flow.header import take_apart
from middleware.flow.whole import WholeJournal
from middleware.ops.keys import FileKeys
from schemas.incident import IncidentOpened
from tests.load import MANY, load
from tests.pair import Pair, pair
from tests.redis_server import STREAM_OF_JOURNAL, journal_on
from tests.service_process import ROOM

pytestmark = pytest.mark.timeout(600)


async def test_o4_e3_the_other_one_goes_on_archiving_and_both_read_one_journal(
    tmp_path: Path,
) -> None:
    archive = tmp_path / "archive"
    async with pair(tmp_path, archive=archive) as two, two.cad() as cad:
        first = await two.writer()
        load(cad, 100_000)
        await until_archived(two, 1)
        load(cad, 200_000)
        first.kill()
        second = await two.writer(after=first)
        await until_archived(two, 2)
        await cad.settled()
        async with two.server.client() as client:
            await client.delete("forewarn:{eoc1}:snapshot")
        first.start()
        await first.until_follows()
        second.kill()
        assert await two.writer(after=second) is first
        sound = await first.forewarn("journal", "verify")
        assert (sound.code, "sound" in sound.out) == (0, True), sound.out

        here = RedisSettings(**journal_on(two.server.port, first.folder))
        journal = WholeJournal(RedisJournal(here, ROOM), ArchiveFolder(archive / ROOM, ROOM))
        chain, tokens = Chain(ROOM, FileKeys(first.state / "keys")), []
        opened = 0
        async for position, record in journal.read(0):
            opened += isinstance(chain.open(position, record).entry.event, IncidentOpened)
            tokens.append(take_apart(record, position)[1].token)
        await journal.close()
        assert opened == 2 * MANY
        assert [b for a, b in pairwise(tokens) if b < a] == []
        assert len(set(tokens)) == 3


async def until_archived(two: Pair, segments: int) -> None:
    """So many thousand records have left the server."""
    async with (
        two.patience(f"{segments} segments to leave the store"),
        two.server.client() as redis,
    ):
        while True:
            begin: Any = await redis.xrange(STREAM_OF_JOURNAL, count=1)
            if begin and int(begin[0][0].split(b"-")[0]) > 1_000 * segments:
                return
            await asyncio.sleep(0.2)
