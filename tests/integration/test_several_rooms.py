"""Two control rooms on one Redis: nothing is shared but what a named person hands on
(M5, E1, E2, O4); docs/several-rooms.md."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.exceptions import NoPermissionError

from middleware.ops.access import Role
from schemas.decision import NoteIssued
from schemas.markers_in import MarkersActivated, MarkersHandedOn
from simulators.cad_messages import resource
from tests.integration.test_service_redis import MARKED, MARKERS, RoomOnRedis, set_up
from tests.redis_server import OTHER_USER, PASSWORD, RedisServer, redis_server
from tests.room import made
from tests.service_process import Ran
from tests.service_screen import screen

pytestmark = pytest.mark.timeout(300)
ON = "A101"
FILE = "for-eoc2.csv"


@asynccontextmanager
async def neighbours(folder: Path) -> AsyncIterator[tuple[RedisServer, RoomOnRedis, RoomOnRedis]]:
    async with redis_server(folder / "redis") as server:
        one = set_up(folder / "eoc1", server.port)
        async with one.serving():
            two = set_up(folder / "eoc2", server.port, code="eoc2", user=OTHER_USER)
            async with two.serving():
                yield server, one, two


async def hand_on(room: RoomOnRedis, *more: str) -> Ran:
    token = room.folder / "marking.token"
    token.write_text(room.tokens.add(f"person:M. Arker:{Role.MARKING_TEAM}"))
    return await room.forewarn(
        "markers", "hand-on", FILE, "--to", "EOC 2", "--basis", "mutual aid",
        "--token-file", token.name, *more,
    )  # fmt: skip


async def test_m5_a_marker_reaches_the_neighbour_by_a_hand_on_and_by_nothing_else(
    tmp_path: Path,
) -> None:
    async with neighbours(tmp_path) as (server, one, two):
        await one.import_markers(MARKERS, 1)
        async with two.cad() as cad, two.device(ON) as mdt, screen(two, Role.DISPATCHER) as desk:
            cad.open_incident("000001", MARKED, resources=[resource(ON)])
            await desk.shows("incidents", number="000001", outcome="none_found")
            handed = await hand_on(one)
            assert handed.code == 0, handed.err
            assert "is on record" in handed.err + handed.out
            file = (one.folder / FILE).read_text()
            ran = await two.import_markers(file, 1)
            assert ran.code == 0, ran.err
            await two.until(lambda: mdt.tally["shown"] == 1, "the note in the other room")
            await desk.shows("incidents", number="000001", outcome="found")
            await cad.settled()
        again = await hand_on(one)
        assert again.code != 0
        assert f"{FILE} is there already" in again.err
        await _demand_apart(server)
        await one.stop()
        await two.stop()
        (event,) = (e.event for e in await one.journal() if isinstance(e.event, MarkersHandedOn))
        assert (event.by, event.to, event.count) == ("M. Arker", "EOC 2", 1)
        entries = await two.journal()
        (decided,) = (e.event for e in entries if isinstance(e.event, MarkersActivated))
        assert decided.decided_by == "M. Arker"
        (note,) = made(entries, NoteIssued)
        assert note.matched.marker == "eoc1-EOC-1"


async def _demand_apart(server: RedisServer) -> None:
    """Each has its own stream, and a user of one reads nothing of the other."""
    async with server.client() as everybody:
        streams = [key async for key in everybody.scan_iter("*:journal")]
        assert sorted(streams) == [b"forewarn:{eoc1}:journal", b"forewarn:{eoc2}:journal"]
        await everybody.auth(PASSWORD, OTHER_USER)
        assert await everybody.xrange("forewarn:{eoc2}:journal", count=1)
        with pytest.raises(NoPermissionError):
            await everybody.xrange("forewarn:{eoc1}:journal", count=1)
