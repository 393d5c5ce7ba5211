"""A recording is bounded, ends with its reason, and never harms the service (O2, O4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from middleware.engine.state import State
from middleware.flow.recording.control import Recordings
from middleware.flow.recording.file import Recording
from middleware.flow.recording.recorder import Bounds, Recorder, Running
from middleware.ops.errors import Trouble
from middleware.ops.metrics import Metrics
from tests.flowing import OneKey, parts_of
from tests.room import Room
from tests.said import START
from tests.virtual import VirtualClock, virtual

LONG = Bounds(timedelta(hours=1), 1_000_000)


@dataclass
class Desk:
    """A recorder at work, and who begins and ends it."""

    recorder: Recorder
    recordings: Recordings
    room: Room

    def begin(self, bounds: Bounds = LONG) -> Running:
        return self.recordings.begin("night", bounds)

    def hear(self, data: bytes = b"something") -> None:
        self.recorder.heard("cad_tcp", 0, data)


@asynccontextmanager
async def desk(folder: Path) -> AsyncIterator[Desk]:
    clock, metrics, room = VirtualClock(), Metrics(), Room(now=START)
    recorder = Recorder(clock, OneKey(), metrics, {"cad_tcp": "wire", "voice": "events"})
    recordings = Recordings(recorder, folder, parts_of(clock, metrics), lambda: room.state, LONG)
    running = asyncio.ensure_future(recorder.run())
    try:
        yield Desk(recorder, recordings, room)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def kept(running: Running) -> tuple[str, list[Any]]:
    """Why it ended, and what it holds."""
    recording = Recording(running.path, OneKey())
    frames = list(recording.frames())
    assert recording.seal is not None
    return recording.seal.why, frames


def test_o2_while_nothing_is_recorded_nothing_is_kept(tmp_path: Path) -> None:
    @virtual
    async def it() -> None:
        async with desk(tmp_path) as room:
            room.hear(b"before")
            running = room.begin()
            room.hear(b"during")
            room.recorder.heard("voice", 0, b"no wire of it is recorded")
            await room.recordings.stop("ended by a person")
            room.hear(b"after")
        why, frames = kept(running)
        assert why == "ended by a person"
        assert [frame["data"] for frame in frames if frame["f"] == "heard"] == ["during"]

    it()


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        (Bounds(timedelta(seconds=30), 1_000_000), "longest time reached"),
        (Bounds(timedelta(hours=1), 20_000), "largest size reached"),
    ],
)
def test_o2_it_ends_by_itself_at_its_bounds(tmp_path: Path, bounds: Bounds, why: str) -> None:
    @virtual
    async def it() -> None:
        async with desk(tmp_path) as room:
            running = room.begin(bounds)
            while not running.over.is_set():
                room.hear(b"x" * 1_000)
                await asyncio.sleep(1)
            assert room.recordings.running is None
        assert kept(running)[0] == why
        assert running.path.stat().st_size < 60_000

    it()


def test_o4_with_the_service_it_ends_whole(tmp_path: Path) -> None:
    @virtual
    async def it() -> None:
        async with desk(tmp_path) as room:
            running = room.begin()
            await asyncio.sleep(3)
            room.hear(b"the last word")
        why, frames = kept(running)
        assert (why, frames[-1]["data"]) == ("service stopped", "the last word")

    it()


class Refuses:
    """A file on a disk that is full, or a fault of ours."""

    size = 0

    def __init__(self, fault: Exception) -> None:
        self.fault = fault

    def add(self, frames: Any) -> None:
        raise self.fault

    def close(self, why: str) -> str:
        raise self.fault


@pytest.mark.parametrize(
    ("fault", "why"),
    [(OSError(28, "full"), "the disk refused it"), (ValueError("ours"), "a fault of the recorder")],
)
def test_o4_what_cannot_be_written_ends_the_recording_and_nothing_else(
    tmp_path: Path, fault: Exception, why: str
) -> None:
    @virtual
    async def it() -> None:
        async with desk(tmp_path) as room:
            running = room.begin()
            running.writer.close("put aside")
            running.writer = Refuses(fault)  # type: ignore[assignment]
            room.hear()
            await running.over.wait()
            assert running.why.startswith(why)
            again = room.recordings.begin("morning", LONG)
            room.hear(b"goes on")
        assert kept(again)[1][-1]["data"] == "goes on"

    it()


def test_o4_a_fault_while_it_listens_stays_its_own(tmp_path: Path) -> None:
    @virtual
    async def it() -> None:
        async with desk(tmp_path) as room:
            running = room.begin()
            room.recorder.on_committed([object()], State())  # type: ignore[list-item]
            await running.over.wait()
        assert kept(running)[0].startswith("a fault of the recorder")

    it()


def test_o2_there_is_one_at_a_time(tmp_path: Path) -> None:
    @virtual
    async def it() -> None:
        async with desk(tmp_path) as room:
            room.begin()
            with pytest.raises(Trouble, match="a recording is under way"):
                room.begin()
            await room.recordings.stop("ended by a person")
            with pytest.raises(Trouble, match="no recording is under way"):
                await room.recordings.stop("again")
            with pytest.raises(Trouble, match="is there already"):
                room.begin()

    it()
