"""A recorded wire in place of the connection to an exchange (O2)."""

from collections.abc import Callable

from adapters.sources.exchange_link import Link, Lost, Why
from middleware.ports import OnWire, Wire, WireFrame


class PlayedWire:
    """The connections of one recorded source, one after the other."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._next: WireFrame | None = None

    async def opened(self, primer: bytes) -> Link:
        """The next one; Lost where the recording says that it could not be had. `primer`: what it
        would have heard before, where the recording began in the midst of it."""
        while True:
            frame = await self.take()
            if frame.on is OnWire.CLOSED:
                raise Lost(_why(frame))
            if frame.on is OnWire.OPENED:
                return PlayedLink(self, primer if frame.midway else b"")

    async def take(self) -> WireFrame:
        frame, self._next = self._next, None
        return frame or await self._wire.get()

    async def heard(self) -> bytes:
        """What comes next on this connection; Lost when it is over."""
        frame = await self.take()
        if frame.on is OnWire.HEARD:
            return frame.data
        if frame.on is OnWire.OPENED:  # nobody saw the end of the one before
            self._next = frame
            raise Lost(Why.CLOSED)
        raise Lost(_why(frame))


class PlayedLink(Link):
    """One connection. What is written goes nowhere; the answers are in the recording."""

    def __init__(self, wire: PlayedWire, primer: bytes) -> None:
        self._wire, self._primer = wire, primer

    def write(self, command: bytes) -> None:
        """Nobody is there."""

    async def read(self, ping: Callable[[], object]) -> bytes:
        if self._primer:
            primer, self._primer = self._primer, b""
            return primer
        return await self._wire.heard()

    async def drop(self) -> None:
        """There is nothing to end."""


def _why(frame: WireFrame) -> Why:
    return Why(frame.why) if frame.why in set(Why) else Why.CLOSED
