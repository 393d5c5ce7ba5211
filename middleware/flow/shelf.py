"""The spool from the journal's side: what was laid there, and whether anything can be (DESIGN.md,
"Safety before durability, once")."""

from collections.abc import Awaitable, Sequence

import structlog

from middleware.ops.redaction import Fixed
from middleware.ports import Clock, Spool, Spooled

NOTHING = Spooled(None, 1, ())
REST = 0.2
"""Seconds after which a spool that failed is tried again."""
REMEDY = "see [journal] spool: a crash now loses what no source says again"

log = structlog.get_logger()


class Shelf:
    """A spool whose failures are logged and told as False; without a spool nothing can be laid."""

    def __init__(self, spool: Spool | None, clock: Clock) -> None:
        self._spool, self._clock = spool, clock
        self._last: int | None = None
        """The last position that lies there; None while it is empty."""
        self._try_at = 0.0

    async def left(self) -> Spooled:
        """What an earlier run left; called first."""
        if self._spool is None:
            return NOTHING
        try:
            left = await self._spool.load()
        except OSError as fault:
            log.exception("spool_unusable", error=type(fault).__name__, remedy=Fixed(REMEDY))
            self._spool = None
            return NOTHING
        self._last = left.first - 1 + len(left.records) if left.records else None
        return left

    async def lay(self, after: int, records: Sequence[bytes]) -> bool:
        """Whether they lie there. Where the journal is further than what lay there before, that is
        needed no more, and would leave a gap."""
        now = self._clock.monotonic()
        if self._spool is None or now < self._try_at:
            return False
        try:
            if self._last not in (None, after):
                await self._spool.clear()
                self._last = None
            await self._spool.write(after + 1, records)
        except OSError:
            self._try_at = now + REST
            return False
        self._last = after + len(records)
        return True

    async def mark(self, token: int) -> None:
        """Remember the writer's token."""
        if self._spool is not None:
            await self._done(self._spool.mark(token))

    async def clear(self) -> None:
        """The journal has everything."""
        if self._spool is not None and await self._done(self._spool.clear()):
            self._last = None

    async def set_aside(self) -> None:
        """Keep for people what does not fit."""
        if self._spool is not None and await self._done(self._spool.set_aside()):
            self._last = None

    async def _done(self, act: Awaitable[None]) -> bool:
        try:
            await act
        except OSError as fault:
            log.exception("spool_not_written", error=type(fault).__name__, remedy=Fixed(REMEDY))
            return False
        return True
