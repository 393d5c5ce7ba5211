"""Lanes before a position is given: man-down first, bulk last, each with a bound (O4)."""

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import IntEnum

from middleware.ports import Meters, Submitted
from schemas.event import Event
from schemas.markers_in import IndexFollowed, MarkersStaged, RecheckDue


class Lane(IntEnum):
    """In the order they are served. An event type has one lane, so that the order within a
    source and an entity is kept."""

    MAN_DOWN = 0
    LIVE = 1
    BULK = 2


_BULK = (MarkersStaged, IndexFollowed, RecheckDue)


def lane_of(event: Event) -> Lane:
    """The lane an event waits in."""
    return Lane.BULK if isinstance(event, _BULK) else Lane.LIVE


@dataclass(slots=True)
class Waiting:
    """Something handed in; `done` is resolved when it is durable."""

    event: Event
    raw: bytes
    done: asyncio.Future[Submitted]


class Lanes:
    """Bounded queues; who hands in waits while its lane is full (push-back)."""

    def __init__(self, bound: int, meters: Meters) -> None:
        self._bound = bound
        self._queues: tuple[deque[Waiting], ...] = tuple(deque() for _ in Lane)
        self._work = asyncio.Event()
        self._room: tuple[deque[asyncio.Future[None]], ...] = tuple(deque() for _ in Lane)
        self._depth = [meters.gauge("forewarn_queue_depth", queue=_name(lane)) for lane in Lane]
        for lane in Lane:
            meters.gauge("forewarn_queue_bound", queue=_name(lane)).set(bound)

    async def put(self, waiting: Waiting) -> None:
        """Returns when there was room for it; first come, first served within a lane."""
        lane = lane_of(waiting.event)
        queue, room = self._queues[lane], self._room[lane]
        while len(queue) >= self._bound or room:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            room.append(turn)
            try:
                await turn
            finally:
                if turn in room:
                    room.remove(turn)
            if len(queue) < self._bound:
                break
        queue.append(waiting)
        self._work.set()
        self._let_in(lane)

    async def take(self, most: int) -> list[Waiting]:
        """The next batch: every lane in its order, at most `most`; waits for the first."""
        await self._work.wait()
        batch: list[Waiting] = []
        for lane, queue in zip(Lane, self._queues, strict=True):
            while queue and len(batch) < most:
                batch.append(queue.popleft())
            self._depth[lane].set(len(queue))
            self._let_in(lane)
        if not any(self._queues):
            self._work.clear()
        return batch

    def _let_in(self, lane: Lane) -> None:
        room = self._room[lane]
        free = self._bound - len(self._queues[lane])
        while room and free > 0:
            turn = room.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1


def _name(lane: Lane) -> str:
    return lane.name.lower()
