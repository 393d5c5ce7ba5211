"""What is Redis's own: a server that could lose something is refused, and one that was killed,
frozen or filled loses nothing that it acknowledged (O4; DESIGN, "Stores")."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from adapters.channels.broker import free_port
from adapters.stores.redis import RedisJournal
from adapters.stores.redis_settings import RedisSettings
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from middleware.ports import Fenced, Snapshot
from tests.brokers import Tls
from tests.integration.sqlite_writer_child import record
from tests.redis_server import (
    JOURNAL_RIGHTS,
    PASSWORD,
    USER,
    RedisServer,
    journal_on,
    redis_server,
)

pytestmark = pytest.mark.timeout(300)
T = TypeVar("T")
DOCS = Path(__file__).parents[2] / "docs" / "redis.md"
ROOM = "eoc1"
STREAM = "forewarn:{eoc1}:journal"
SOON = timedelta(milliseconds=300)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RedisServer]:
    async with redis_server(tmp_path / "redis") as running:
        yield running


@asynccontextmanager
async def journal_at(port: int, folder: Path, **more: Any) -> AsyncIterator[RedisJournal]:
    journal = RedisJournal(RedisSettings(**journal_on(port, folder) | more), ROOM)
    try:
        yield journal
    finally:
        await journal.close()


async def when_back(ask: Callable[[], Awaitable[T]]) -> T:
    """Asked again until the server answers."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await ask()
            except OSError:
                await asyncio.sleep(0.01)


async def rows(journal: RedisJournal) -> list[tuple[int, bytes]]:
    return [row async for row in journal.read(0)]


