"""Fan-out to the screens: one frame for all that see the same, and nobody waits for anybody.

A frame is written raw to each transport, which never waits. What a screen has not read yet is
bounded in bytes and in frames; beyond that it is cut off, and comes back for a new snapshot.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import orjson
import structlog

from middleware.console.frames import text_frame
from middleware.console.projection import Projection
from middleware.console.streams import View
from middleware.ports import Clock, Meters

log = structlog.get_logger()

UNREAD_BYTES = 1 << 20
"""What a screen may leave unread, beyond its snapshot."""
UNREAD_FRAMES = 2_000
BEAT = timedelta(seconds=2)
GATHER = timedelta(milliseconds=25)
"""Changes within this time after a frame go out together; a lone change goes out at once."""
AT_ONCE = 100
"""Screens written to before others of the event loop have their turn."""
NO_WAIT = timedelta(0)


@dataclass(slots=True, eq=False)
class Screen:
    """One connected screen. `may_stay` is asked at every beat: the session may be over."""

    transport: asyncio.Transport
    view: View
    may_stay: Callable[[], bool]
    bound: int = UNREAD_BYTES
    unread: int = 0
    is_watching: bool = False

    def send(self, frame: bytes) -> bool:
        """Queue the frame; False when the screen does not read and was cut off."""
        if self.transport.is_closing():
            return True
        waiting = self.transport.get_write_buffer_size()
        self.unread = self.unread + 1 if waiting else 1
        if waiting > self.bound or self.unread > UNREAD_FRAMES:
            self.transport.abort()
            return False
        self.transport.write(frame)
        return True


@dataclass(slots=True)
class Hub:
    """All screens. `run` serves them until cancelled."""

    projection: Projection
    clock: Clock
    meters: Meters
    _screens: dict[Screen, None] = field(default_factory=dict)
    _joining: dict[Screen, None] = field(default_factory=dict)
    _outbox: deque[tuple[bytes, tuple[Screen, ...]]] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _gathering: asyncio.Event = field(default_factory=asyncio.Event)
    _is_due: bool = True
    _is_spreading: bool = False
    _waiting_at: int | None = None
    _has_failed: bool = False

    def __post_init__(self) -> None:
        self.projection.on_change = self._on_change
        self.meters.gauge("forewarn_queue_bound", queue="screen").set(UNREAD_FRAMES)

    def enter(self, screen: Screen) -> None:
        """The screen gets beats from now on."""
        self._screens[screen] = None
        self._count()

    def watch(self, screen: Screen) -> None:
        """A snapshot as soon as the state is settled, then deltas; again: a new snapshot."""
        self._joining[screen] = None
        if self.projection.is_settled():
            self._flush()

    def leave(self, screen: Screen) -> None:
        self._screens.pop(screen, None)
        self._joining.pop(screen, None)
        self._count()

    def tell(self, screen: Screen, message: dict[str, object]) -> None:
        """Something for one screen alone."""
        self._write(text_frame(orjson.dumps(message)), (screen,))

    async def run(self) -> None:
        """Beats and deltas until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._beat())
            group.create_task(self._pump())
            group.create_task(self._gather())

    def _on_change(self) -> None:
        waits_for_nothing = self.projection.has_alarm or bool(self._joining)
        if self._is_due or (waits_for_nothing and not self._has_failed):
            self._flush()

    def _flush(self) -> None:
        """A fault in making rows must not reach the core, which calls this: the screens are told
        that they are behind, and at the next beat all get a new snapshot."""
        try:
            self._make_frames()
            self._has_failed = False
        except Exception as fault:
            log.exception("screens_not_told", error=type(fault).__name__)
            self._has_failed, self._is_due = True, False

    def _make_frames(self) -> None:
        """Make the frames now, while the state is settled; they are written from `run`, and at
        once where one is of a man-down and nobody has to wait for it."""
        is_alarm = self.projection.has_alarm
        views = {screen.view for screen in self._screens if screen.is_watching}
        for view, delta in self.projection.deltas(views).items():
            watching = tuple(s for s in self._screens if s.is_watching and s.view == view)
            self._outbox.append((text_frame(delta), watching))
        frames: dict[View, bytes] = {}
        for screen in self._joining:
            view = screen.view
            frame = frames.setdefault(view, text_frame(self.projection.snapshot(view)))
            screen.is_watching, screen.bound = True, UNREAD_BYTES + len(frame)
            self._write(frame, (screen,))
        self._joining.clear()
        self._is_due = False
        if is_alarm and not self._is_spreading and len(self._screens) <= AT_ONCE:
            while self._outbox:
                self._write(*self._outbox.popleft())
        self._wake.set()
        self._gathering.set()

    async def _pump(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            self._is_spreading = True
            while self._outbox:
                await self._spread(*self._outbox.popleft())
            self._is_spreading = False

    async def _gather(self) -> None:
        """Apart from the pump: an alarm's frame is written while others are still gathered."""
        while True:
            await self._gathering.wait()
            self._gathering.clear()
            await self.clock.sleep(GATHER)
            self._is_due = True
            if self.projection.has_news() and self.projection.is_settled():
                self._flush()

    async def _beat(self) -> None:
        while True:
            self._dismiss()
            beat = {"say": "beat", "at": self.clock.now(), "stalled": self._is_stalled()}
            frame = text_frame(orjson.dumps(beat))
            await self._spread(frame, tuple(self._screens))
            unread = max((screen.unread for screen in self._screens), default=0)
            self.meters.gauge("forewarn_queue_depth", queue="screen").set(unread)
            self.projection.touch_figures()
            self.projection.touch_alarms()
            if self._has_failed:
                self._joining.update({s: None for s in self._screens if s.is_watching})
            if (self._is_due or self._has_failed) and self.projection.is_settled():
                self._flush()
            await self.clock.sleep(BEAT)

    def _is_stalled(self) -> bool:
        """Whether something has waited for the journal since the last beat, or rows could not be
        made: the screens get nothing new, and must not look as if nothing happened."""
        waiting_at = None if self.projection.is_settled() else self.projection.position
        stalled = waiting_at is not None and waiting_at == self._waiting_at
        self._waiting_at = waiting_at
        return stalled or self._has_failed

    def _dismiss(self) -> None:
        """Cut off those whose session is over."""
        for screen in [s for s in self._screens if not s.may_stay()]:
            screen.transport.abort()

    async def _spread(self, frame: bytes, screens: tuple[Screen, ...]) -> None:
        for start in range(0, len(screens), AT_ONCE):
            self._write(frame, screens[start : start + AT_ONCE])
            await self.clock.sleep(NO_WAIT)

    def _write(self, frame: bytes, screens: Iterable[Screen]) -> None:
        for screen in screens:
            if not screen.send(frame):
                self.meters.counter("forewarn_console_dropped_total").inc()
                log.warning("screen_cut_off")

    def _count(self) -> None:
        self.meters.gauge("forewarn_console_screens").set(len(self._screens))
