"""Old records go to the archive and leave the store, and whatever happens meanwhile none is lost,
double or elsewhere (E1, E3, O4)."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from structlog.testing import capture_logs

from middleware.flow.archiving import SEGMENT, SEGMENT_BYTES
from middleware.ops.files import PRIVATE
from middleware.ports import Fenced
from tests.archives import Crash, Kept, everything

KEEP = 100
PLACES = ("list", "write", "written", "load", "drop")


def record(position: int) -> bytes:
    return b"%d " % position * (position % 13)


def rows(count: int) -> list[tuple[int, bytes]]:
    return [(n, record(n)) for n in range(1, count + 1)]


@pytest.fixture
async def kept(tmp_path: Path) -> Kept:
    kept = Kept(tmp_path / "archive" / "eoc1")
    await kept.write(3_500, record)
    return kept


async def test_o4_the_store_keeps_what_follows_the_snapshot_and_a_margin(kept: Kept) -> None:
    await kept.archive(snapshot=3_300, keep=KEEP)
    assert kept.disk.dropped == 3_000
    assert await everything(kept.journal()) == rows(3_500)
    assert kept.segments() == [
        "000000000001-000000001000.segment",
        "000000001001-000000002000.segment",
        "000000002001-000000003000.segment",
    ]
    assert kept.figure("forewarn_archive_segments_total") == 3
    assert kept.figure("forewarn_journal_stored_records") == 500
    assert kept.figure("forewarn_archive_failing_seconds") == 0


@pytest.mark.parametrize(
    ("snapshot", "keep", "dropped"),
    [
        pytest.param(0, KEEP, 0, id="no snapshot was taken"),
        pytest.param(999, KEEP, 0, id="the snapshot needs all of it"),
        pytest.param(1_000, KEEP, 1_000, id="it needs what follows a segment"),
        pytest.param(3_500, 600, 2_000, id="so many are to stay"),
        pytest.param(3_500, 3_500, 0, id="all are to stay"),
    ],
)
async def test_o4_nothing_leaves_the_store_that_the_snapshot_or_the_margin_needs(
    kept: Kept, snapshot: int, keep: int, dropped: int
) -> None:
    await kept.archive(snapshot, keep)
    assert kept.disk.dropped == dropped
    assert await everything(kept.journal()) == rows(3_500)


async def test_large_records_make_more_and_smaller_segments(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "archive")
    await kept.write(1_200, lambda n: b"%d" % n + bytes(SEGMENT_BYTES // 300))
    before = await everything(kept.journal())
    await kept.archive(snapshot=1_200, keep=KEEP)
    spans = await kept.journal().demand_archived(SEGMENT)
    assert [span.last for span in spans] == [300, 600, 900, 1_000]
    assert max(path.stat().st_size for path in kept.folder.iterdir()) < 1.1 * SEGMENT_BYTES
    assert await everything(kept.journal()) == before


async def test_e2_only_the_user_of_the_service_may_read_the_archive(kept: Kept) -> None:
    await kept.archive(snapshot=3_300, keep=KEEP)
    modes = {path.stat().st_mode & 0o777 for path in kept.folder.iterdir()}
    assert modes == {PRIVATE}
    folders = (kept.folder, kept.folder.parent)
    assert [folder.stat().st_mode & 0o077 for folder in folders] == [0, 0]


# --- what goes wrong --------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(25))
async def test_o4_ended_anywhere_it_goes_on_without_a_hole_and_without_a_double(
    tmp_path: Path, seed: int
) -> None:
    """Killed, or refused by the disk, at places drawn by lot; at the end nothing is left over."""
    chance, kept = Random(seed), Kept(tmp_path / "archive")
    head = 0

    def strike(place: str) -> None:
        if chance.random() < (0.02 if place == "drop" else 0.12):
            raise Crash(place) if chance.random() < 0.7 else OSError(errno.ENOSPC, "full")

    for _ in range(12):
        count = chance.randint(0, 900)
        await kept.write(count, record)
        head += count
        snapshot = chance.randint(0, head)
        with suppress(Crash):
            await kept.archive(snapshot, KEEP, strike)
        assert await everything(kept.journal()) == rows(head)
        assert kept.disk.dropped <= max(0, head - KEEP)
    await kept.archive(head, KEEP)
    assert await everything(kept.journal()) == rows(head)
    assert kept.disk.dropped == max(0, (head - KEEP) // SEGMENT * SEGMENT)
    assert [name for name in kept.segments() if ".new" in name] == []
    assert len(kept.segments()) == kept.disk.dropped // SEGMENT, "each record lies in one of them"


@pytest.mark.parametrize("place", PLACES)
async def test_o4_while_the_disk_is_full_or_away_nothing_is_dropped_and_it_is_said_once(
    kept: Kept, place: str
) -> None:
    def full(at: str) -> None:
        if at == place:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with capture_logs() as logs:
        await kept.archive(3_300, KEEP, full)
    assert kept.disk.dropped == 0
    assert [(one["event"], one["cause"]) for one in logs] == [("journal_not_archived", "away")]
    assert kept.figure("forewarn_archive_failing_seconds") > 0
    await kept.archive(3_300, KEEP)
    assert kept.disk.dropped == 3_000
    assert kept.figure("forewarn_archive_failing_seconds") == 0
    assert await everything(kept.journal()) == rows(3_500)


async def test_o4_a_stale_writer_writes_the_same_bytes_and_drops_nothing(kept: Kept) -> None:
    """Of a pair: the archive is one folder, and both believe to be the writer."""
    kept.disk.token = 1

    def taken_over(place: str) -> None:
        kept.disk.token += place == "drop"

    with pytest.raises(Fenced):
        await kept.archive(3_300, KEEP, taken_over)
    assert kept.disk.dropped == 0
    before = {path.name: path.read_bytes() for path in kept.folder.iterdir()}
    await kept.archive(3_300, KEEP)
    after = {path.name: path.read_bytes() for path in kept.folder.iterdir()}
    assert after | before == after
    await kept.journal().archive.write(1, [record(n) for n in range(1, 1_001)], 1)  # type: ignore[union-attr]
    assert {path.name: path.read_bytes() for path in kept.folder.iterdir()} == after
    assert await everything(kept.journal()) == rows(3_500)


async def test_e1_an_archive_with_other_records_stops_it_and_nothing_is_dropped(
    kept: Kept,
) -> None:
    """As of another journal, or of this one before its store was put back from a backup."""
    other = Kept(kept.folder)
    await other.write(3_500, lambda n: record(n + 1))
    await other.archive(3_300, KEEP)
    with capture_logs() as logs:
        await kept.archive(3_300, KEEP)
    assert [one["cause"] for one in logs] == ["differs"]
    assert kept.disk.dropped == 0


async def test_e1_where_the_archive_lacks_what_left_the_store_nothing_more_leaves_it(
    kept: Kept,
) -> None:
    """As when the folder is not mounted, or not the one that the other of a pair sees."""
    await kept.archive(1_900, KEEP)
    await kept.write(2_000, record)
    elsewhere = Kept(kept.folder.with_name("another"), kept.disk)
    with capture_logs() as logs:
        await elsewhere.archive(5_000, KEEP)
    assert [one["cause"] for one in logs] == ["hole"]
    assert (kept.disk.dropped, elsewhere.segments()) == (1_000, [])
