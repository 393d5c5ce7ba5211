"""The one module that reads the real clock, sleeps, or draws by chance."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from random import Random, SystemRandom

from middleware.ports import Clock


class SystemClock:
    """The machine's time, as the `Clock` port wants it."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, delay: timedelta) -> None:
        await asyncio.sleep(max(0.0, delay.total_seconds()))


async def sleep_unless(woken: asyncio.Event, clock: Clock, delay: timedelta) -> None:
    """Until it is over, or sooner when somebody wakes the sleeper."""
    sleeper = asyncio.ensure_future(clock.sleep(delay))
    waker = asyncio.ensure_future(woken.wait())
    try:
        await asyncio.wait({sleeper, waker}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleeper.cancel()
        waker.cancel()


def chance() -> Random:
    """The system's own source of chance, for what the simulation draws by a seed."""
    return SystemRandom()


def pause(delay: timedelta) -> None:
    """Wait, and let nothing else go on: for what shows a replay at the pace of people."""
    time.sleep(max(0.0, delay.total_seconds()))
