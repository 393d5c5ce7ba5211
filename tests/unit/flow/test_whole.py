"""Store and archive are one straight line, and a hole in it is told with its positions (E1, E3)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.stores.archive_folder import ArchiveFolder
from adapters.stores.memory import Disk, MemoryJournal
from middleware.flow.whole import Hole, WholeJournal
from middleware.ports import Snapshot, Span
from tests.archives import ROOM, Kept, everything

HEAD = 3_500


def record(position: int) -> bytes:
    return b"record %d" % position


ROWS = [(n, record(n)) for n in range(1, HEAD + 1)]


@pytest.fixture
async def kept(tmp_path: Path) -> Kept:
    """3,000 records in the archive, 500 in the store."""
    kept = Kept(tmp_path / "archive")
    await kept.write(HEAD, record)
    await kept.archive(3_300, 100)
    return kept


def path_of(kept: Kept, first: int) -> Path:
    return kept.folder / f"{first:012}-{first + 999:012}.segment"


@pytest.mark.parametrize("after", [0, 1, 999, 1_000, 1_500, 2_999, 3_000, 3_001, 3_499, 3_500])
async def test_e3_it_is_read_from_anywhere_to_anywhere(kept: Kept, after: int) -> None:
    journal = kept.journal()
    assert await everything(journal, after) == ROWS[after:]
    for limit in (0, 1, 600, 2_400):
        assert [row async for row in journal.read(after, limit)] == ROWS[after : after + limit]


async def test_e3_who_reads_while_it_is_archived_misses_nothing(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "archive")
    await kept.write(HEAD, record)
    seen = []
    async for row in kept.journal().read(0):
        seen.append(row)
        if row[0] in (10, 1_200):
            await kept.archive(row[0] + 2_000, 100)
    assert seen == ROWS
    assert kept.disk.dropped == 3_000


@pytest.mark.parametrize(
    ("change", "first", "last", "why"),
    [
        (lambda path: path.unlink(), 1_001, 2_000, "neither the store nor the archive"),
        (lambda path: path.write_bytes(path.read_bytes()[:9_000]), 1_595, 2_000, "cut off"),
        (lambda path: path.write_bytes(path.read_bytes() + b"x"), 1_001, 2_000, "changed"),
        (lambda path: path.write_bytes(b""), 1_001, 2_000, "header"),
    ],
    ids=["missing", "cut", "longer", "empty"],
)
async def test_e1_a_segment_that_is_not_as_it_was_is_named(
    kept: Kept, change: Callable[[Path], None], first: int, last: int, why: str
) -> None:
    change(path_of(kept, 1_001))
    read: list[tuple[int, bytes]] = []

    async def until_it_ends() -> None:
        async for row in kept.journal().read(0):
            read.append(row)  # noqa: PERF401 - what was read before it ended is kept

    with pytest.raises(Hole, match=why) as told:
        await until_it_ends()
    assert (told.value.first, told.value.last) == (first, last)
    assert read == ROWS[: len(read)]
    assert "[journal] archive" in told.value.remedy
    assert await everything(kept.journal(), 2_000) == ROWS[2_000:], "what is behind it is read"


async def test_o4_a_start_without_the_archive_is_refused_with_the_positions(kept: Kept) -> None:
    """A follower of a pair that cannot see the folder, or to whom nobody has named it."""
    store = MemoryJournal(kept.disk)
    await store.save_snapshot(Snapshot(3_300, "v1", b"state"))
    assert await kept.journal().load_snapshot("v1") == Snapshot(3_300, "v1", b"state")
    elsewhere = ArchiveFolder(kept.folder.with_name("not mounted"), ROOM)
    for archive in (None, elsewhere):
        with pytest.raises(Hole, match="positions 1 to 3000"):
            await WholeJournal(store, archive).load_snapshot("v1")
    path_of(kept, 2_001).unlink()
    with pytest.raises(Hole, match="positions 2001 to 3000"):
        await kept.journal().load_snapshot("v1")


async def test_o4_an_empty_store_beside_an_archive_is_no_new_journal(kept: Kept) -> None:
    lost = WholeJournal(MemoryJournal(Disk()), ArchiveFolder(kept.folder, ROOM))
    with pytest.raises(Hole, match="the store is empty"):
        await lost.load_snapshot("v1")


async def test_a_store_without_an_archive_is_read_as_it_is(tmp_path: Path) -> None:
    disk = Disk(records=[record(n) for n in range(1, 4)])
    journal = WholeJournal(MemoryJournal(disk), None)
    assert await everything(journal) == ROWS[:3]
    assert await journal.load_snapshot("v1") is None
    assert await journal.demand_archived(0) == ()
    assert await WholeJournal(MemoryJournal(Disk()), None).load_snapshot("v1") is None


async def test_of_two_segments_over_the_same_place_the_longer_is_read(kept: Kept) -> None:
    archive = ArchiveFolder(kept.folder, ROOM)
    await archive.write(1, [record(n) for n in range(1, 501)], 9)
    assert list(await archive.spans())[:2] == [Span(1, 500), Span(1, 1_000)]
    assert await everything(kept.journal()) == ROWS
