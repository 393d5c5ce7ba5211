"""Whether an adapter is connected, said once at each change (O1, O4)."""

import asyncio
from datetime import UTC, datetime, timedelta

from middleware.ports import Intake, World
from schemas.service import SourceConnected, SourceLost

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Presence:
    """Turns connections coming and going into SourceConnected and SourceLost.

    Changes quicker than the journal are told as one, because only where it stands now matters. That
    there was no connection from the start is told as well: the record may say otherwise.
    `gap`: the other side does not say again what it said during a cut, so each cut is told.
    """

    def __init__(self, adapter: str, world: World, *, gap: bool = False) -> None:
        self._name, self._gap = adapter, gap
        self._clock, self._tap = world.clock, world.tap
        self._gauge = world.meters.gauge("forewarn_adapter_connected", adapter=adapter)
        self._gauge.set(0)
        self._changed = asyncio.Event()
        self._connected = self._begun = self._cut = False
        self._told: bool | None = None
        self._reason = ""
        self._revision = 0

    def connected(self) -> None:
        self._turn(connected=True)

    def lost(self, reason: str) -> None:
        """`reason` is a code (closed, silent), never words of the other side."""
        self._reason = reason
        self._turn(connected=False)

    async def tell(self, intake: Intake) -> None:
        """Submit every change, also one that could not be told when it last ran; never returns."""
        while True:
            self._changed.clear()
            if self._cut:
                await intake.submit(self._event(connected=False))
                self._cut = self._told = False
            elif self._begun and self._told is not self._connected:
                event, now_told = self._event(connected=self._connected), self._connected
                await intake.submit(event)
                self._told = now_told
            else:
                await self._changed.wait()

    def _turn(self, *, connected: bool) -> None:
        if self._gap and not connected and (self._connected or not self._begun):
            self._cut = True
        if connected is not self._connected:
            self._tell_tap(connected=connected)
        self._connected, self._begun = connected, True
        self._gauge.set(connected)
        self._changed.set()

    def _tell_tap(self, *, connected: bool) -> None:
        """One link: whoever speaks to this adapter (O2)."""
        if connected:
            self._tap.opened(self._name)
        else:
            self._tap.closed(self._name, self._reason)

    def _event(self, *, connected: bool) -> SourceConnected | SourceLost:
        now = self._clock.now()
        self._revision = max(self._revision + 1, (now - _EPOCH) // timedelta(milliseconds=1))
        name, revision = self._name, self._revision
        if connected:
            return SourceConnected(source=name, id=name, revision=revision, occurred_at=now)
        return SourceLost(
            source=name,
            id=name,
            revision=revision,
            occurred_at=now,
            reason=self._reason,
            gap=self._gap,
        )
