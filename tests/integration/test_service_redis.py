"""The real service with its journal on a real Redis: told, cut off from it, killed, started again
(O4, N3, E1)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.stores.redis import RedisJournal
from adapters.stores.redis_settings import RedisSettings
from middleware.engine.entry import Entry
from middleware.flow.records import open_record
from middleware.ops.access import Role
from middleware.ops.keys import FileKeys
from schemas.decision import NoteIssued
from schemas.service import JournalBack
from simulators.cad_messages import resource
from tests.redis_server import JOURNAL_USER, journal_on, redis_server
from tests.room import made, refold
from tests.service import ControlRoom
from tests.service_process import ROOM, choose_ports, ended
from tests.service_screen import screen

pytestmark = pytest.mark.timeout(300)
ON = "A101"
MARKED = {"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB"}
MARKERS = """\
id,address,postcode,scope,category,severity,what,happened_on,review_on,source
EOC-1,"14 Marram Street, Saltby",CT97 1AB,house,physical_assault,high,Hit,2025-11-02,2099-01-01,EOC
"""
SECTION = """
[store.redis]
connect = "127.0.0.1:{port}"
username = "{user}"
password_file = "journal.secret"
"""


@dataclass(slots=True)
class RoomOnRedis(ControlRoom):
    """A control room whose journal is on the server at `ports["redis"]`."""

    user: str = JOURNAL_USER

    def told(self) -> dict[str, Any]:
        return journal_on(self.ports["redis"], self.folder, self.user)

    async def journal(self) -> list[Entry]:
        journal, keys = (
            RedisJournal(RedisSettings(**self.told()), self.room),
            FileKeys(self.state / "keys"),
        )
        try:
            return [
                open_record(record, keys, position=position).entry
                async for position, record in journal.read(0)
            ]
        finally:
            await journal.close()


def set_up(
    folder: Path, port: int, *, code: str = ROOM, user: str = JOURNAL_USER, more: str = ""
) -> RoomOnRedis:
    """Configured, and not started."""
    folder.mkdir()
    room = RoomOnRedis(folder, choose_ports() | {"redis": port}, room=code, user=user)
    room.configure(SECTION.format(port=port, user=user) + more)
    journal_on(port, folder, user)
    room.prepare()
    return room


@asynccontextmanager
async def room_on_redis(folder: Path, port: int) -> AsyncIterator[RoomOnRedis]:
    room = set_up(folder, port)
    async with room.serving():
        yield room


async def test_o4_n3_the_service_on_redis_tells_is_cut_off_and_starts_again_as_it_was(
    tmp_path: Path,
) -> None:
    """While Redis is away a note still reaches its crew; its return brings what lay beside; after
    a kill the same state is there, from its snapshot and the records behind it."""
    async with (
        redis_server(tmp_path / "redis") as server,
        room_on_redis(tmp_path / "room", server.port) as room,
    ):
        await room.import_markers(MARKERS, 1)
        async with room.cad() as cad, room.device(ON) as mdt:
            cad.open_incident("000001", MARKED, resources=[resource(ON)])
            await room.until(lambda: mdt.tally["shown"] == 1, "the note")
            taken = await room.forewarn("journal", "snapshot")
            assert taken.code == 0, taken.err
            await server.kill()
            cad.open_incident("000002", MARKED, resources=[resource(ON)])
            await room.until(lambda: mdt.tally["shown"] == 2, "the note while Redis is away")
            await room.until_figure(1, "forewarn_journal_away")
            await server.start()
            await room.until_figure(0, "forewarn_journal_away")
            async with screen(room, Role.DISPATCHER) as desk:
                await desk.until_told("acknowledged", "000002", ON)
            await cad.settled()
        room.kill()
        before = refold(await room.journal())
        room.start()
        await room.ready()
        async with screen(room, Role.DISPATCHER) as desk:
            for number in ("000001", "000002"):
                await desk.until_told("acknowledged", number, ON)
                assert desk.find("incidents", number=number)["outcome"] == "found"
        await room.stop()
        entries = await room.journal()
        after = refold(entries)
        assert [before.incidents, before.notes] == [after.incidents, after.notes]
        assert len(made(entries, NoteIssued)) == 2
        assert sum(isinstance(e.event, JournalBack) for e in entries) == 1
        assert not (room.state / "journal.sqlite").exists()
        assert "journal  redis://127.0.0.1" in room.log.read_text()
        verified = await room.forewarn("journal", "verify")
        assert (verified.code, "sound" in verified.out) == (0, True), verified.out


async def test_o4_a_redis_that_lost_records_under_the_service_ends_it(tmp_path: Path) -> None:
    """As after a failover to a replica that lacked them: nothing is written over the hole."""
    async with (
        redis_server(tmp_path / "redis") as server,
        room_on_redis(tmp_path / "room", server.port) as room,
        server.client() as admin,
    ):
        await admin.xtrim("forewarn:{eoc1}:journal", maxlen=0, approximate=False)
        async with room.cad() as cad:
            cad.open_incident("000001", MARKED)
            child, room.child = room.child, None
            assert child
            assert await ended(child) == 1
        assert "the journal is not as this service left it" in room.log.read_text()


async def test_o4_the_service_does_not_start_on_a_redis_that_could_lose_records(
    tmp_path: Path,
) -> None:
    async with redis_server(tmp_path / "redis", appendfsync="everysec") as server:
        told = await set_up(tmp_path / "room", server.port).forewarn("run")
    assert told.code == 1
    assert "appendfsync is everysec" in told.err
    assert "what to do: set in the server: appendfsync always" in told.err
