"""A journal in a cluster: one node has all of a room, each room has its own, and when that node is
killed the journal goes on at its replica with all that was acknowledged (O4)."""

import asyncio
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adapters.stores.redis import RedisJournal
from adapters.stores.redis_durable import too_weak
from adapters.stores.redis_settings import RedisSettings
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from tests.integration.sqlite_writer_child import record
from tests.integration.test_redis_failover import journal_of
from tests.integration.test_redis_store import Writing, rows
from tests.property.test_redis_store import GOOD, INFO
from tests.redis_groups import cluster, journal_in
from tests.redis_server import OTHER_USER, RIGHTS_IN_CLUSTER, RedisServer, journal_on

pytestmark = pytest.mark.timeout(300)
DOCS = Path(__file__).parents[2] / "docs" / "redis-failover.md"


async def journals_at(server: RedisServer) -> set[str]:
    async with server.client() as client:
        keys: Any = await client.keys("forewarn:*:journal")
        return {key.decode() for key in keys}


async def test_o4_two_rooms_lie_on_two_nodes_and_one_goes_on_when_its_node_is_killed(
    tmp_path: Path,
) -> None:
    async with cluster(tmp_path) as nodes:
        told = journal_in(nodes[:3], tmp_path)
        _, of_eoc2, of_eoc1, _, heir = nodes
        async with (
            journal_of(told) as journal,
            journal_of(told | {"username": OTHER_USER}, "eoc2") as other,
        ):
            await other.append(0, await other.acquire(), [b"of the other room"])
            writing = Writing(journal, Random(1))
            task = asyncio.create_task(writing.run(await journal.acquire()))
            await writing.until(100)
            assert await journals_at(of_eoc1) == {"forewarn:{eoc1}:journal"}
            assert await journals_at(of_eoc2) == {"forewarn:{eoc2}:journal"}
            await of_eoc1.kill()
            assert await rows(other) == [(1, b"of the other room")]
            await heir.said("FAILOVER", "TAKEOVER")
            await of_eoc1.start()
            await writing.until(writing.acknowledged + 100)
            task.cancel()
            await asyncio.wait([task])
            found = await rows(journal)
            assert writing.failures
            assert found == [(n, record(n)) for n in range(1, len(found) + 1)]
            assert len(found) >= writing.acknowledged
        alone = RedisJournal(RedisSettings(**journal_on(heir.port, tmp_path)), "eoc1")
        with pytest.raises(Trouble, match="it is a node of a cluster"):
            await alone.head()
        await alone.close()


def test_o4_a_server_that_is_no_node_is_refused_where_a_cluster_is_configured() -> None:
    settings = RedisSettings(cluster=(HostPort("127.0.0.1", 6379),), replicas=1)
    info = INFO | {"redis_version": "7.2.4", "connected_slaves": "1"}
    assert [what for what, _ in too_weak(GOOD, info, settings)] == ["it is no node of a cluster"]
    assert not list(too_weak(GOOD, info | {"cluster_enabled": "1"}, settings))


def test_e2_the_rights_of_the_documentation_are_those_that_the_tests_give() -> None:
    assert RIGHTS_IN_CLUSTER.strip() in DOCS.read_text()
