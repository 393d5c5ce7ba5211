"""One contract for every spool (ports.Spool; O4): the file, and the one in memory. And the file
alone: torn anywhere, on a disk that is full, and left by another."""

import asyncio
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.stores.memory import Disk, MemorySpool
from adapters.stores.spool_file import HEADER, SpoolFile
from middleware.ports import Spool, Spooled

BOUND = 1 << 20
Open = Callable[[], Spool]


@pytest.fixture(params=["memory", "file"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same spool as often as wanted, like a service that starts again."""
    disk, opened = Disk(), list[SpoolFile]()

    def file() -> Spool:
        opened.append(SpoolFile(tmp_path / "spool", BOUND))
        return opened[-1]

    yield (lambda: MemorySpool(disk)) if request.param == "memory" else file
    for one in opened:
        one.close()


def some(count: int, name: str = "record") -> list[bytes]:
    return [f"{name} {n} \0\xff".encode("latin-1") for n in range(count)]


async def test_o4_a_new_one_holds_nothing(reopen: Open) -> None:
    assert await reopen().load() == Spooled(None, 1, ())


async def test_o4_what_was_written_is_there_after_a_restart_in_order(reopen: Open) -> None:
    spool = reopen()
    await spool.load()
    await spool.mark(7)
    await spool.write(41, some(3))
    await spool.write(44, some(2, "more"))

    assert await reopen().load() == Spooled(7, 41, (*some(3), *some(2, "more")))


async def test_o4_a_restart_writes_on_behind_what_was_there(reopen: Open) -> None:
    spool = reopen()
    await spool.load()
    await spool.write(41, some(3))
    again = reopen()
    await again.load()
    await again.mark(8)
    await again.write(44, some(1))

    assert (await reopen().load()).records == (*some(3), *some(1))


async def test_o4_cleared_it_holds_nothing_but_the_token_and_begins_anywhere(reopen: Open) -> None:
    spool = reopen()
    await spool.load()
    await spool.mark(7)
    await spool.write(41, some(3))
    await spool.clear()
    assert (await reopen().load()).records == ()
    await spool.write(90, some(1))

    assert await reopen().load() == Spooled(7, 90, tuple(some(1)))


async def test_o4_set_aside_it_begins_anew(reopen: Open, tmp_path: Path) -> None:
    spool = reopen()
    await spool.load()
    await spool.mark(7)
    await spool.write(41, some(3))
    await spool.set_aside()
    await spool.write(5, some(1))

    assert await reopen().load() == Spooled(7, 5, tuple(some(1)))


async def test_o4_what_is_set_aside_is_kept_and_the_file_is_ours_alone(tmp_path: Path) -> None:
    spool = SpoolFile(tmp_path / "spool", BOUND)
    await spool.load()
    await spool.write(41, some(3))
    await spool.set_aside()
    spool.close()

    aside = SpoolFile(tmp_path / "spool.aside-1", BOUND)
    assert (await aside.load()).records == tuple(some(3))
    aside.close()
    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0


async def test_o4_its_room_is_taken_beforehand(tmp_path: Path) -> None:
    """So that a disk that fills up does not fill it up too."""
    spool = SpoolFile(tmp_path / "spool", BOUND)
    await spool.load()
    spool.close()

    assert (tmp_path / "spool").stat().st_blocks * 512 >= BOUND


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


async def test_o4_a_write_that_failed_half_way_is_made_again_in_its_place(tmp_path: Path) -> None:
    spool = SpoolFile(tmp_path / "spool", BOUND)
    await spool.load()
    await spool.write(1, some(1))
    with no_file_grows_beyond(HEADER + 60), pytest.raises(OSError, match="File too large"):
        await spool.write(2, some(20))
    await spool.write(2, some(2))
    spool.close()

    again = SpoolFile(tmp_path / "spool", BOUND)
    assert (await again.load()).records == (*some(1), *some(2))
    again.close()


@given(st.integers(0, 400), st.binary(min_size=1, max_size=40))
@example(8, b"\x01")  # the upper half of a place
def test_o4_torn_or_spoilt_anywhere_it_gives_back_a_beginning_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, at: int, junk: bytes
) -> None:
    path = tmp_path_factory.mktemp("spool") / "spool"
    written = some(6)

    async def spoil() -> Spooled:
        spool = SpoolFile(path, BOUND)
        await spool.load()
        await spool.write(41, written)
        spool.close()
        with path.open("r+b") as file:
            file.seek(HEADER + at)
            file.write(junk)
            os.fsync(file.fileno())
        again = SpoolFile(path, BOUND)
        try:
            return await again.load()
        finally:
            again.close()

    left = asyncio.run(spoil())

    assert list(left.records) == written[: len(left.records)]
    assert left.first == 41 or not left.records


async def test_o4_a_stale_frame_behind_the_end_is_not_read(tmp_path: Path) -> None:
    """Of an earlier time away, longer than this one."""
    spool = SpoolFile(tmp_path / "spool", BOUND)
    await spool.load()
    await spool.write(41, some(6))
    await spool.clear()
    await spool.write(90, some(1))
    spool.close()

    again = SpoolFile(tmp_path / "spool", BOUND)
    assert await again.load() == Spooled(None, 90, tuple(some(1)))
    again.close()
