"""`journal verify` on a real SQLite file: every manipulation is found, with its position (E1).

The one who manipulates has the file, and where the test says so the data key as well; never the
anchor key, and not the anchor file.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.stores.sqlite import SqliteJournal
from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.anchor import Anchors, read_lines
from middleware.flow.records import Writer, digest, open_record, seal
from middleware.flow.verify import Verdict, verify
from middleware.ops.errors import Trouble
from middleware.ops.keys import ANCHOR, FileKeys
from tests.fakes import FakeClock
from tests.golden.examples import ANSWER, AT, decision, event

RECORDS = 60
ANCHORED = (20, 40, 60)
ROOM = "eoc1"


def entry(position: int) -> Entry:
    kind = ("incident.opened", "call.rang", "note.acknowledged")[position % 3]
    received_at = AT + timedelta(seconds=position)
    return Entry(position, received_at, event(kind), ANSWER, (decision("assessed"),))


@dataclass(slots=True)
class Room:
    """A control room's files, written by the real parts."""

    journal: Path
    anchors: Path
    keys: FileKeys

    async def verify(self) -> Verdict:
        journal = SqliteJournal(self.journal)
        try:
            return await verify(journal, self.keys, read_lines(self.anchors), room=ROOM)
        finally:
            await journal.close()

    async def found(self) -> list[tuple[int, str]]:
        return [(fault.position, fault.what) for fault in (await self.verify()).faults]

    def sql(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.journal)) as connection, connection:
            connection.execute(statement, values)

    def record(self, position: int) -> bytes:
        with closing(sqlite3.connect(self.journal)) as connection:
            rows = connection.execute("SELECT record FROM records WHERE position = ?", (position,))
            record: bytes = rows.fetchone()[0]
            return record

    def put(self, position: int, record: bytes) -> None:
        self.sql("UPDATE records SET record = ? WHERE position = ?", record, position)


@pytest.fixture
async def room(tmp_path: Path) -> Room:
    keys = FileKeys.prepare(tmp_path / "keys")
    room = Room(tmp_path / "state" / "journal.sqlite", tmp_path / "elsewhere" / "anchors", keys)
    journal = SqliteJournal(room.journal)
    token = await journal.acquire()
    writer = Writer(ROOM, token, keys)
    anchors = Anchors(room.anchors, keys, FakeClock(), writer)
    for position in range(1, RECORDS + 1):
        made = entry(position)
        await journal.append(position - 1, token, [writer.seal(made)])
        anchors.on_committed([made], State())
        if position in ANCHORED:
            await anchors.write()
    await journal.close()
    return room


async def test_what_nobody_touched_is_sound(room: Room) -> None:
    verdict = await room.verify()
    assert verdict.sound
    assert (verdict.records, verdict.head) == (RECORDS, RECORDS)
    assert (verdict.anchors, verdict.erased) == (len(ANCHORED), 0)


async def test_it_says_how_far_it_is(room: Room) -> None:
    seen: list[tuple[int, int]] = []
    journal = SqliteJournal(room.journal)
    await verify(journal, room.keys, [], room=ROOM, progress=lambda n, of: seen.append((n, of)))
    await journal.close()
    assert seen[-1] == (RECORDS, RECORDS)


@pytest.mark.parametrize("part", ["header", "event", "decisions"])
@pytest.mark.parametrize("position", [1, 33, RECORDS])
async def test_a_changed_byte_is_found_where_it_is(room: Room, position: int, part: str) -> None:
    record = bytearray(room.record(position))
    at = {"header": record.index(b'"at":"20') + 8, "event": 900, "decisions": len(record) - 20}
    record[at[part]] ^= 1
    room.put(position, bytes(record))
    [(found, what)] = await room.found()
    assert found == position
    assert "changed" in what or "not fit" in what


async def test_a_changed_room_in_the_header_is_found(room: Room) -> None:
    room.put(9, room.record(9).replace(b'"room":"eoc1"', b'"room":"eoc2"'))
    assert [position for position, _ in await room.found()] == [9]


@pytest.mark.parametrize(("first", "last"), [(1, 1), (1, 19), (30, 30), (15, 45)])
async def test_a_gap_is_found_where_it_begins(room: Room, first: int, last: int) -> None:
    room.sql("DELETE FROM records WHERE position BETWEEN ? AND ?", first, last)
    missing = f"{last - first + 1} records are missing, up to {last}"
    assert await room.found() == [(first, missing)]


async def test_a_gap_that_was_closed_up_is_found(room: Room) -> None:
    room.sql("DELETE FROM records WHERE position = 30")
    room.sql("UPDATE records SET position = -position + 1 WHERE position > 30")
    room.sql("UPDATE records SET position = -position WHERE position < 0")
    found = await room.found()
    assert found[0] == (30, "the record of position 31 lies here")


async def test_two_records_that_changed_places_are_found(room: Room) -> None:
    one, other = room.record(11), room.record(50)
    room.put(11, other)
    room.put(50, one)
    assert await room.found() == [
        (11, "the record of position 50 lies here"),
        (50, "the record of position 11 lies here"),
    ]


@pytest.mark.parametrize("head", [59, 41, 20, 0])
async def test_a_tail_that_was_cut_off_is_found(room: Room, head: int) -> None:
    room.sql("DELETE FROM records WHERE position > ?", head)
    [(found, what)] = await room.found()
    assert found == head + 1
    assert "cut off here: position 60 was anchored at 2026-11-22T09:30:00Z" in what


