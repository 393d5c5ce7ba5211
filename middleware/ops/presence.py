"""Whether an adapter is connected, said once at each change (O1, O4)."""

import asyncio
from datetime import timedelta

from middleware.ports import Intake, World
from schemas.service import SourceConnected, SourceLost

MILLISECOND = timedelta(milliseconds=1)


class Presence:
    """Turns connections coming and going into SourceConnected and SourceLost.

    For adapters whose other side says everything again after a cut: changes quicker than the
    journal are told as one, because only where it stands now matters.
    """

    def __init__(self, adapter: str, world: World) -> None:
        self._adapter = adapter
        self._clock = world.clock
        self._gauge = world.meters.gauge("forewarn_adapter_connected", adapter=adapter)
        self._gauge.set(0)
        self._changed = asyncio.Event()
        self._connected = False
        self._reason = ""
        self._revision = 0

    def connected(self) -> None:
        self._turn(connected=True)

    def lost(self, reason: str) -> None:
        """`reason` is a code (closed, silent), never words of the other side."""
        self._reason = reason
        self._turn(connected=False)

    async def tell(self, intake: Intake) -> None:
        """Submit every change; never returns."""
        told = False
        while True:
            await self._changed.wait()
            self._changed.clear()
            if told is not self._connected:
                told = self._connected
                await intake.submit(self._event())

    def _turn(self, *, connected: bool) -> None:
        self._connected = connected
        self._gauge.set(connected)
        self._changed.set()

    def _event(self) -> SourceConnected | SourceLost:
        now, name = self._clock.now(), self._adapter
        self._revision = max(self._revision + 1, int(now.timestamp() / MILLISECOND.total_seconds()))
        if self._connected:
            return SourceConnected(source=name, id=name, revision=self._revision, occurred_at=now)
        return SourceLost(
            source=name,
            id=name,
            revision=self._revision,
            occurred_at=now,
            reason=self._reason,
            gap=False,
        )
