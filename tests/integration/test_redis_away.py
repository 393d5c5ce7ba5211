"""Redis is away under load, silent first and then dead: man-down and notes go on, the records lie
beside it, and all of it is there once and in order when it is back (D1, N3, O4, E1). Ten minutes of
it: `python -m tests.bench.redis_away`."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from adapters.channels.broker import free_port
from middleware.engine.state import Phase
from middleware.ops.access import Role
from schemas import alarm as a
from schemas.incident import CadEvent
from schemas.safety import ManDownSignalled
from schemas.service import JournalAway, JournalBack
from simulators.cad import CadSimulator
from simulators.cad_messages import resource
from tests.guarded_room import HERE, GuardedRoom
from tests.guarded_room import SECTION as MAN_DOWN
from tests.integration.test_service_redis import MARKED, MARKERS, SECTION, RoomOnRedis
from tests.redis_server import JOURNAL_USER, journal_on, redis_server
from tests.room import made, refold
from tests.service_process import choose_ports
from tests.service_screen import screen

pytestmark = pytest.mark.timeout(300)
CREWS = ("A101", "A102")
RADIOS = ("1234567", "2345678", "3456789")
MANY = 12
"""Notes that are shown in each part of it."""


class AwayRoom(GuardedRoom, RoomOnRedis):
    """A door for gateways, and the journal on Redis."""


def set_up(folder: Path, port: int) -> AwayRoom:
    """Configured, and not started."""
    folder.mkdir()
    more = {"man_down": free_port("127.0.0.1"), "redis": port}
    room = AwayRoom(folder, choose_ports() | more)
    sections = MAN_DOWN.format(port=more["man_down"], radio=RADIOS[0])
    room.configure(sections + SECTION.format(port=port, user=JOURNAL_USER))
    journal_on(port, folder)
    room.prepare()
    return room


@asynccontextmanager
async def away_room(folder: Path, port: int) -> AsyncIterator[AwayRoom]:
    room = set_up(folder, port)
    async with room.serving():
        yield room


async def all_answered(room: AwayRoom) -> None:
    """Each crew for each note."""
    async with room.patience("every note to be answered"):
        while True:
            notes = refold(await room.journal()).notes.values()
            if all(note.phase is not Phase.OPEN for note in notes):
                return
            await asyncio.sleep(0.3)


async def go_on(cad: CadSimulator) -> None:
    """Incidents at a marked address, one after the other."""
    for number in count(1):
        crew = CREWS[number % len(CREWS)]
        cad.open_incident(f"{number:06}", MARKED, resources=[resource(crew)])
        await asyncio.sleep(0.05)


async def test_o4_d1_n3_redis_is_away_under_load_and_everything_goes_on_and_is_there_once(
    tmp_path: Path,
) -> None:
    async with (
        redis_server(tmp_path / "redis") as server,
        away_room(tmp_path / "room", server.port) as room,
    ):
        await room.import_markers(MARKERS, 1)
        async with (
            room.cad() as cad,
            room.device(CREWS[0]) as one,
            room.device(CREWS[1]) as other,
            room.carrying() as gateway,
            screen(room, Role.SUPERVISOR, "Sue") as shown,
        ):

            async def told_more() -> None:
                wanted = one.tally["shown"] + other.tally["shown"] + MANY
                await room.until(
                    lambda: one.tally["shown"] + other.tally["shown"] >= wanted, "more notes"
                )

            async def pressed(radio: str) -> None:
                gateway.press(radio, position=HERE)
                await gateway.settled()
                await shown.shows("alarms", radio=radio, phase="raised")

            working = asyncio.create_task(go_on(cad))
            await told_more()
            await pressed(RADIOS[0])
            server.freeze()
            await shown.shows("sources", id="journal", up=False, gap=False)
            await pressed(RADIOS[1])
            await told_more()
            await server.kill()
            await pressed(RADIOS[2])
            await told_more()
            await room.until_figure(1, "forewarn_journal_away")
            await server.start()
            await room.until_figure(0, "forewarn_journal_away")
            await shown.shows("sources", id="journal", up=True)
            await told_more()
            working.cancel()
            await cad.settled()
            await all_answered(room)
        entries = await room.journal()
        said = Counter(e.event.id for e in entries if isinstance(e.event, CadEvent))
        assert set(said.values()) == {1}
        assert len(said) >= 4 * MANY
        pressed_on = [e.event.radio for e in entries if isinstance(e.event, ManDownSignalled)]
        assert pressed_on == list(RADIOS)
        assert len(made(entries, a.AlarmRaised)) == len(RADIOS)
        ((away,), (back,)) = (
            [e.event for e in entries if isinstance(e.event, kind)]
            for kind in (JournalAway, JournalBack)
        )
        assert isinstance(away, JournalAway)
        assert isinstance(back, JournalBack)
        assert back.after == away.after
        assert back.until - back.after > 2 * MANY, "what lay beside it"
        assert [*one.log.violations, *other.log.violations] == []
        verified = await room.forewarn("journal", "verify")
        assert (verified.code, "sound" in verified.out) == (0, True), verified.out
