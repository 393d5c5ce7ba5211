"""`journal verify` through store and archive, a real SQLite file and a real folder: whatever became
of a segment is found, with its position, and what is sound behind it is still read (E1)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.stores.archive_folder import ArchiveFolder
from adapters.stores.segment import pack, unpack
from adapters.stores.sqlite import SqliteJournal
from middleware.flow.anchor import read_lines
from middleware.flow.verify import Verdict, verify
from middleware.flow.whole import WholeJournal
from middleware.ports import Span
from tests.integration.test_verify import ANCHORED, RECORDS, ROOM, Room, room

__all__ = ["room"]
SPANS = (Span(1, 15), Span(16, 30), Span(31, 40))
"""What lies in the archive alone; the rest lies in the store."""


@dataclass(slots=True)
class Archived:
    """A journal of which a part has left the store."""

    room: Room
    folder: Path

    def path(self, span: Span) -> Path:
        return self.folder / f"{span.first:012}-{span.last:012}.segment"

    async def verify(self) -> Verdict:
        journal = WholeJournal(SqliteJournal(self.room.journal), ArchiveFolder(self.folder, ROOM))
        try:
            anchors = read_lines(self.room.anchors)
            return await verify(journal, self.room.keys, anchors, room=ROOM)
        finally:
            await journal.close()


@pytest.fixture
async def archived(room: Room, tmp_path: Path) -> Archived:
    folder = tmp_path / "archive" / ROOM
    journal, archive = SqliteJournal(room.journal), ArchiveFolder(folder, ROOM)
    token = await journal.acquire()
    for span in SPANS:
        rows = journal.read(span.first - 1, span.last - span.first + 1)
        await archive.write(span.first, [record async for _, record in rows], token)
    await journal.drop(SPANS[-1].last, token)
    await journal.close()
    return Archived(room, folder)


async def test_e1_what_is_as_it_was_is_sound_through_both(archived: Archived) -> None:
    verdict = await archived.verify()
    assert verdict.sound
    assert (verdict.records, verdict.head, verdict.anchors) == (RECORDS, RECORDS, len(ANCHORED))


def changed(data: bytes, position: int) -> bytes:
    """The same with another bit in the record there, and a digest that fits."""
    span = SPANS[1]
    records = list(unpack(data, ROOM, span).records)
    record = bytearray(records[position - span.first])
    record[len(record) // 2] ^= 1
    records[position - span.first] = bytes(record)
    return pack(ROOM, span.first, records)


def swapped(data: bytes) -> bytes:
    one, other, *rest = unpack(data, ROOM, SPANS[1]).records
    return pack(ROOM, SPANS[1].first, [other, one, *rest])


def cut(data: bytes) -> bytes:
    records = unpack(data, ROOM, SPANS[1]).records
    return data[: data.index(records[25 - SPANS[1].first]) + 100]


@pytest.mark.parametrize(
    ("change", "position", "what"),
    [
        pytest.param(
            lambda data: changed(data, 22), 22, "changed", id="a record, digest made anew"
        ),
        pytest.param(swapped, 16, "lies here", id="two records in another order"),
        pytest.param(
            lambda data: data[:-1] + bytes([data[-1] ^ 1]), 16, "it was changed", id="digest"
        ),
        pytest.param(lambda data: b"x" + data[1:], 16, "header", id="its header"),
        pytest.param(cut, 25, "cut off", id="cut in the midst of a record"),
        pytest.param(lambda data: b"", 16, "header", id="emptied"),
        pytest.param(lambda data: None, 16, "neither the store nor", id="missing"),
    ],
)
async def test_e1_whatever_became_of_a_segment_is_found_with_its_position(
    archived: Archived, change: Callable[[bytes], bytes | None], position: int, what: str
) -> None:
    path = archived.path(SPANS[1])
    after = change(path.read_bytes())
    path.unlink()
    if after is not None:
        path.write_bytes(after)
    verdict = await archived.verify()
    first = verdict.faults[0]
    assert (first.position, what in first.what) == (position, True), verdict.faults
    assert all(SPANS[1].first <= fault.position <= SPANS[1].last for fault in verdict.faults)
    assert verdict.head == RECORDS, "what is behind it was read, and held against the anchors"
    assert not any("anchored" in fault.what for fault in verdict.faults)