# --- a server that is refused -----------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"appendonly": "no"}, "set in the server: appendonly yes "),
        ({"appendfsync": "everysec"}, "appendfsync is everysec"),
        ({"no-appendfsync-on-rewrite": "yes"}, "no-appendfsync-on-rewrite no "),
        (
            {"maxmemory": "100mb", "maxmemory-policy": "allkeys-lru"},
            "set in the server: maxmemory-policy noeviction ",
        ),
        ({"cluster-enabled": "yes", "cluster-port": "{free}"}, "cluster-enabled no"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
async def test_o4_the_start_refuses_a_server_that_could_lose_what_it_acknowledged(
    tmp_path: Path, options: dict[str, str], said: str
) -> None:
    """It says how the server is and what to set, and writes nothing."""
    free = str(free_port("127.0.0.1"))
    set_so = {name: value.replace("{free}", free) for name, value in options.items()}
    async with (
        redis_server(tmp_path / "redis", **set_so) as server,
        journal_at(server.port, tmp_path) as journal,
    ):
        with pytest.raises(Trouble) as refused:
            await journal.acquire()
        async with server.client() as client:
            assert await client.dbsize() == 0
    assert said in str(refused.value)
    assert "docs/redis.md" in refused.value.remedy


async def test_o4_the_start_refuses_a_replica(server: RedisServer, tmp_path: Path) -> None:
    async with journal_at(server.port, tmp_path) as journal, server.client() as admin:
        await admin.replicaof("127.0.0.1", str(free_port("127.0.0.1")))
        with pytest.raises(Trouble, match="connect to the primary"):
            await journal.head()


async def test_o4_a_server_that_came_back_weaker_is_not_written_to_until_it_is_set_right(
    server: RedisServer, tmp_path: Path
) -> None:
    async with journal_at(server.port, tmp_path) as journal:
        token = await journal.acquire()
        await journal.append(0, token, [b"one"])
        await server.kill()
        server.options["appendfsync"] = "everysec"
        await server.start()
        refusals: list[str] = []
        with capture_logs() as logs:
            for _ in range(3):
                with pytest.raises(OSError, match="journal's Redis") as refused:
                    await journal.append(1, token, [b"two"])
                refusals.append(str(refused.value))
        assert "appendfsync is everysec" in refusals[-1]
        async with server.client() as client:
            assert await client.xlen(STREAM) == 1
            await client.config_set("appendfsync", "always")
        await journal.append(1, token, [b"two"])
        assert await rows(journal) == [(1, b"one"), (2, b"two")]
    assert [one["cause"] for one in logs].count("weak") == 1, "said once an outage"


async def test_e2_a_wrong_password_stops_the_start_with_the_remedy_and_is_not_told(
    server: RedisServer, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.touch(mode=0o600)
    wrong.write_text("canary-wrong")
    async with journal_at(server.port, tmp_path, password_file=wrong) as journal:
        with pytest.raises(Trouble, match="password_file") as refused:
            await journal.head()
    assert "canary" not in str(refused.value)


async def test_e2_a_user_without_the_rights_stops_the_start(
    server: RedisServer, tmp_path: Path
) -> None:
    async with journal_at(server.port, tmp_path, username=USER) as journal:
        with pytest.raises(Trouble, match="the rights of that user"):
            await journal.head()


def test_e2_the_rights_of_the_documentation_are_those_that_the_tests_give() -> None:
    assert " ".join(JOURNAL_RIGHTS.split()) in " ".join(DOCS.read_text().split())


async def test_o4_where_no_server_is_the_start_says_where_to_look(tmp_path: Path) -> None:
    async with journal_at(free_port("127.0.0.1"), tmp_path) as journal:
        with pytest.raises(Trouble, match=r"connect, tls and tls_ca_file in \[store.redis\]"):
            await journal.load_snapshot("v1")


def test_e2_nothing_crosses_the_network_in_clear() -> None:
    with pytest.raises(ValidationError, match="in clear"):
        RedisSettings(connect=HostPort("192.0.2.1", 6379))


# --- a server that fails ----------------------------------------------------------------


@dataclass(slots=True)
class Writing:
    """A service that appends, and says the same again until it is taken (as Spooling does)."""

    journal: RedisJournal
    chance: Random
    acknowledged: int = 0
    failures: int = 0

    async def run(self, token: int) -> None:
        while True:
            size = self.chance.randint(1, 12)
            group = [record(self.acknowledged + n) for n in range(1, size + 1)]
            while not await self._taken(token, group):
                self.failures += 1
                await asyncio.sleep(0.01)
            self.acknowledged += size

    async def _taken(self, token: int, group: list[bytes]) -> bool:
        try:
            await self.journal.append(self.acknowledged, token, group)
        except OSError:
            return False
        return True

    async def until(self, acknowledged: int) -> None:
        async with asyncio.timeout(60):
            while True:
                if self.acknowledged >= acknowledged:
                    return
                await asyncio.sleep(0.001)


@pytest.mark.parametrize("seed", range(3))
async def test_o4_a_killed_server_comes_back_with_all_that_was_acknowledged(
    server: RedisServer, tmp_path: Path, seed: int
) -> None:
    """Nothing is lost, nothing is there twice, and the writing goes on where it was."""
    chance = Random(seed)
    async with journal_at(server.port, tmp_path) as journal:
        writing = Writing(journal, chance)
        task = asyncio.create_task(writing.run(await journal.acquire()))
        for _ in range(4):
            await writing.until(writing.acknowledged + chance.randint(1, 200))
            await server.kill()
            told = writing.acknowledged
            await server.start()
            assert await when_back(journal.head) >= told
        await writing.until(writing.acknowledged + 50)
        task.cancel()
        await asyncio.wait([task])
        found = await rows(journal)
    assert len(found) >= writing.acknowledged
    assert found == [(n, record(n)) for n in range(1, len(found) + 1)]


async def test_o4_connections_that_a_killed_server_closed_are_not_used_again(
    server: RedisServer, tmp_path: Path
) -> None:
    """Each would have failed one group of records, or one question, after the server was back."""
    async with journal_at(server.port, tmp_path) as journal:
        await journal.acquire()
        await asyncio.gather(*(journal.head() for _ in range(3)))  # a connection each
        await server.kill()
        await server.start()
        with capture_logs() as logs:
            for _ in range(3):
                assert await journal.head() == 0
    assert not logs


async def test_o4_the_tokens_outlive_a_kill(server: RedisServer, tmp_path: Path) -> None:
    async with journal_at(server.port, tmp_path) as journal:
        first = await journal.acquire()
        await server.kill()
        await server.start()
        assert await when_back(journal.acquire) == first + 1
        with pytest.raises(Fenced):
            await journal.append(0, first, [b"late"])


async def test_o4_a_frozen_server_is_an_error_in_time_and_what_it_still_did_is_not_done_twice(
    server: RedisServer, tmp_path: Path
) -> None:
    async with journal_at(server.port, tmp_path, answer_within=SOON) as journal:
        token = await journal.acquire()
        await journal.append(0, token, [b"one"])
        server.freeze()
        try:
            for _ in range(2):
                with pytest.raises(OSError, match="answer"):
                    await journal.append(1, token, [b"two", b"three"])
        finally:
            server.thaw()
        await when_back(lambda: journal.append(1, token, [b"two", b"three"]))
        assert await rows(journal) == [(1, b"one"), (2, b"two"), (3, b"three")]


async def test_o4_a_full_server_is_an_error_told_once_and_then_it_goes_on(
    server: RedisServer, tmp_path: Path
) -> None:
    async with journal_at(server.port, tmp_path) as journal, server.client() as admin:
        token = await journal.acquire()
        await admin.config_set("maxmemory", "1")
        with capture_logs() as logs:
            for _ in range(3):
                with pytest.raises(OSError, match="log, disk and memory"):
                    await journal.append(0, token, [b"one", b"two"])
        assert await journal.head() == 0
        await admin.config_set("maxmemory", "0")
        await journal.append(0, token, [b"one", b"two"])
        assert await journal.head() == 2
    assert [(one["event"], one["cause"]) for one in logs] == [("redis_lost", "failed")]


async def test_a_closed_journal_says_so(server: RedisServer, tmp_path: Path) -> None:
    async with journal_at(server.port, tmp_path) as journal:
        token = await journal.acquire()
    with pytest.raises(OSError, match="open it again"):
        await journal.append(0, token, [b"x"])


# --- what lies there --------------------------------------------------------------------


async def test_two_control_rooms_on_one_server_know_nothing_of_each_other(
    server: RedisServer, tmp_path: Path
) -> None:
    settings = RedisSettings(connect=HostPort("127.0.0.1", server.port))
    north, south = RedisJournal(settings, "north"), RedisJournal(settings, "south")
    await north.append(0, await north.acquire(), [b"north"])
    await south.acquire()
    await south.append(0, await south.acquire(), [b"south"])
    await north.append(1, 1, [b"still north"])
    assert [await rows(north), await rows(south)] == [
        [(1, b"north"), (2, b"still north")],
        [(1, b"south")],
    ]
    await north.close()
    await south.close()


async def test_a_large_snapshot_comes_back_and_the_one_before_goes_by_itself(
    server: RedisServer, tmp_path: Path
) -> None:
    large = Random(1).randbytes(2_500_000)
    async with journal_at(server.port, tmp_path) as journal, server.client() as admin:
        await journal.save_snapshot(Snapshot(1, "v1", b"small"))
        await journal.save_snapshot(Snapshot(2, "v1", large))
        assert await journal.load_snapshot("v1") == Snapshot(2, "v1", large)
        assert await admin.ttl("forewarn:{eoc1}:snapshot:1") > 0
        assert await admin.ttl("forewarn:{eoc1}:snapshot:2") == -1
        await admin.delete("forewarn:{eoc1}:snapshot:2")
        assert await journal.load_snapshot("v1") is None, "a cache: then the journal is read"


@asynccontextmanager
async def behind_tls(server: RedisServer, tls: Tls) -> AsyncIterator[int]:
    """The port of a relay that speaks TLS before the server, which cannot."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.certificate, tls.key)

    relaying: set[asyncio.Task[None] | None] = set()

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relaying.add(asyncio.current_task())
        inner = await asyncio.open_connection("127.0.0.1", server.port)
        await asyncio.gather(copy(reader, inner[1]), copy(inner[0], writer), return_exceptions=True)

    listening = await asyncio.start_server(relay, "127.0.0.1", 0, ssl=context)
    async with listening:
        yield listening.sockets[0].getsockname()[1]
    await asyncio.wait([task for task in relaying if task], timeout=60)


async def test_e2_over_tls_the_server_must_show_a_certificate_of_the_authority(
    server: RedisServer, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    tls, other = Tls.make(tmp_path), Tls.make(tmp_path / "other")
    async with behind_tls(server, tls) as port:
        async with journal_at(port, tmp_path, tls=True, tls_ca_file=tls.ca) as journal:
            await journal.append(0, await journal.acquire(), [b"one"])
            assert await rows(journal) == [(1, b"one")]
        async with journal_at(port, tmp_path, tls=True, tls_ca_file=other.ca) as journal:
            with pytest.raises(Trouble, match="tls_ca_file"):
                await journal.head()


def test_the_password_is_never_shown(tmp_path: Path) -> None:
    settings = RedisSettings(**journal_on(6379, tmp_path))
    journal = RedisJournal(settings, ROOM)
    assert PASSWORD not in f"{journal} {settings}"
    assert str(journal) == "redis://127.0.0.1:6379 forewarn:{eoc1}:journal"
