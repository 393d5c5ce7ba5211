"""Lanes before a position is given: man-down first, bulk last, each with a bound (O4)."""

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import IntEnum

from middleware.engine.alarms import ALARM
from middleware.engine.back_ups import BACK_UP
from middleware.ports import Meters, Submitted
from schemas.delivery import TimerDue
from schemas.event import Event
from schemas.markers_in import IndexFollowed, MarkersStaged, RecheckDue


class Lane(IntEnum):
    """In the order they are served. An event type has one lane, so that the order within a
    source and an entity is kept."""

    MAN_DOWN = 0
    LIVE = 1
    BULK = 2
    IMPORT = 3


_BULK = (IndexFollowed, RecheckDue)
BATCH_BYTES = 1 << 18
"""Raw bytes after which a batch is full: man-down waits for one batch at most."""
SHARE = 4
"""One place in so many of a batch is kept for the lanes behind man-down: a button that is stuck
does not stop the room. No more than so many go to each lane behind LIVE: it waits for few."""


def lane_of(event: Event) -> Lane:
    """The lane an event waits in."""
    if event.urgent or (isinstance(event, TimerDue) and is_urgent(event.timer)):
        return Lane.MAN_DOWN
    if isinstance(event, MarkersStaged):
        return Lane.IMPORT
    return Lane.BULK if isinstance(event, _BULK) else Lane.LIVE


def is_urgent(timer: str) -> bool:
    """Whether the timer is one of an alarm, or of a request for police or back-up."""
    return timer.startswith((ALARM, BACK_UP))


@dataclass(slots=True)
class Waiting:
    """Something handed in; `done` is resolved when it is durable."""

    event: Event
    raw: bytes
    done: asyncio.Future[Submitted]


@dataclass(slots=True, eq=False)
class _AtTheDoor:
    """Somebody who waits for room; `turn` is resolved when it has been let in."""

    waiting: Waiting
    turn: asyncio.Future[None]


class Lanes:
    """Bounded queues; who hands in waits while its lane is full (push-back)."""

    def __init__(self, bound: int, meters: Meters) -> None:
        self._bound = bound
        self._last = Lane.IMPORT
        self._queues: tuple[deque[Waiting], ...] = tuple(deque() for _ in Lane)
        self._work = asyncio.Event()
        self._doors: tuple[deque[_AtTheDoor], ...] = tuple(deque() for _ in Lane)
        self._depth = [meters.gauge("forewarn_queue_depth", queue=_name(lane)) for lane in Lane]
        for lane in Lane:
            meters.gauge("forewarn_queue_bound", queue=_name(lane)).set(bound)

    async def put(self, waiting: Waiting) -> None:
        """Returns when there was room for it; first come, first served within a lane. Who is
        cancelled at the door leaves it; who has been let in stays in."""
        lane = lane_of(waiting.event)
        queue, door = self._queues[lane], self._doors[lane]
        if not door and len(queue) < self._bound:
            queue.append(waiting)
            self._work.set()
            return
        here = _AtTheDoor(waiting, asyncio.get_running_loop().create_future())
        door.append(here)
        try:
            await here.turn
        except asyncio.CancelledError:
            if here in door:
                door.remove(here)
            raise

    async def take(self, most: int) -> list[Waiting]:
        """The next batch: every open lane in its order, at most `most` and about BATCH_BYTES;
        waits for the first."""
        while True:
            await self._work.wait()
            if batch := self._fill(most):
                return batch

    def open_to(self, last: Lane) -> None:
        """Serve no lane behind this one: what waits there pushes back on its sources."""
        if last is not self._last:
            self._last = last
            self._work.set()

    def _fill(self, most: int) -> list[Waiting]:
        batch: list[Waiting] = []
        size = 0
        for lane, queue in zip(Lane, self._queues[: self._last + 1], strict=False):
            room = _room(lane, most, len(batch))
            while queue and len(batch) < room and size < BATCH_BYTES:
                batch.append(queue.popleft())
                size += len(batch[-1].raw)
            self._let_in(lane)
            self._depth[lane].set(len(queue))
        if not any(self._queues[: self._last + 1]):
            self._work.clear()
        return batch

    def _let_in(self, lane: Lane) -> None:
        """Whoever there is room for, in the order in which they came."""
        queue, door = self._queues[lane], self._doors[lane]
        while door and len(queue) < self._bound:
            here = door.popleft()
            if not here.turn.cancelled():
                queue.append(here.waiting)
                here.turn.set_result(None)


def _room(lane: Lane, most: int, taken: int) -> int:
    """How many a batch may hold when this lane has had its turn."""
    if lane is Lane.MAN_DOWN:
        return most - most // SHARE
    return most if lane is Lane.LIVE else min(most, taken + max(1, most // SHARE))


def _name(lane: Lane) -> str:
    return lane.name.lower()
