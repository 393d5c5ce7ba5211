"""One service that subscribed to what we convey: answers it, notifies it, hears its answers.

The notifier's side of NENA-STA-024. It may subscribe to all new incidents, and to nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from math import ceil
from typing import Annotated, Any, NoReturn

from pydantic import Field

from adapters.codecs import eido_conveyance as conveyance
from adapters.wires.eido_door import EidoDoorSettings
from adapters.wires.eido_socket import EidoSocket, Lost, Why
from middleware.ops.durations import Between, Duration
from middleware.ports import Problem, World

Json = dict[str, Any]
Live = Callable[[], list[Json]]
OnUnreadable = Callable[[Problem, bytes], Awaitable[None]]


class SubscriptionSettings(EidoDoorSettings):
    """What each subscription is granted."""

    answer_within: Annotated[Duration, Between("100ms", "1m")] = Field(
        timedelta(seconds=5), description="longest wait for the answer to one notification"
    )
    subscribe_for: Annotated[Duration, Between("10s", "24h")] = Field(
        timedelta(hours=1), description="longest time for which a subscription is granted"
    )


class Subscription:
    """`live`: the objects that a new subscriber is told at once; `on_begun`: it is there."""

    def __init__(
        self,
        socket: EidoSocket,
        settings: SubscriptionSettings,
        world: World,
        live: Live,
        on_begun: Callable[[], None],
        on_unreadable: OnUnreadable,
    ) -> None:
        self._socket, self._settings = socket, settings
        self._clock, self._random = world.clock, world.random
        self._live, self._on_begun, self._on_unreadable = live, on_begun, on_unreadable
        self._answers: dict[str, asyncio.Future[int]] = {}
        self._id = ""
        self._expires = self._min_rate = 0
        self._renewed_at = self._told_at = self._clock.monotonic()
        self._over: Why | None = None

    async def run(self) -> NoReturn:
        """Until Lost; what has no answer then will have none."""
        try:
            while True:
                await self._on_time()
                raw = await self._socket.hear()
                if raw is not None:
                    await self._on_message(raw)
        finally:
            for waiting in self._answers.values():
                if not waiting.done():
                    waiting.set_exception(Lost(Why.CLOSED))

    async def notify(self, *eidos: Json) -> int:
        """The status of its answer; Lost where there is none in time."""
        transaction = self._random_id()
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._answers[transaction] = answer
        try:
            async with asyncio.timeout(self._settings.answer_within.total_seconds()):
                await self._tell(transaction, *eidos)
                return await answer
        except TimeoutError as fault:
            self._over = Why.UNANSWERED
            raise Lost(Why.UNANSWERED) from fault
        finally:
            del self._answers[transaction]

    def replace(self) -> None:
        """Another one has subscribed: this one is told no more."""
        self._over = Why.REPLACED

    # --- what comes ------------------------------------------------------------------

    async def _on_message(self, raw: bytes) -> None:
        said = conveyance.read(raw)
        if isinstance(said, Problem):
            await self._on_unreadable(said, raw)
            await self._socket.send(conveyance.not_implemented(""))
        elif isinstance(said, conveyance.Acknowledged):
            waiting = self._answers.get(said.transaction)
            if waiting is not None and not waiting.done():
                waiting.set_result(said.status)
        elif isinstance(said, conveyance.Subscribe):
            await self._on_subscribe(said)
        elif isinstance(said, conveyance.Unsubscribe):
            await self._on_unsubscribe(said)
        elif isinstance(said, conveyance.Notified):
            status = conveyance.NOT_IMPLEMENTED
            await self._socket.send(conveyance.event_response(said.transaction, status))
        elif isinstance(said, conveyance.Unknown):
            await self._socket.send(conveyance.not_implemented(said.request))

    async def _on_subscribe(self, said: conveyance.Subscribe) -> None:
        status = self._status(said)
        is_new = status == conveyance.OK and not said.subscription
        if is_new:
            self._id = self._random_id()
            self._min_rate = max(
                said.min_rate or 0, ceil(self._settings.ping_every.total_seconds())
            )
        if status == conveyance.OK:
            most = int(self._settings.subscribe_for.total_seconds())
            self._expires = min(said.expires or most, most)
            self._renewed_at = self._clock.monotonic()
        await self._socket.send(
            conveyance.subscribe_response(said, status, self._id, self._expires, self._min_rate)
        )
        if is_new:
            await self._tell(self._random_id(), *self._live())
            self._on_begun()

    def _status(self, said: conveyance.Subscribe) -> int:
        if said.subscription:
            return conveyance.OK if said.subscription == self._id else conveyance.NO_SUBSCRIPTION
        wanted = (said.kind.upper(), said.of.lower())
        right = wanted == (conveyance.EIDO, conveyance.NEW) and (said.expires or 1) > 0
        return conveyance.OK if right else conveyance.BAD_REQUEST

    async def _on_unsubscribe(self, said: conveyance.Unsubscribe) -> None:
        is_this = bool(self._id) and said.subscription == self._id
        status = conveyance.OK if is_this else conveyance.NO_SUBSCRIPTION
        await self._socket.send(conveyance.unsubscribe_response(said, status))
        if is_this:
            raise Lost(Why.TERMINATED)

    # --- what is said ----------------------------------------------------------------

    async def _on_time(self) -> None:
        """Say that it is there, or that it is over."""
        now = self._clock.monotonic()
        if self._id and now - self._renewed_at > self._expires:
            self._over = Why.EXPIRED
        if self._over is not None:
            await self._socket.send(conveyance.terminate(self._random_id(), self._id))
            raise Lost(self._over)
        if self._id and now - self._told_at > self._min_rate:
            await self._tell(self._random_id())

    async def _tell(self, transaction: str, *eidos: Json) -> None:
        self._told_at = self._clock.monotonic()
        await self._socket.send(conveyance.event(self._id, transaction, *eidos))

    def _random_id(self) -> str:
        return f"{self._random.getrandbits(64):016x}"
