"""The one module that reads the real clock, sleeps, or draws by chance."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from random import Random, SystemRandom


class SystemClock:
    """The machine's time, as the `Clock` port wants it."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, delay: timedelta) -> None:
        await asyncio.sleep(max(0.0, delay.total_seconds()))


def chance() -> Random:
    """The system's own source of chance, for what the simulation draws by a seed."""
    return SystemRandom()


def pause(delay: timedelta) -> None:
    """Wait, and let nothing else go on: for what shows a replay at the pace of people."""
    time.sleep(max(0.0, delay.total_seconds()))
