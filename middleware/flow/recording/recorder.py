"""The recorder of a running service: off it costs one look, on it keeps what it is given (O2).

Hooks only append to a list; packing, sealing and writing are done by another thread. A recording
is bounded in bytes, in time and in what waits for the disk, and ends by itself with the reason.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Literal

import structlog

from middleware.engine.decide import question
from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.recording.file import Frame, Header, RecordingWriter
from middleware.flow.recording.frames import (
    came_frame,
    pack,
    sent_frame,
    told_frame,
    wire_frame,
)
from middleware.flow.recording.opening import Opening
from middleware.flow.service import Parts
from middleware.ports import Clock, Keys, Meters, OnWire, ToDevice, WireFrame
from schemas.event import Event

WRITE_EVERY = timedelta(milliseconds=500)
A_BLOCK = 1_000
"""Frames that are packed and sealed together."""
MOST_WAITING = 50_000
"""Frames that may wait for the disk."""

log = structlog.get_logger()

Sources = dict[str, Literal["wire", "events"]]
Thunk = Callable[[], Frame]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Whichever comes first ends the recording."""

    longest: timedelta
    bytes: int


@dataclass(slots=True)
class Running:
    """A recording under way."""

    path: Path
    writer: RecordingWriter
    bounds: Bounds
    began: float
    begun: datetime
    first: Iterator[Frame] = field(default_factory=lambda: iter(()))
    """What was known when it began."""
    waiting: list[Thunk] = field(default_factory=list)
    frames: int = 0
    why: str = ""
    """Why it is to end; empty while it goes on."""
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Recorder:
    """The `Tap` of all sources, a listener of the core, and told what is handed in and sent."""

    def __init__(self, clock: Clock, keys: Keys, meters: Meters, sources: Sources) -> None:
        self._clock, self._keys, self._sources = clock, keys, sources
        self._running: Running | None = None
        self.last: Running | None = None
        """The one under way, or the one that ended last."""
        self._writing: asyncio.Future[None] | None = None
        self._links = 0
        self._stands: dict[str, WireFrame] = {}
        """How each wire was left last."""
        self._gauge = meters.gauge("forewarn_recording")
        self._gauge.set(0)

    @property
    def running(self) -> Running | None:
        return self._running

    def has_wire(self, source: str) -> bool:
        """Whether the bytes of its wire are kept, not only the events."""
        return self._sources.get(source) == "wire"

    # --- begin and end -----------------------------------------------------------------

    def begin(self, path: Path, parts: Parts, state: State, bounds: Bounds) -> Running:
        """From here on everything is kept; Trouble where the file cannot be made."""
        begun = self._clock.now()
        header = Header(
            room=parts.room,
            build=parts.build,
            matcher=parts.index.version,
            begun=begun,
            sources=self._sources,
            rules=parts.rules.model_dump_json(),
            configuration=parts.configuration,
        )
        writer = RecordingWriter(path, header, self._keys)
        running = Running(path, writer, bounds, self._clock.monotonic(), begun)
        running.first = Opening.of(state, begun).frames()
        self._running = self.last = running
        for source, frame in self._stands.items():
            self._wire(source, replace(frame, midway=True))
        self._gauge.set(1)
        return running

    def stop(self, why: str) -> None:
        """The recording ends with what was heard until now."""
        if self._running is not None and not self._running.why:
            self._running.why = why

    async def run(self) -> None:
        """Write what waits; until cancelled, and then to the end."""
        try:
            while True:
                await self._clock.sleep(WRITE_EVERY)
                if self._running is not None:
                    await self._write(self._running)
        finally:
            self.stop("service stopped")
            if self._writing is not None:  # what a thread has begun it ends
                await asyncio.wait({self._writing})
            if self._running is not None:
                self._finish(self._running)

    async def _write(self, running: Running) -> None:
        self._look_at_bounds(running)
        taken, running.waiting = running.waiting, []
        self._writing = asyncio.ensure_future(asyncio.to_thread(_put, running, taken))
        try:
            await asyncio.shield(self._writing)
        except Exception as fault:  # whatever it is, the service goes on
            log.exception("recording_not_written", error=type(fault).__name__)
            running.why, running.waiting = _why(fault), []
        if running.why:
            self._finish(running)

    def _look_at_bounds(self, running: Running) -> None:
        passed = self._clock.monotonic() - running.began
        if passed > running.bounds.longest.total_seconds():
            self.stop("longest time reached")
        elif running.writer.size > running.bounds.bytes:
            self.stop("largest size reached")

    def _finish(self, running: Running) -> None:
        self._running = None
        self._gauge.set(0)
        try:
            _put(running, running.waiting)
            running.writer.close(running.why)
        except Exception as fault:
            log.exception("recording_not_sealed", error=type(fault).__name__)
        running.over.set()
        log.info("recording_ended", records=running.frames, size=running.writer.size)

    # --- what it is told ---------------------------------------------------------------

    def opened(self, source: str) -> int:
        """See ports.Tap."""
        self._links += 1
        self._turn(source, WireFrame(OnWire.OPENED, self._links))
        return self._links

    def heard(self, source: str, link: int, data: bytes) -> None:
        """See ports.Tap."""
        if self._running is not None:
            self._wire(source, WireFrame(OnWire.HEARD, link, data))

    def closed(self, source: str, why: str) -> None:
        """See ports.Tap."""
        self._turn(source, WireFrame(OnWire.CLOSED, 0, why=why))

    def told(self, by: str, event: Event) -> None:
        """An event was handed in that came on no recorded wire."""
        if self._running is not None:
            self._add(partial(told_frame, by, event))

    def sent(self, channel: str, message: ToDevice) -> None:
        """A channel took it."""
        if self._running is not None:
            self._add(partial(sent_frame, channel, message))

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        """What came of it."""
        running = self._running
        if running is None:
            return
        try:
            self._came(running, entries, state)
        except Exception as fault:  # the line goes on
            log.exception("recording_fault", error=type(fault).__name__)
            self.stop(_why(fault))

    def _came(self, running: Running, entries: Sequence[Entry], state: State) -> None:
        for entry in entries:
            if isinstance(entry.event, Event):
                place = question(state, entry.event) if entry.answer is not None else None
                self._add(partial(came_frame, running.begun, entry, place))

    def _turn(self, source: str, frame: WireFrame) -> None:
        self._stands[source] = frame
        self._wire(source, frame)

    def _wire(self, source: str, frame: WireFrame) -> None:
        if self._running is not None and self.has_wire(source):
            self._add(partial(wire_frame, source, frame))

    def _add(self, make: Callable[[float], Frame]) -> None:
        running = self._running
        if running is None or running.why:
            return
        if len(running.waiting) >= MOST_WAITING:
            self.stop("the disk did not keep up")
        t = round(self._clock.monotonic() - running.began, 6)
        running.waiting.append(partial(make, t))


def _why(fault: Exception) -> str:
    refused = isinstance(fault, OSError)
    return "the disk refused it" if refused else "a fault of the recorder; see the log"


def _put(running: Running, taken: list[Thunk]) -> None:
    """Pack, seal and write; in a thread of its own."""
    frames = chain(running.first, (make() for make in taken))
    while block := [pack(frame) for frame in islice(frames, A_BLOCK)]:
        running.frames += len(block)
        running.writer.add(block)
