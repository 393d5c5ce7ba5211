"""What both instances of a pair do: ask the store in time, and say what they are (O4)."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

import structlog

from middleware.ops.redaction import Fixed
from middleware.ports import Meters

WRITER, FOLLOWER = "writer", "follower"
REMEDY = "look at the store and the way to it; it is tried again"

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
