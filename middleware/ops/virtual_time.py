"""Time that passes only when nobody has anything left to do: an asyncio loop without waiting.

The loop has no selector and no threads; when no callback is ready it jumps to the next scheduled
one. So a day passes as quickly as it can be worked through, and twice in the same way (O2).
"""

import asyncio
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
TICK = 1e-6
"""Seconds that a round of the loop takes, so that who waits for less than that still ends."""


class Stalled(Exception):
    """Everybody waits and nothing is scheduled: this would never end."""


class VirtualLoop(asyncio.BaseEventLoop):
    """See above."""

    _ready: Any
    _scheduled: Any

    def __init__(self) -> None:
        super().__init__()
        self._moment = 0.0
        self._selector = self

    def time(self) -> float:
        return self._moment

    def leap(self, seconds: float) -> None:
        """Without the rounds between."""
        self._moment += max(0.0, seconds)

    def select(self, timeout: float | None) -> list[Any]:
        """Where a real loop would wait."""
        self._moment += TICK
        if self._ready:
            return []
        if timeout is None:
            raise Stalled
        if timeout > 0:
            self._moment = max(self._moment, self._scheduled[0].when())
        return []

    def _process_events(self, events: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps."""


class VirtualClock:
    """The `Clock` of a virtual loop; its time begins at `begun`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, begun: datetime) -> None:
        self._loop, self._begun = loop, begun

    def leap(self, to: datetime) -> None:
        """It is that late all at once: who waits for something between is late. Never back."""
        if isinstance(self._loop, VirtualLoop):
            self._loop.leap((to - self.now()).total_seconds())

    def now(self) -> datetime:
        return self._begun + timedelta(seconds=self._loop.time())

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, delay: timedelta) -> None:
        woken = self._loop.create_future()
        timer = self._loop.call_later(max(0.0, delay.total_seconds()), _wake, woken)
        try:
            await woken
        finally:
            timer.cancel()


def _wake(woken: "asyncio.Future[None]") -> None:
    if not woken.done():
        woken.set_result(None)


def run_virtually(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time; what is left over is cancelled."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
