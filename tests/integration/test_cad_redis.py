"""The source `cad_redis` against a real server: killed, frozen, restarted (C1, O4)."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from adapters.sources.cad_redis import FIELD, CadRedis, CadRedisSettings
from middleware.ops.clock import SystemClock
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from middleware.ports import World
from schemas.event import Event
from schemas.service import SourceConnected, SourceLost
from tests.cad import message
from tests.fakes import FakeIntake, fake_world
from tests.redis_server import PASSWORD, STREAM, USER, RedisServer, redis_server

pytestmark = pytest.mark.timeout(300)
QUICK = {
    "retry_first": timedelta(milliseconds=10),
    "retry_most": timedelta(milliseconds=100),
}


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RedisServer]:
    async with redis_server(tmp_path / "redis") as running:
        yield running


@pytest.fixture
def world(tmp_path: Path) -> World:
    return replace(fake_world(tmp_path), clock=SystemClock())


def source_to(server: RedisServer, world: World, **more: Any) -> CadRedis:
    password = world.state / "redis.secret"
    password.touch(mode=0o600)
    password.write_text(PASSWORD + "\n")
    where: dict[str, Any] = {"connect": HostPort("127.0.0.1", server.port)}
    chosen = where | {"username": USER, "password_file": password} | QUICK | more
    return CadRedis(CadRedisSettings(**chosen), world)


@contextmanager
def running(source: CadRedis, intake: FakeIntake) -> Iterator[asyncio.Task[None]]:
    task = asyncio.create_task(source.run(intake))
    try:
        yield task
    finally:
        task.cancel()


async def say(server: RedisServer, *messages: bytes) -> None:
    async with server.client() as client:
        for one in messages:
            await client.xadd(STREAM, {FIELD: one})


async def answers(server: RedisServer, many: int) -> list[dict[str, Any]]:
    """So many answers, as soon as they are there, in their order."""
    async with asyncio.timeout(60), server.client() as client:
        told: list[dict[str, Any]] = []
        after = "0"
        while len(told) < many:
            got: Any = await client.xread({f"{STREAM}:answers": after}, block=1000)
            entries = [e for _, all_of in _pairs(got) for e in all_of]
            told += [json.loads(fields[b"answer"]) for _, fields in entries]
            after = entries[-1][0] if entries else after
    return told


def _pairs(got: Any) -> list[Any]:
    """Streams with their entries, in RESP2 and RESP3."""
    if isinstance(got, dict):
        return [(name, entries[0]) for name, entries in got.items()]
    return list(got or ())


def incidents(intake: FakeIntake) -> list[str]:
    return [taken.id for taken in intake.events if taken.kind == "incident.opened"]


async def until(intake: FakeIntake, kind: type[Event], times: int) -> list[Event]:
    async with asyncio.timeout(60):
        while len(intake.of(kind)) < times:
            await intake.until(events=len(intake.events) + 1)
    return intake.of(kind)


async def test_c1_each_message_is_answered_after_the_journal_has_it_and_leaves_the_server(
    server: RedisServer, world: World
) -> None:
    intake = FakeIntake()
    with running(source_to(server, world), intake):
        await say(server, message(n=1), b"{canary", message(n=1), message(n=2))
        told = await answers(server, 4)
    assert [one["standing"] for one in told] == ["taken", "refused", "known", "taken"]
    assert incidents(intake) == ["2026-11-22/000001", "2026-11-22/000002"]
    async with server.client() as client:
        assert await client.xlen(STREAM) == 0  # what the journal has is not left lying about
        pending: Any = await client.xpending(STREAM, "forewarn")
    assert pending["pending"] == 0


async def test_o4_what_was_said_while_nobody_listened_is_taken_in_its_order(
    server: RedisServer, world: World
) -> None:
    intake = FakeIntake()
    await say(server, *(message(n=n) for n in range(1, 601)))
    with running(source_to(server, world, window=100), intake):
        await answers(server, 600)
    assert incidents(intake) == [f"2026-11-22/{n:06}" for n in range(1, 601)]


async def test_o4_what_was_read_and_not_journalled_is_read_again_by_the_next_run(
    server: RedisServer, world: World
) -> None:
    dying, intake = FakeIntake(), FakeIntake()
    dying.hold()
    with running(source_to(server, world), dying):
        await say(server, *(message(n=n) for n in range(1, 6)))
        await dying.until(arrived=2)
    with running(source_to(server, world), intake):
        await answers(server, 5)
    assert incidents(intake) == [f"2026-11-22/{n:06}" for n in range(1, 6)]


async def test_o4_a_killed_server_comes_back_and_nothing_is_lost(
    server: RedisServer, world: World
) -> None:
    intake = FakeIntake()
    with running(source_to(server, world), intake):
        await say(server, message(n=1))
        await answers(server, 1)
        await server.kill()
        await until(intake, SourceLost, 1)
        await server.start()
        await say(server, message(n=2))
        await answers(server, 2)
        await until(intake, SourceConnected, 2)
    assert incidents(intake) == ["2026-11-22/000001", "2026-11-22/000002"]


async def test_o4_a_frozen_server_is_a_dead_link(server: RedisServer, world: World) -> None:
    intake = FakeIntake()
    with running(source_to(server, world, wait=timedelta(milliseconds=200)), intake):
        await until(intake, SourceConnected, 1)
        server.freeze()
        await until(intake, SourceLost, 1)
        server.thaw()
        await until(intake, SourceConnected, 2)
        await say(server, message(n=1))
        await answers(server, 1)


async def test_o4_a_full_journal_pushes_back(server: RedisServer, world: World) -> None:
    intake = FakeIntake()
    intake.hold()
    await say(server, *(message(n=n) for n in range(1, 30)))
    with running(source_to(server, world, window=4), intake):
        await intake.until(arrived=5)  # four, and that the source is connected
        async with server.client() as client:
            assert await client.xlen(STREAM) == 29
        assert intake.arrived == 5
        intake.release()
        await answers(server, 29)


async def test_c1_an_entry_without_a_message_is_refused_and_said_what_is_missing(
    server: RedisServer, world: World
) -> None:
    intake = FakeIntake()
    with running(source_to(server, world), intake):
        async with server.client() as client:
            await client.xadd(STREAM, {"json": "{}"})
        (told,) = await answers(server, 1)
    ((source, problem, raw),) = intake.refused
    assert (source, problem.field, raw) == ("cad_redis", "message", b"json {}")
    assert told["standing"] == "refused"


async def test_o1_a_wrong_password_is_told_with_the_remedy_and_without_the_password(
    server: RedisServer, world: World
) -> None:
    wrong, intake = world.state / "wrong", FakeIntake()
    wrong.touch(mode=0o600)
    wrong.write_text("canary-wrong")
    with capture_logs() as logs, running(source_to(server, world, password_file=wrong), intake):
        async with asyncio.timeout(60):
            await tried_twice(server)
    assert logs[0]["event"] == "redis_lost"
    assert logs[0]["cause"] == "refused"
    assert "password_file" in logs[0]["remedy"]
    assert "canary" not in str(logs)
    assert not intake.of(SourceConnected)


async def tried_twice(server: RedisServer) -> None:
    """The server has refused two sign-ins."""
    async with server.client() as client:
        while True:
            told: Any = await client.info("stats")
            if int(told["acl_access_denied_auth"]) >= 2:
                return
            await asyncio.sleep(0.01)


def test_a_password_file_that_others_can_read_stops_the_start(world: World) -> None:
    path = world.state / "open"
    path.touch(mode=0o644)
    path.write_text("x")
    with pytest.raises(Trouble, match="read by others"):
        CadRedis(CadRedisSettings(password_file=path), world)


def test_a_stream_name_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="stream"):
        CadRedisSettings(stream="two words")
