"""Fan-out: a screen that does not read costs the others nothing, and nobody misses a frame."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from middleware.console.frames import text_frame
from middleware.console.hub import BEAT, GATHER, UNREAD_BYTES, UNREAD_FRAMES, Hub, Screen
from middleware.console.projection import Projection
from middleware.console.streams import STREAMS, view_of
from middleware.ops.access import Role
from middleware.ops.metrics import Metrics
from tests import said
from tests.fakes import FakeClock
from tests.room import Room
from tests.said import HIGH_STREET, MILL_LANE, START

HANDLER = view_of(Role.CALL_HANDLER)
ADMINISTRATOR = view_of(Role.ADMINISTRATOR)


class FakeTransport(asyncio.Transport):
    """Keeps what is written; `reads` False leaves it all in the buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.reads, self.aborted, self.buffered = True, False, 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))
        self.buffered += 0 if self.reads else len(data)

    def get_write_buffer_size(self) -> int:
        return self.buffered

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True

    def frames(self, *, beats: bool = False) -> list[dict[str, Any]]:
        """What the screen was sent, read as a browser would."""
        frames = [json.loads(_payload(frame)) for frame in self.written]
        return [frame for frame in frames if beats or frame["say"] != "beat"]


def _payload(frame: bytes) -> bytes:
    assert frame[0] == 0x81
    start = {126: 4, 127: 10}.get(frame[1], 2)
    return frame[start:]


class Desk:
    """A hub over a room, with a clock that stands still until it is told."""

    def __init__(self) -> None:
        self.room, self.clock, self.metrics = Room(), FakeClock(START), Metrics()
        self.projection = Projection(self.clock, self.room.state)
        self.hub = Hub(self.projection, self.clock, self.metrics)
        self._told = len(self.room.entries)
        self.session_lasts = True

    def screen(self, view: tuple[str, ...] = HANDLER) -> tuple[Screen, FakeTransport]:
        transport = FakeTransport()
        screen = Screen(transport, view, lambda: self.session_lasts)
        self.hub.enter(screen)
        self.hub.watch(screen)
        return screen, transport

    def commit(self) -> None:
        entries = self.room.entries[self._told :]
        self._told = len(self.room.entries)
        self.projection.on_committed(entries, self.room.state)

    def opens(self, number: str = "1") -> None:
        self.room.incident_opened(MILL_LANE, number=number)

    async def turn(self, duration: timedelta = timedelta(0)) -> None:
        """Time passes, and every task that can goes on."""
        await self.clock.advance(duration)
        for _ in range(10):
            await self.clock.advance(timedelta(0))

    def dropped(self) -> float:
        return self.metrics.registry.get_sample_value("forewarn_console_dropped_total") or 0.0


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    running = asyncio.create_task(desk.hub.run())
    await desk.turn()
    yield desk
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_n1_a_screen_gets_a_snapshot_and_then_each_change(desk: Desk) -> None:
    _, transport = desk.screen()
    desk.opens("1")
    desk.commit()
    await desk.turn(GATHER)
    snapshot, delta = transport.frames()
    assert snapshot["incidents"] == []
    assert [row["number"] for row in delta["incidents"]["rows"]] == ["1"]
    assert delta["after"] <= snapshot["number"] < delta["number"]


async def test_changes_close_together_go_out_as_one_frame(desk: Desk) -> None:
    _, transport = desk.screen()
    await desk.turn(GATHER)
    for number in ("1", "2", "3"):
        desk.opens(number)
        desk.commit()
    await desk.turn(GATHER)
    first, rest = transport.frames()[1:]
    assert [row["number"] for row in first["incidents"]["rows"]] == ["1"]
    assert [row["number"] for row in rest["incidents"]["rows"]] == ["2", "3"]


async def test_nothing_is_shown_before_it_is_durable(desk: Desk) -> None:
    desk.opens("1")
    _, transport = desk.screen()
    assert transport.frames() == []
    desk.commit()
    assert [row["number"] for row in transport.frames()[0]["incidents"]] == ["1"]


async def test_all_screens_of_a_role_are_written_the_same_bytes(desk: Desk) -> None:
    screens = [desk.screen()[1] for _ in range(250)]
    desk.opens()
    desk.commit()
    await desk.turn(GATHER)
    assert {bytes(transport.written[-1]) for transport in screens} == {screens[0].written[-1]}


async def test_e2_a_role_is_sent_only_its_own(desk: Desk) -> None:
    _, transport = desk.screen(ADMINISTRATOR)
    desk.opens("4711")
    desk.commit()
    await desk.turn(GATHER)
    assert b"4711" not in b"".join(transport.written)


