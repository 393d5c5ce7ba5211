"""The journal of a real service cannot be written: locked, and on a disk that takes no more (D1,
N3, O4, E1, E3; DESIGN.md, "Safety before durability, once")."""

import asyncio
import json
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from aiohttp import ClientSession

from middleware.ops.access import Role
from schemas import alarm as a
from schemas.decision import NoteIssued
from schemas.safety import ManDownSignalled
from schemas.service import JournalAway, JournalBack
from tests.guarded_room import HERE, RADIO, GuardedRoom, guarded_room
from tests.room import made
from tests.service_process import LOOK_S
from tests.service_screen import screen

OTHER = "7654321"
ROOM_LEFT = 0
"""Bytes up to which a file may still be written."""
MARKERS = """id,address,scope,category,severity,what,happened_on,review_on,source
M1,"14 High Street, Anytown",house,physical_assault,high,assaulted,2025-09-01,2030-09-01,report
"""


@contextmanager
def locked(room: GuardedRoom) -> Iterator[None]:
    """Somebody else writes into the journal's file and does not end."""
    with closing(sqlite3.connect(room.state / "journal.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def full(room: GuardedRoom) -> Iterator[None]:
    """No file of the service can be written."""
    assert room.child is not None
    _, most = resource.prlimit(room.child.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(room.child.pid, resource.RLIMIT_FSIZE, (ROOM_LEFT, most))
    yield
    resource.prlimit(room.child.pid, resource.RLIMIT_FSIZE, (most, most))


async def until_away(room: GuardedRoom, stand: int) -> None:
    await room.until_figure(stand, "forewarn_journal_away")


async def until_not_ready(room: GuardedRoom) -> None:
    """/readyz says that it is the journal, and where records lie."""
    async with ClientSession(room.console) as web, room.patience("/readyz to say so"):
        while True:
            async with web.get("/readyz") as answer:
                if answer.status == 503 and "spool" in (await answer.json())["journal"]:
                    return
            await asyncio.sleep(LOOK_S)


async def test_d1_n3_o4_locked_out_of_its_journal_it_tells_on_is_killed_and_loses_nothing(
    tmp_path: Path,
) -> None:
    """What is said meanwhile is in the spool, also for the next start, and then in the journal."""
    async with guarded_room(tmp_path) as room:
        await room.import_markers(MARKERS, 1)
        async with (
            room.cad() as cad,
            room.device("A101") as mdt,
            room.carrying() as gateway,
        ):
            with locked(room):
                async with screen(room, Role.SUPERVISOR, "Sue") as shown:
                    gateway.press(RADIO, position=HERE)
                    await gateway.settled()
                    await shown.shows("alarms", who="A101", phase="raised")
                    await shown.shows("sources", id="journal", up=False, gap=False)
                    crew = {"callsign": "A101", "single_responder": False}
                    cad.open_incident("7", {"address": "14 High Street, Anytown"}, resources=[crew])
                    await room.until(lambda: mdt.log.shown, "the note on the device")
                await until_away(room, 1)
                await until_not_ready(room)
                room.kill()
                room.start()
                await room.until_answering()
                await until_away(room, 1)
                async with screen(room, Role.SUPERVISOR, "Sam") as shown:
                    alarm = await shown.shows("alarms", who="A101", phase="raised")
                    await shown.does("accept-alarm", alarm=alarm["id"])
                    await shown.shows("alarms", phase="accepted", accepted_by="Sam")
            await until_away(room, 0)
            await room.ready()
        async with room.program(Role.AUDITOR) as web, web.get("/api/timeline/7") as answer:
            told = [line["words"] for line in json.loads(await answer.read())]
        assert any("shown by mdt" in w and "before the journal had it" in w for w in told), told
        await room.stop()
        entries = await room.journal()
        pressed = [e.event for e in entries if isinstance(e.event, ManDownSignalled)]
        assert [one.radio for one in pressed] == [RADIO]
        assert len(made(entries, a.AlarmRaised)) == len(made(entries, NoteIssued)) == 1
        assert [one.by for one in made(entries, a.AlarmTaken)] == ["Sam"]
        assert mdt.log.violations == []
        verified = await room.forewarn("journal", "verify")
        assert (verified.code, "sound" in verified.out) == (0, True), verified.out


async def test_d1_o4_on_a_full_disk_a_man_down_is_shown_and_nobody_is_told_that_it_is_kept(
    tmp_path: Path,
) -> None:
    """Neither journal nor spool nor log can be written; then there is room again."""
    async with guarded_room(tmp_path) as room:
        async with (
            room.cad() as cad,
            room.carrying() as gateway,
            screen(room, Role.SUPERVISOR, "Sue") as shown,
        ):
            with full(room):
                gateway.press(OTHER)
                await shown.shows("alarms", who=f"radio {OTHER}", phase="raised")
                await shown.shows("sources", id="journal", up=False, gap=True)
                await until_away(room, 2)
                cad.open_incident("8", {"address": "9 Old Road, Anytown"})
                await shown.shows("incidents", number="8")
                assert gateway.unanswered
                assert cad.unanswered
            await gateway.settled()
            await cad.settled()
            await until_away(room, 0)
            await shown.shows("sources", id="journal", up=True)
            alarm = await shown.shows("alarms", who=f"radio {OTHER}", phase="raised")
            assert alarm["press"] == 1
        await room.stop()
        entries = await room.journal()
        assert len(made(entries, a.AlarmRaised)) == len(made(entries, a.AlarmGrew)) == 1
        aways = [e.event.in_memory for e in entries if isinstance(e.event, JournalAway)]
        assert True in aways
        assert sum(isinstance(e.event, JournalBack) for e in entries) == 1
        verified = await room.forewarn("journal", "verify")
        assert (verified.code, "sound" in verified.out) == (0, True), verified.out
