"""Anchors are written at intervals and at the end, of durable heads only (E1)."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.anchor import Anchors, BadAnchor, read_anchor, read_lines
from middleware.flow.records import Writer
from middleware.ops.keys import FileKeys
from tests.fakes import FakeClock
from tests.golden.examples import AT, event

EVERY = timedelta(minutes=10)


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    return FileKeys.prepare(tmp_path / "keys")


@pytest.fixture
def anchors(tmp_path: Path, keys: FileKeys) -> Anchors:
    return Anchors(tmp_path / "anchors", keys, FakeClock(), Writer("eoc1", 1, keys))


def entry(position: int) -> Entry:
    return Entry(position, AT, event("timer.due"), None, ())


def commit(anchors: Anchors, position: int) -> None:
    made = entry(position)
    anchors.writer.seal(made)
    anchors.on_committed([made], State())


def positions(anchors: Anchors) -> list[int]:
    lines = read_lines(anchors.path)
    return [read_anchor(line, "eoc1", anchors.keys).position for line in lines]


class AskedToSleep(FakeClock):
    """Sleeps are handed to the test, which ends them."""

    def __init__(self) -> None:
        super().__init__()
        self.sleeps: asyncio.Queue[tuple[timedelta, asyncio.Future[None]]] = asyncio.Queue()

    async def sleep(self, delay: timedelta) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sleeps.put_nowait((delay, woken))
        await woken


async def test_the_head_is_anchored_at_intervals_and_when_the_service_ends(
    anchors: Anchors,
) -> None:
    clock = AskedToSleep()
    anchors.clock = clock
    kept = asyncio.create_task(anchors.keep(EVERY))
    for position in (1, 2, 3):
        delay, woken = await clock.sleeps.get()
        assert delay == EVERY
        assert positions(anchors) == list(range(1, position))
        commit(anchors, position)
        woken.set_result(None)
    await clock.sleeps.get()
    commit(anchors, 4)
    kept.cancel()
    with pytest.raises(asyncio.CancelledError):
        await kept
    assert positions(anchors) == [1, 2, 3, 4]


async def test_nothing_new_means_no_new_anchor(anchors: Anchors) -> None:
    await anchors.write()
    assert positions(anchors) == []
    commit(anchors, 1)
    await anchors.write()
    await anchors.write()
    anchors.on_committed([], State())
    await anchors.write()
    assert positions(anchors) == [1]


async def test_what_was_sealed_and_is_not_durable_is_not_anchored(anchors: Anchors) -> None:
    commit(anchors, 1)
    anchors.writer.seal(entry(2))
    await anchors.write()
    assert positions(anchors) == [1]


async def test_a_file_that_cannot_be_written_is_logged_and_tried_again(
    anchors: Anchors, tmp_path: Path
) -> None:
    commit(anchors, 1)
    anchors.path = tmp_path
    with capture_logs() as logs:
        await anchors.write()
    assert [line["event"] for line in logs] == ["anchor_not_written"]
    anchors.path = tmp_path / "elsewhere" / "anchors"
    await anchors.write()
    assert positions(anchors) == [1]
    assert oct((tmp_path / "elsewhere" / "anchors").stat().st_mode)[-3:] == "600"


async def test_an_anchor_is_checked_against_key_and_room(anchors: Anchors, tmp_path: Path) -> None:
    commit(anchors, 1)
    await anchors.write()
    [line] = read_lines(anchors.path)
    with pytest.raises(BadAnchor, match="room"):
        read_anchor(line, "eoc2", anchors.keys)
    with pytest.raises(BadAnchor, match="signature"):
        read_anchor(line, "eoc1", FileKeys.prepare(tmp_path / "others"))
    with pytest.raises(BadAnchor, match="cannot be read"):
        read_anchor(line[:-9], "eoc1", anchors.keys)