async def test_a_screen_that_does_not_read_is_cut_off_and_counted(desk: Desk) -> None:
    _, stopped = desk.screen()
    _, other = desk.screen()
    stopped.reads = False
    stopped.buffered = UNREAD_BYTES * 2
    desk.opens()
    desk.commit()
    await desk.turn(GATHER)
    assert stopped.aborted
    assert desk.dropped() == 1
    assert not other.aborted
    assert other.frames()[-1]["say"] == "delta"


async def test_the_bound_is_also_one_of_frames(desk: Desk) -> None:
    screen, stopped = desk.screen()
    stopped.reads, stopped.buffered = False, 1
    sent = 0
    while screen.send(b"x"):
        sent += 1
        assert sent <= UNREAD_FRAMES
    assert stopped.aborted


async def test_a_large_snapshot_alone_cuts_nobody_off(desk: Desk) -> None:
    for number in range(900):
        desk.room.incident_opened("A very long address " * 90, number=str(number))
    desk.commit()
    screen, transport = desk.screen()
    transport.reads, transport.buffered = False, len(transport.written[-1])
    assert transport.buffered > UNREAD_BYTES
    assert screen.send(text_frame(b"next"))


async def test_a_screen_that_asks_again_gets_a_new_snapshot(desk: Desk) -> None:
    screen, transport = desk.screen()
    desk.opens("1")
    desk.commit()
    desk.hub.watch(screen)
    assert [frame["say"] for frame in transport.frames()] == ["snapshot", "snapshot"]
    assert len(transport.frames()[-1]["incidents"]) == 1


async def test_every_screen_hears_a_beat_even_before_it_watches(desk: Desk) -> None:
    transport = FakeTransport()
    desk.hub.enter(Screen(transport, HANDLER, lambda: True))
    await desk.turn(BEAT)
    await desk.turn(BEAT)
    assert [frame["say"] for frame in transport.frames(beats=True)] == ["beat", "beat"]


async def test_e2_a_screen_whose_session_is_over_is_cut_off_at_the_next_beat(desk: Desk) -> None:
    _, transport = desk.screen()
    desk.session_lasts = False
    await desk.turn(BEAT)
    assert transport.aborted


async def test_a_screen_that_left_is_not_written_to(desk: Desk) -> None:
    screen, transport = desk.screen()
    desk.hub.leave(screen)
    written = len(transport.written)
    desk.opens()
    desk.commit()
    await desk.turn(BEAT)
    assert len(transport.written) == written
    assert desk.metrics.registry.get_sample_value("forewarn_console_screens") == 0


async def test_figures_are_counted_again_at_the_beat(desk: Desk) -> None:
    _, transport = desk.screen()
    desk.room.marker_put(said.marker())
    desk.room.incident_opened(HIGH_STREET)
    desk.commit()
    await desk.turn(BEAT)
    await desk.turn(BEAT)
    figures = [frame["figures"] for frame in transport.frames()[1:] if "figures" in frame]
    assert figures[-1]["rows"][0]["found"] == 1


async def test_a_fault_in_a_row_stops_no_commit_and_is_not_hidden(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The core calls the console: a fault here must never reach it."""
    _, transport = desk.screen()

    def broken(*_: object) -> None:
        raise ValueError("of this row")

    with monkeypatch.context() as broke:
        broke.setitem(STREAMS, "incidents", replace(STREAMS["incidents"], row=broken))
        desk.opens("1")
        desk.commit()
        desk.opens("2")
        desk.commit()
        await desk.turn(BEAT)
        await desk.turn(BEAT)
        assert transport.frames(beats=True)[-1]["stalled"]
    await desk.turn(BEAT)
    await desk.turn(BEAT)
    assert not transport.frames(beats=True)[-1]["stalled"]
    snapshot = [frame for frame in transport.frames() if frame["say"] == "snapshot"][-1]
    assert [row["number"] for row in snapshot["incidents"]] == ["2", "1"]


async def test_screens_are_told_when_the_journal_does_not_take_what_is_new(desk: Desk) -> None:
    _, transport = desk.screen()
    desk.opens()
    await desk.turn(BEAT)
    await desk.turn(BEAT)
    beats = [f["stalled"] for f in transport.frames(beats=True) if f["say"] == "beat"]
    assert beats[-1]
    desk.commit()
    await desk.turn(BEAT)
    await desk.turn(BEAT)
    assert not transport.frames(beats=True)[-1].get("stalled")
