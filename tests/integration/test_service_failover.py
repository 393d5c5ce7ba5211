"""The real service with its journal under Sentinels: the primary is killed, a note goes on, and all
is on record at the promoted one (O4, N3, E1)."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from middleware.engine.entry import Entry
from middleware.ops.access import Role
from middleware.ops.errors import Trouble
from schemas.decision import NoteIssued
from schemas.incident import CadEvent
from simulators.cad_messages import resource
from tests.integration.test_service_redis import MARKED, MARKERS, ON, RoomOnRedis
from tests.redis_groups import PRIMARY, SentinelServer, journal_found, replicated, watched
from tests.redis_server import JOURNAL_USER
from tests.room import made
from tests.service_process import choose_ports
from tests.service_screen import screen

pytestmark = pytest.mark.timeout(300)


@dataclass(slots=True)
class RoomUnderSentinels(RoomOnRedis):
    sentinels: Sequence[SentinelServer] = field(default=())

    def told(self) -> dict[str, Any]:
        return journal_found(self.sentinels, self.folder)

    def section(self) -> str:
        """What docs/redis-failover.md says, without TLS on one machine."""
        places = ", ".join(f'"127.0.0.1:{one.port}"' for one in self.sentinels)
        return (
            f'[store.redis]\nsentinels = [{places}]\nprimary = "{PRIMARY}"\nreplicas = 1\n'
            f'username = "{JOURNAL_USER}"\npassword_file = "journal.secret"\n'
        )

    async def recorded(self, notes: int) -> list[Entry]:
        """When they are at the promoted one; before, the Sentinels may name the killed one."""
        async with self.patience("the notes on record"):
            while True:
                with contextlib.suppress(OSError, Trouble):
                    entries = await self.journal()
                    if len(made(entries, NoteIssued)) == notes:
                        return entries
                await asyncio.sleep(0.3)


async def test_o4_n3_e1_the_primary_is_killed_and_the_service_tells_and_records_on(
    tmp_path: Path,
) -> None:
    async with (
        replicated(tmp_path, 2) as (primary, *_),
        watched(tmp_path, primary, 2) as sentinels,
    ):
        (tmp_path / "room").mkdir()
        room = RoomUnderSentinels(tmp_path / "room", choose_ports(), sentinels=sentinels)
        room.told()
        room.configure(room.section())
        room.prepare()
        async with room.serving():
            await room.import_markers(MARKERS, 1)
            async with (
                room.cad() as cad,
                room.device(ON) as mdt,
                screen(room, Role.DISPATCHER) as desk,
            ):
                cad.open_incident("000001", MARKED, resources=[resource(ON)])
                await room.until(lambda: mdt.tally["shown"] == 1, "the note")
                await primary.kill()
                cad.open_incident("000002", MARKED, resources=[resource(ON)])
                await room.until(lambda: mdt.tally["shown"] == 2, "the note without a primary")
                await desk.until_told("acknowledged", "000002", ON)
                await cad.settled()
            entries = await room.recorded(2)
            verified = await room.forewarn("journal", "verify")
        said = Counter(e.event.id for e in entries if isinstance(e.event, CadEvent))
        assert set(said.values()) == {1}
        assert (verified.code, "sound" in verified.out) == (0, True), verified.out
        assert "journal  redis+sentinel://127.0.0.1" in room.log.read_text()
