"""Timers: decisions set them, time turns them into events. Durations are monotonic."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.danger import rank
from middleware.flow.stamps import Stamps
from middleware.ops.clock import sleep_unless
from middleware.ports import Clock
from schemas.decision import Failed, TimerSet
from schemas.delivery import TimerDue

TIMERS = "timer"
RUNG = "rung:"
"""Before the name of a note: its ladder goes on."""
AFTER_A_FAULT = timedelta(minutes=1)
"""A timer on which nothing could be decided fires again: no duty ends with a fault of ours."""


STALE_KEPT = 1_000
"""Timers that were stopped and are still in the heap."""


class Timers:
    """One heap for the timers that are `mine`; a stale one fires and the engine ignores it.
    Those of alarms have a heap of their own: who hands in waits while its lane is full."""

    def __init__(
        self,
        clock: Clock,
        stamps: Stamps,
        post: Callable[[TimerDue], Awaitable[None]],
        mine: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._clock, self._stamps, self._post = clock, stamps, post
        self._mine = mine
        self._heap: list[tuple[float, str, int]] = []
        self._sooner = asyncio.Event()

    @property
    def depth(self) -> int:
        """Entries of the heap, stale ones too."""
        return len(self._heap)

    def restore(self, state: State) -> None:
        """After a restart: what is overdue fires at once, the most dangerous first."""
        now, monotonic = self._stamps.now(), self._clock.monotonic()
        mine = [(name, timer) for name, timer in state.timers.items() if self._mine(name)]
        overdue = [(name, timer) for name, timer in mine if timer.due_at <= now]
        overdue.sort(key=lambda one: (rank(state, one[0].removeprefix(RUNG)), one[1].due_at))
        self._heap = [
            (monotonic + (timer.due_at - now).total_seconds(), name, timer.revision)
            for name, timer in mine
            if timer.due_at > now
        ]
        self._heap += [  # in this order, and before all others
            (monotonic - len(overdue) + place, name, timer.revision)
            for place, (name, timer) in enumerate(overdue)
        ]
        heapq.heapify(self._heap)

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        """Set what was decided; a timer already stopped or replaced is not set."""
        monotonic = self._clock.monotonic()
        for entry in entries:
            for made in entry.decisions:
                if type(made) is TimerSet:
                    wait = (made.due_at - entry.received_at).total_seconds()
                    self._set(monotonic + wait, made.timer, made.revision)
                elif type(made) is Failed and isinstance(entry.event, TimerDue):
                    due = monotonic + AFTER_A_FAULT.total_seconds()
                    self._set(due, entry.event.timer, entry.event.revision)
        if len(self._heap) > 2 * len(state.timers) + STALE_KEPT:
            self._drop_stale(state)

    def _drop_stale(self, state: State) -> None:
        """A note that was answered would otherwise leave its expiry here for half a day."""
        self._heap = [one for one in self._heap if _is_set(state, one[1], one[2])]
        heapq.heapify(self._heap)

    def _set(self, due: float, timer: str, revision: int) -> None:
        if not self._mine(timer):
            return
        first = self._heap[0][0] if self._heap else float("inf")
        heapq.heappush(self._heap, (due, timer, revision))
        if due < first:
            self._sooner.set()

    async def run(self, state: State) -> None:
        """Fire what is due; never early."""
        while True:
            self._sooner.clear()
            while self._heap and self._heap[0][0] <= self._clock.monotonic():
                _, name, revision = heapq.heappop(self._heap)
                if _is_set(state, name, revision):
                    await self._post(self._event(name, revision))
            await self._wait()

    async def _wait(self) -> None:
        if not self._heap:
            await self._sooner.wait()
            return
        delay = timedelta(seconds=max(0.0, self._heap[0][0] - self._clock.monotonic()))
        await sleep_unless(self._sooner, self._clock, delay)

    def _event(self, name: str, revision: int) -> TimerDue:
        return TimerDue(
            source=TIMERS,
            id=name,
            revision=revision,
            occurred_at=self._clock.now(),
            timer=name,
        )


def _is_set(state: State, timer: str, revision: int) -> bool:
    known = state.timers.get(timer)
    return known is not None and known.revision == revision
