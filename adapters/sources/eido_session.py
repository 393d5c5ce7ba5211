"""One conversation with a service that conveys EIDOs: subscribe, renew, take, acknowledge (C1, O4).

The subscriber's side of NENA-STA-024, on whichever WebSocket: one that we opened, or one that the
other side opened to us.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, NoReturn

from pydantic import Field

from adapters.codecs import eido_conveyance as conveyance
from adapters.codecs.eido_units import EidoDialect
from adapters.sources.eido_desk import EidoDesk
from adapters.wires.eido_socket import EidoSocket, Lost, Watchdog, Why
from middleware.ops.durations import Between, Duration
from middleware.ports import World
from schemas.base import Code

MISSED = 3
"""Signs of life that may be missed: then nobody conveys any more, though the connection stands."""


class EidoSettings(EidoDialect, Watchdog):
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
    answer_within: Annotated[Duration, Between("100ms", "1m")] = Field(
        timedelta(seconds=10), description="longest wait for the answer to a subscription"
    )


class EidoSession:
    """Reads no further than the intake takes: push-back reaches the other side's socket."""

    def __init__(
        self,
        socket: EidoSocket,
        desk: EidoDesk,
        settings: EidoSettings,
        world: World,
        on_subscribed: Callable[[], None],
    ) -> None:
        self._socket, self._desk, self._settings = socket, desk, settings
        self._clock, self._random = world.clock, world.random
        self._on_subscribed = on_subscribed
        self._request = self._subscription = ""
        self._asked_at = self._heard_at = self._clock.monotonic()
        self._renew_after: float | None = None
        self._lives_for: float | None = None

    async def run(self) -> NoReturn:
        """Until Lost."""
        await self._subscribe()
        while True:
            await self._on_time()
            raw = await self._socket.hear()
            if raw is not None:
                await self._on_message(raw)
                self._heard_at = self._clock.monotonic()

    # --- what comes ------------------------------------------------------------------

    async def _on_message(self, raw: bytes) -> None:
        said, answer = await self._desk.hear(raw)
        if answer:
            await self._socket.send(answer)
        elif isinstance(said, conveyance.Terminate):
            await self._socket.send(conveyance.terminate_response(said))
            raise Lost(Why.TERMINATED)
        elif isinstance(said, conveyance.Subscribed) and said.request == self._request:
            self._on_answer(said)
        elif isinstance(said, conveyance.Answered) and said.request == self._request:
            raise Lost(Why.REFUSED)
        elif isinstance(said, conveyance.Subscribe | conveyance.Unsubscribe | conveyance.Unknown):
            await self._socket.send(conveyance.not_implemented(said.request))

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
        await self._socket.send(
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