async def test_a_record_of_another_room_is_found(room: Room) -> None:
    """Sealed with the right key, at the right place, behind the right record."""
    other = seal(entry(25), room="eoc2", token=1, previous=digest(room.record(24)), keys=room.keys)
    room.put(25, other)
    assert await room.found() == [(25, "a record of room eoc2 lies here")]


async def test_a_record_that_was_written_anew_with_the_data_key_is_found(room: Room) -> None:
    room.put(25, seal(entry(28), room=ROOM, token=1, previous=bytes(32), keys=room.keys))
    assert (await room.found())[0][0] == 25
    faked = Entry(25, AT, event("call.ended"), None, ())
    previous = digest(room.record(24))
    room.put(25, seal(faked, room=ROOM, token=1, previous=previous, keys=room.keys))
    assert await room.found() == [(25, "it is not what the next was written after")]


def rewrite(room: Room, start: int) -> None:
    """A whole new chain from `start` on, with the data key: it is sound in itself."""
    writer = Writer(ROOM, 1, room.keys, digest(room.record(start - 1)))
    faked = Entry(start, AT, event("call.ended"), None, ())
    room.put(start, writer.seal(faked))
    for position in range(start + 1, RECORDS + 1):
        old = open_record(room.record(position), room.keys).entry
        room.put(position, writer.seal(old))


async def test_a_chain_that_was_written_anew_is_found_at_the_next_anchor(room: Room) -> None:
    rewrite(room, 25)
    [(found, what)] = await room.found()
    assert found == 40
    assert "written anew somewhere after 20" in what


async def test_a_rewriting_is_not_hidden_by_forging_anchors(room: Room) -> None:
    """A line with the right content and a signature made with another key."""
    rewrite(room, 25)
    lines = room.anchors.read_bytes().splitlines()
    writer = Writer(ROOM, 1, room.keys, digest(room.record(40)))
    forger = FileKeys.prepare(room.anchors.parent / "forger")
    forged = Anchors(room.anchors, forger, FakeClock(), writer)
    forged.on_committed([entry(40)], State())
    room.anchors.write_bytes(lines[0] + b"\n")
    await forged.write()
    assert await room.found() == [(40, "anchor 2: its signature is wrong")]


@pytest.mark.parametrize("old", [b'"position":40', b'"digest":"', b'"at":"2026', b'"room":"eoc1'])
async def test_a_changed_anchor_is_found(room: Room, old: bytes) -> None:
    lines = room.anchors.read_bytes().splitlines()
    assert old in lines[1]
    new = {b'"position":40': b'"position":41', b'"at":"2026': b'"at":"2025'}.get(old)
    if old == b'"digest":"':
        at = lines[1].index(old) + len(old)
        swapped = b"0" if lines[1][at : at + 1] != b"0" else b"1"
        lines[1] = lines[1][:at] + swapped + lines[1][at + 1 :]
    else:
        lines[1] = lines[1].replace(old, new or b'"room":"eoc2')
    room.anchors.write_bytes(b"\n".join(lines) + b"\n")
    [(found, what)] = await room.found()
    assert found == (41 if b"position" in old else 40)
    assert what == "anchor 2: its signature is wrong"


async def test_an_anchor_of_another_room_is_refused(room: Room) -> None:
    writer = Writer("eoc2", 1, room.keys, digest(room.record(60)))
    foreign = Anchors(room.anchors, room.keys, FakeClock(), writer)
    foreign.on_committed([entry(60)], State())
    await foreign.write()
    assert await room.found() == [(60, "anchor 4: it is of room eoc2")]


async def test_a_torn_anchor_line_spoils_no_other(room: Room) -> None:
    room.anchors.write_bytes(room.anchors.read_bytes()[:-30])
    writer = Writer(ROOM, 1, room.keys, digest(room.record(60)))
    again = Anchors(room.anchors, room.keys, FakeClock(), writer)
    again.on_committed([entry(60)], State())
    await again.write()
    verdict = await room.verify()
    assert verdict.anchors == 3
    assert [fault.what.split(":")[0] for fault in verdict.faults] == ["anchor 3"]


async def test_every_fault_is_named_not_only_the_first(room: Room) -> None:
    for position in (7, 8, 33):
        room.put(position, room.record(position)[:-1] + b"\0")
    room.sql("DELETE FROM records WHERE position BETWEEN 45 AND 46 OR position > 58")
    assert [position for position, _ in await room.found()] == [7, 8, 33, 45, 59]


async def test_a_torn_database_file_is_said_and_not_a_crash(room: Room) -> None:
    size = room.journal.stat().st_size
    with room.journal.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xff" * (size // 4))
    assert not (await room.verify()).sound


async def test_erased_is_not_changed(room: Room, tmp_path: Path) -> None:
    """E4: the chain and the anchors hold after the data key was deleted."""
    (tmp_path / "keys" / f"{room.keys.current}.key").unlink()
    room.keys = FileKeys(tmp_path / "keys")
    verdict = await room.verify()
    assert verdict.sound
    assert verdict.erased == RECORDS
    record = bytearray(room.record(33))
    record[-20] ^= 1
    room.put(33, bytes(record))
    assert await room.found() == [(33, "it is not what the next was written after")]


async def test_without_the_anchor_key_nothing_is_called_sound(room: Room, tmp_path: Path) -> None:
    (tmp_path / "keys" / f"{ANCHOR}.key").unlink()
    room.keys = FileKeys(tmp_path / "keys")
    with pytest.raises(Trouble, match="bring back"):
        await room.verify()
