"""The real service with its journal on a real Redis moves old records to its archive while it
works; timeline, verify, a kill, a copy and a start from nothing see one journal (E1, E3, O4)."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.stores.sqlite import SqliteJournal
from middleware.flow.chain import Chain
from middleware.ops.access import Role
from middleware.ops.keys import FileKeys
from simulators.cad_messages import resource
from tests.integration.test_service_redis import MARKED, MARKERS, SECTION, RoomOnRedis, set_up
from tests.load import load
from tests.redis_server import JOURNAL_USER, STREAM_OF_JOURNAL, RedisServer, redis_server
from tests.service_process import Ran
from tests.service_screen import screen

pytestmark = pytest.mark.timeout(600)
ON = "A101"
KEEP = 100


@dataclass(slots=True)
class Archiving:
    """A control room that keeps little in its Redis."""

    room: RoomOnRedis
    server: RedisServer

    def configure(self) -> None:
        self.room.configure(
            SECTION.format(port=self.server.port, user=JOURNAL_USER), snapshot_every=KEEP
        )
        asked = f'[journal]\narchive = "archive"\nkeep = {KEEP}\n'
        config = self.room.config.read_text()
        self.room.config.write_text(config.replace("[journal]\n", asked))
        (self.room.folder / "without.toml").write_text(config)

    def segment(self, number: int) -> Path:
        last = 1_000 * number
        return self.room.folder / f"archive/{self.room.room}/{last - 999:012}-{last:012}.segment"

    async def load(self, first: int) -> None:
        async with self.room.cad() as cad:
            load(cad, first)
            await cad.settled()

    async def stored(self) -> int:
        async with self.server.client() as client:
            return int(await client.xlen(STREAM_OF_JOURNAL))

    async def head(self) -> int:
        return int((await self.room.figures()).total("forewarn_journal_position"))

    async def until_archived(self, segments: int) -> None:
        async with self.room.patience(f"{segments} segments to leave the store"):
            while await self.stored() > await self.head() - 1_000 * segments:
                self.room.demand_alive()
                await asyncio.sleep(0.2)
        assert self.segment(segments).exists()

    async def timeline(self) -> str:
        told = await self.room.forewarn("timeline", "000001")
        assert (told.code, "acknowledged" in told.out) == (0, True), told.err
        return told.out

    async def copied_to(self, name: str) -> Ran:
        return await self.room.forewarn(
            "journal", "copy", "--from", f"redis://{JOURNAL_USER}@127.0.0.1:{self.server.port}",
            "--to", f"sqlite:state/{name}", "--password-file", "journal.secret",
        )  # fmt: skip


async def test_o4_e1_e3_old_records_leave_redis_while_the_service_works_and_nothing_is_missed(
    tmp_path: Path,
) -> None:
    async with redis_server(tmp_path / "redis") as server:
        here = Archiving(set_up(tmp_path / "room", server.port), server)
        here.configure()
        room = here.room
        async with room.serving():
            await the_first_incident_is_told(room)
            before = await here.timeline()
            await here.load(100_000)
            await here.until_archived(1)
            room.kill()
            room.start()
            await room.ready()
            await here.load(200_000)
            await here.until_archived(2)
            assert await here.timeline() == before, "its records lie in the archive alone now"
            await the_console_says_what_is_missing(here)
            await room.until_figure(0, "forewarn_archive_failing_seconds")
            sound = await room.forewarn("journal", "verify")
            assert (sound.code, "sound" in sound.out) == (0, True), sound.out
        async with server.client() as client:
            last: Any = await client.xrevrange(STREAM_OF_JOURNAL, count=1)
        await what_is_missing_or_changed_is_named(here)
        await it_is_copied_whole(here, int(last[0][0].split(b"-")[0]))
        await it_starts_from_the_first_record(here, before)


async def the_first_incident_is_told(room: RoomOnRedis) -> None:
    await room.import_markers(MARKERS, 1)
    async with room.cad() as cad, room.device(ON) as mdt:
        cad.open_incident("000001", MARKED, resources=[resource(ON)])
        await room.until(lambda: mdt.tally["shown"] == 1, "the note")
        async with screen(room, Role.DISPATCHER) as desk:
            await desk.until_told("acknowledged", "000001", ON)
        await cad.settled()


async def the_console_says_what_is_missing(here: Archiving) -> None:
    first = here.segment(1)
    aside = first.rename(first.with_name("aside"))
    async with (
        here.room.program(Role.AUDITOR) as http,
        http.get("/api/timeline/000001") as answer,
    ):
        assert answer.status == 503
        assert "journal positions 1 to 1000: neither" in await answer.text()
    aside.rename(first)


async def what_is_missing_or_changed_is_named(here: Archiving) -> None:
    room, first, second = here.room, here.segment(1), here.segment(2)
    data = second.read_bytes()
    aside = first.rename(first.with_name("aside"))
    second.write_bytes(data[:-5_000] + bytes(10) + data[-4_990:])
    found = await room.forewarn("journal", "verify")
    assert found.code == 1
    assert "position 1: neither the store nor the archive has them (up to 1000)" in found.out
    elsewhere = {int(place) for place in re.findall(r"^position (\d+)", found.out, re.MULTILINE)}
    assert all(1_000 < place <= 2_000 for place in elsewhere - {1})
    assert "segment 1001-2000 of the archive is not as it was" in found.out
    for config, last in ((room.config.name, 1_000), ("without.toml", 2_000)):
        refused = await room.forewarn_with(config, "run")
        assert refused.code == 1
        assert f"journal positions 1 to {last}: neither the store nor the archive" in refused.err
        assert "[journal] archive" in refused.err
    aside.rename(first)
    second.write_bytes(data)


async def it_is_copied_whole(here: Archiving, head: int) -> None:
    copied = await here.copied_to("whole.sqlite")
    assert (copied.code, "sound: the copy" in copied.out) == (0, True), copied.err
    state = here.room.state
    journal, chain = SqliteJournal(state / "whole.sqlite"), Chain("eoc1", FileKeys(state / "keys"))
    async for position, record in journal.read(0):
        chain.open(position, record)
    await journal.close()
    assert chain.position == head


async def it_starts_from_the_first_record(here: Archiving, before: str) -> None:
    """Where there is no snapshot, as after an upgrade."""
    async with here.server.client() as client:
        await client.delete("forewarn:{eoc1}:snapshot")
    async with here.room.serving(), screen(here.room, Role.DISPATCHER) as desk:
        assert desk.find("incidents", number="000001")["outcome"] == "found"
        assert await here.timeline() == before
