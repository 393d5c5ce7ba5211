"""One conversation with a service that conveys EIDOs: subscribe, renew, take, acknowledge (C1, O4).

The subscriber's side of NENA-STA-024, on whichever WebSocket: one that we opened, or one that the
other side opened to us.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, NoReturn

import aiohttp
from aiohttp import ClientWebSocketResponse, WSMsgType, web
from pydantic import Field

from adapters.codecs import eido_conveyance as conveyance
from adapters.codecs.eido_units import EidoDialect
from adapters.sources.eido_desk import EidoDesk
from middleware.ops.durations import Between, Duration
from middleware.ports import World
from schemas.base import Code

MOST_MESSAGE = 4 * conveyance.LIMIT
"""Bytes at which the connection is closed; what is longer than the limit is answered before."""
MISSED = 3
"""Signs of life that may be missed: then nobody conveys any more, though the connection stands."""
SPOKEN = frozenset({WSMsgType.TEXT, WSMsgType.BINARY})

Socket = ClientWebSocketResponse | web.WebSocketResponse


class EidoSettings(EidoDialect):
    """What the sections of both sources have."""

    said_by: Code = Field("eido", description="name of who conveys incidents in the record")
    subscribe_for: Annotated[Duration, Between("10s", "24h")] = Field(
        timedelta(hours=1), description="how long a subscription lasts; it is renewed at half of it"
    )
    sign_of_life: Annotated[Duration, Between("1s", "1h")] = Field(
        timedelta(seconds=20),
        description="an empty notification is asked for after so much silence (minRate); with "
        "three missed the link is dead, where the other side grants it",
    )
    ping_every: Annotated[Duration, Between("10ms", "1m")] = Field(
        timedelta(seconds=5), description="after so much silence the other side is pinged"
    )
    pings: Annotated[int, Field(ge=1, le=100)] = Field(
        2, description="so many pings without an answer: the link is dead"
    )
    answer_within: Annotated[Duration, Between("100ms", "1m")] = Field(
        timedelta(seconds=10), description="longest wait for the answer to a subscription"
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
    GARBLED = "garbled"
    CLOSED = "closed"
    SILENT = "silent"


class Lost(Exception):
    """The conversation is over, or there was none."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class EidoSession:
    """Reads no further than the intake takes: push-back reaches the other side's socket."""

    def __init__(
        self,
        socket: Socket,
        desk: EidoDesk,
        settings: EidoSettings,
        world: World,
        on_subscribed: Callable[[], None],
    ) -> None:
        self._socket, self._desk, self._settings = socket, desk, settings
        self._clock, self._random = world.clock, world.random
        self._on_subscribed = on_subscribed
        self._request = self._subscription = ""
        self._silences = 0
        self._asked_at = self._heard_at = self._clock.monotonic()
        self._renew_after: float | None = None
        self._lives_for: float | None = None

    async def run(self) -> NoReturn:
        """Until Lost."""
        await self._subscribe()
        while True:
            await self._on_time()
            raw = await self._hear()
            if raw is not None:
                await self._on_message(raw)
                self._heard_at = self._clock.monotonic()

    # --- what comes ------------------------------------------------------------------

    async def _hear(self) -> bytes | None:
        """The next message, None where there was none yet."""
        try:
            message = await self._socket.receive(self._settings.ping_every.total_seconds())
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

    async def _on_message(self, raw: bytes) -> None:
        said, answer = await self._desk.hear(raw)
        if answer:
            await self._send(answer)
        elif isinstance(said, conveyance.Terminate):
            await self._send(conveyance.terminate_response(said))
            raise Lost(Why.TERMINATED)
        elif isinstance(said, conveyance.Subscribed) and said.request == self._request:
            self._on_answer(said)
        elif isinstance(said, conveyance.Answered) and said.request == self._request:
            raise Lost(Why.REFUSED)
        elif isinstance(said, conveyance.Subscribe | conveyance.Unsubscribe | conveyance.Unknown):
            await self._send(conveyance.not_implemented(said.request))

    def _on_answer(self, said: conveyance.Subscribed) -> None:
        if said.status != conveyance.OK:
            raise Lost(Why.REFUSED)
        if not self._subscription:
            self._on_subscribed()
        self._subscription = said.subscription or self._subscription or self._request
        granted = said.expires or int(self._settings.subscribe_for.total_seconds())
        self._renew_after = granted / 2
        self._lives_for = MISSED * said.min_rate if said.min_rate else self._lives_for

    # --- what is said ----------------------------------------------------------------

    async def _subscribe(self) -> None:
        self._request = f"{self._random.getrandbits(64):016x}"
        self._asked_at, self._renew_after = self._clock.monotonic(), None
        expires, rate = self._settings.subscribe_for, self._settings.sign_of_life
        await self._send(
            conveyance.subscribe(
                self._request,
                int(expires.total_seconds()),
                int(rate.total_seconds()),
                self._subscription,
            )
        )

    async def _on_time(self) -> None:
        now = self._clock.monotonic()
        since = now - self._asked_at
        if self._renew_after is None:
            if since > self._settings.answer_within.total_seconds():
                raise Lost(Why.UNANSWERED)
        elif since > self._renew_after:
            await self._subscribe()
        if self._lives_for is not None and now - self._heard_at > self._lives_for:
            raise Lost(Why.SILENT)

    async def _ping(self) -> None:
        self._silences += 1
        if self._silences > self._settings.pings:
            raise Lost(Why.SILENT)
        await self._say(self._socket.ping)

    async def _send(self, text: str) -> None:
        await self._say(lambda: self._socket.send_str(text))

    async def _say(self, say: Callable[[], Awaitable[None]]) -> None:
        try:
            await say()
        except ConnectionError as fault:
            raise Lost(Why.CLOSED) from fault
