"""A WebSocket on which EIDOs are conveyed, whoever opened it, and the ways in which it is lost."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import aiohttp
from aiohttp import ClientWebSocketResponse, WSMsgType, web
from pydantic import BaseModel, Field

from adapters.codecs import eido_conveyance as conveyance
from middleware.ops.durations import Between, Duration

MOST_MESSAGE = 4 * conveyance.LIMIT
"""Bytes at which the connection is closed; what is longer than the limit is answered before."""
SPOKEN = frozenset({WSMsgType.TEXT, WSMsgType.BINARY})

Socket = ClientWebSocketResponse | web.WebSocketResponse


class Watchdog(BaseModel):
    """The settings of it; part of those of every end of a conveyance."""

    ping_every: Annotated[Duration, Between("10ms", "1m")] = Field(
        timedelta(seconds=5), description="after so much silence the other side is pinged"
    )
    pings: Annotated[int, Field(ge=1, le=100)] = Field(
        2, description="so many pings without an answer: the link is dead"
    )


class Why(StrEnum):
    """Why there is no conversation: the codes that SourceLost carries."""

    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    NOT_LET_IN = "not_let_in"
    NO_SIGN_IN = "no_sign_in"
    NOT_EIDO = "not_eido"
    REFUSED = "refused"
    UNANSWERED = "unanswered"
    TERMINATED = "terminated"
    EXPIRED = "expired"
    REPLACED = "replaced"
    GARBLED = "garbled"
    CLOSED = "closed"
    SILENT = "silent"


class Lost(Exception):
    """The conversation is over, or there was none."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class EidoSocket:
    """Read with a watchdog: in silence it pings; with `pings` of them unanswered it is Lost."""

    def __init__(self, socket: Socket, watchdog: Watchdog) -> None:
        self._socket, self._watchdog = socket, watchdog
        self._silences = 0

    async def hear(self) -> bytes | None:
        """The next message, None where there was none yet."""
        try:
            message = await self._socket.receive(self._watchdog.ping_every.total_seconds())
        except TimeoutError:
            await self._ping()
            return None
        self._silences = 0
        if message.type in SPOKEN:
            data = message.data
            return data.encode() if isinstance(data, str) else bytes(data)
        if message.type is WSMsgType.PING:
            await self._say(lambda: self._socket.pong(message.data))
        elif message.type is not WSMsgType.PONG:
            garbled = isinstance(message.data, aiohttp.WebSocketError)
            raise Lost(Why.GARBLED if garbled else Why.CLOSED)
        return None

    async def send(self, text: str) -> None:
        await self._say(lambda: self._socket.send_str(text))

    async def close(self) -> None:
        """Say goodbye."""
        await self._socket.close()

    async def _ping(self) -> None:
        self._silences += 1
        if self._silences > self._watchdog.pings:
            raise Lost(Why.SILENT)
        await self._say(self._socket.ping)

    async def _say(self, say: Callable[[], Awaitable[None]]) -> None:
        try:
            await say()
        except ConnectionError as fault:
            raise Lost(Why.CLOSED) from fault
