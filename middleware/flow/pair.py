"""What both instances of a pair do: ask the store in time, and say what they are (O4)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import structlog

from middleware.ops.redaction import Fixed
from middleware.ports import Clock, Meters

T = TypeVar("T")

WRITER, FOLLOWER = "writer", "follower"
REMEDY = "look at the store and the way to it; it is tried again"
AGAIN = timedelta(seconds=1)
"""Between two tries to go on from what the last writer wrote."""

log = structlog.get_logger()


def tell_role(meters: Meters, role: str) -> None:
    """Which of the two this one is now."""
    for one in (WRITER, FOLLOWER):
        meters.gauge("forewarn_pair_role", role=one).set(one == role)


class Asked:
    """The store as it is asked again and again: a failure is said once an outage."""

    def __init__(self, within: timedelta) -> None:
        self._within = within.total_seconds()
        self._fails = False

    async def done(self, act: Awaitable[None]) -> bool:
        """Whether it was carried out, in time."""
        try:
            async with asyncio.timeout(self._within):
                await act
        except OSError as fault:
            if not self._fails:
                log.exception("pair_not_seen", error=type(fault).__name__, remedy=Fixed(REMEDY))
            self._fails = True
            return False
        self._fails = False
        return True


async def answered(ask: Callable[[], Awaitable[T]], clock: Clock, within: timedelta) -> T:
    """What the store says in the end, asked by the instance that takes over: a connection that is
    reset in that moment ends no instance. Each try takes `within` at most; what ends it where the
    store stays away is the lease."""
    found: list[T] = []

    async def once() -> None:
        found.append(await ask())

    asked = Asked(within)
    while not await asked.done(once()):
        await clock.sleep(AGAIN)
    return found[-1]
