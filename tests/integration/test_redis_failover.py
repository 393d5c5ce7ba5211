"""Sentinels promote a replica, the journal goes on there and has all that was acknowledged; where a
fail-over could lose something nothing is acknowledged, and what lost something is not written over
(O4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from adapters.stores.redis import RedisJournal
from adapters.stores.redis_durable import too_weak
from adapters.stores.redis_settings import RedisSettings
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from middleware.ports import Fenced, OutOfPlace
from tests.integration.sqlite_writer_child import record
from tests.integration.test_redis_store import STREAM, Writing, rows, when_back
from tests.property.test_redis_store import GOOD, INFO
from tests.redis_groups import (
    SENTINEL_RIGHTS,
    caught_up,
    journal_found,
    replicated,
    watched,
)
from tests.redis_server import RedisServer

pytestmark = pytest.mark.timeout(300)
PATIENT = timedelta(seconds=20)
DOCS = Path(__file__).parents[2] / "docs" / "redis-failover.md"
SOON = timedelta(seconds=4)
"""Half of it is waited for replicas that do not come."""
CALM = 600_000
"""Milliseconds after which a Sentinel that is only asked would act."""
HERE = (HostPort("127.0.0.1", 26379),)


@asynccontextmanager
async def journal_of(
    told: dict[str, Any], room: str = "eoc1", within: timedelta = PATIENT
) -> AsyncIterator[RedisJournal]:
    journal = RedisJournal(RedisSettings(answer_within=within, **told), room)
    try:
        yield journal
    finally:
        await journal.close()


async def records_at(server: RedisServer) -> int:
    async with server.client() as client:
        return int(await client.xlen(STREAM))


async def takes_part_as(server: RedisServer) -> str:
    async with server.client() as client:
        info: Any = await client.info("replication")
        return str(info["role"])


async def test_o4_the_primary_is_killed_under_appends_and_nothing_acknowledged_is_lost(
    tmp_path: Path,
) -> None:
    """The writing goes on at the promoted one by itself; one that comes back and still believes to
    be the primary is not written to."""
    async with (
        replicated(tmp_path, 2) as (primary, *replicas),
        watched(tmp_path, primary, 2) as sentinels,
        journal_of(journal_found(sentinels, tmp_path)) as journal,
    ):
        writing = Writing(journal, Random(1))
        task = asyncio.create_task(writing.run(await journal.acquire()))
        await writing.until(200)
        await primary.kill()
        await writing.until(writing.acknowledged + 200)
        await primary.start()
        there = await records_at(primary)
        await writing.until(writing.acknowledged + 200)
        after = await records_at(primary)
        assert after == there or await takes_part_as(primary) == "slave"
        task.cancel()
        await asyncio.wait([task])
        found = await rows(journal)
        assert writing.failures
        assert len(found) >= writing.acknowledged
        assert found == [(n, record(n)) for n in range(1, len(found) + 1)]
        assert sorted([await takes_part_as(one) for one in replicas]) == ["master", "slave"]


async def test_o4_a_primary_that_was_voted_out_and_does_not_know_it_acknowledges_nothing(
    tmp_path: Path,
) -> None:
    """Two believe to be the primary, both take what is written: only the one whose replica has it
    acknowledges, and the same said again lies there once."""
    async with (
        replicated(tmp_path, 2) as (old, new, other),
        watched(tmp_path, old, 2, count=1, down_after_ms=CALM) as (sentinel,),
        journal_of(journal_found([sentinel], tmp_path), within=SOON) as journal,
        new.client() as at_new,
        other.client() as at_other,
    ):
        await journal.head()
        token = await when_back(journal.acquire)
        await when_back(lambda: journal.append(0, token, [b"one"]))
        await at_new.replicaof("NO", "ONE")
        await at_other.replicaof("127.0.0.1", new.port)
        await caught_up(new, 1)
        with pytest.raises(OSError, match="too few replicas"):
            await journal.append(1, token, [b"two", b"three"])
        assert await records_at(old) == 3, "it has them, and nobody was told so"
        await sentinel.points_at(new.port)
        await when_back(lambda: journal.append(1, token, [b"two", b"three"]))
        assert await rows(journal) == [(1, b"one"), (2, b"two"), (3, b"three")]
        await when_back(lambda: journal.append(3, token, [b"four"]))
        assert [await records_at(one) for one in (old, new, other)] == [3, 4, 4]


async def test_o4_a_promoted_replica_that_lacks_records_is_not_written_over(tmp_path: Path) -> None:
    async with (
        replicated(tmp_path, 2) as (old, has_it, lacks_it),
        watched(tmp_path, old, 2, count=1, down_after_ms=CALM) as (sentinel,),
        journal_of(journal_found([sentinel], tmp_path)) as journal,
        has_it.client() as at_has_it,
        lacks_it.client() as at_lacks_it,
    ):
        token = await journal.acquire()
        await at_lacks_it.replicaof("NO", "ONE")
        await journal.append(0, token, [b"one"])
        await at_has_it.replicaof("127.0.0.1", lacks_it.port)
        await caught_up(lacks_it, 1)
        await sentinel.points_at(lacks_it.port)
        await old.kill()
        with pytest.raises(OutOfPlace):
            await when_back(lambda: journal.append(1, token, [b"two"]))
        assert await records_at(lacks_it) == 0


async def test_o4_whose_turn_it_is_in_a_pair_outlives_a_fail_over(tmp_path: Path) -> None:
    """Who was taken over before it is refused behind it too."""
    async with (
        replicated(tmp_path, 2) as (old, new, other),
        watched(tmp_path, old, 2, count=1, down_after_ms=CALM) as (sentinel,),
        journal_of(journal_found([sentinel], tmp_path) | {"pair": True, "name": "a"}) as a,
        journal_of(journal_found([sentinel], tmp_path) | {"pair": True, "name": "b"}) as b,
        new.client() as at_new,
        other.client() as at_other,
    ):
        assert a.lease
        assert b.lease
        first = await a.lease.take(await a.lease.look()) or 0
        await a.append(0, first, [b"of a"])
        second = await b.lease.take(await b.lease.look()) or 0
        await old.kill()
        await at_new.replicaof("NO", "ONE")
        await at_other.replicaof("127.0.0.1", new.port)
        await caught_up(new, 1)
        await sentinel.points_at(new.port)
        held = await when_back(b.lease.look)
        assert (held.token, held.name) == (second, "b")
        with pytest.raises(Fenced):
            await when_back(lambda: a.append(1, first, [b"late"]))
        await b.append(1, second, [b"of b"])
        assert await rows(b) == [(1, b"of a"), (2, b"of b")]


async def test_o4_while_no_primary_is_known_it_is_away_and_a_start_says_what_to_look_at(
    tmp_path: Path,
) -> None:
    async with (
        replicated(tmp_path, 1) as (primary, _),
        watched(tmp_path, primary, 1, count=1, down_after_ms=1_000) as (sentinel,),
        journal_of(journal_found([sentinel], tmp_path)) as journal,
    ):
        token = await journal.acquire()
        await journal.append(0, token, [b"one"])
        with capture_logs() as logs:
            await sentinel.kill()
            await primary.kill()
            for _ in range(3):
                with pytest.raises(OSError, match="no primary"):
                    await when_primary_is_unknown(journal, token)
        assert [one["cause"] for one in logs][-1] == "primary"
        assert len(logs) <= 2, "said once an outage"
        async with journal_of(journal_found([sentinel], tmp_path)) as late:
            with pytest.raises(Trouble, match="no primary") as refused:
                await late.head()
        assert "sentinels and primary" in refused.value.remedy


async def when_primary_is_unknown(journal: RedisJournal, token: int) -> None:
    """The first may still find the connection as it breaks."""
    try:
        await journal.append(1, token, [b"two"])
    except OSError:
        await journal.append(1, token, [b"two"])


# --- what is refused --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"sentinels": HERE, "primary": "journal"}, "set replicas = 1 or more"),
        ({"cluster": HERE}, "set replicas = 1 or more"),
        ({"sentinels": HERE, "replicas": 1}, "set both, or neither"),
        ({"primary": "journal", "replicas": 1}, "set both, or neither"),
        ({"sentinels": HERE, "primary": "journal", "cluster": HERE, "replicas": 1}, "keep one"),
        ({"cluster": HERE, "connect": HERE[0], "replicas": 1}, "remove connect"),
        ({"sentinel_username": "who"}, "no sentinels to sign in at"),
        ({"cluster": (HostPort("192.0.2.1", 6379),), "replicas": 1}, "in clear"),
    ],
)
def test_o4_e2_a_fail_over_that_could_lose_records_or_cannot_be_meant_is_refused(
    told: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        RedisSettings(**told)


@pytest.mark.parametrize(
    ("connected", "replicas", "wanted"),
    [(2, 1, None), (1, 1, None), (3, 1, "replicas = 2"), (4, 2, None), (1, 2, "connect 2")],
)
def test_o4_more_than_half_of_the_servers_have_what_is_acknowledged(
    connected: int, replicas: int, wanted: str | None
) -> None:
    settings = RedisSettings(sentinels=HERE, primary="journal", replicas=replicas)
    info = INFO | {"redis_version": "7.2.4", "connected_slaves": str(connected)}
    found = [what for _, what in too_weak(GOOD, info, settings)]
    assert [wanted in one for one in found] == [True] if wanted else not found


def test_e2_the_rights_of_the_documentation_are_those_that_the_tests_give() -> None:
    assert SENTINEL_RIGHTS in DOCS.read_text()


async def test_e2_a_sentinel_that_refuses_the_user_is_named_with_the_remedy(
    tmp_path: Path,
) -> None:
    async with (
        replicated(tmp_path, 0) as (primary,),
        watched(tmp_path, primary, 0, count=1, down_after_ms=CALM) as (sentinel,),
        journal_of(journal_found([sentinel], tmp_path) | {"sentinel_username": "x"}) as journal,
    ):
        with pytest.raises(Trouble, match="refuses this user") as refused:
            await journal.head()
        assert "sentinel_username" in refused.value.remedy


async def test_e2_a_primary_elsewhere_is_not_spoken_to_in_clear(tmp_path: Path) -> None:
    async with (
        replicated(tmp_path, 0) as (primary,),
        watched(tmp_path, primary, 0, count=1, down_after_ms=CALM) as (sentinel,),
    ):
        await sentinel.points_at(6379, "192.0.2.1")
        async with journal_of(journal_found([sentinel], tmp_path)) as journal:
            with pytest.raises(Trouble, match="in clear") as refused:
                await journal.head()
        assert "tls = true" in refused.value.remedy
