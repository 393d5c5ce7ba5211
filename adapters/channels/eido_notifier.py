"""Cautions and unit emergencies to another service, by EIDO over a WebSocket (N2, N7, D1, N8).

It connects, subscribes, and is told at once and from then on; a note or an alarm counts as told
when it said so. No crew is told by it: it goes beside the ladder. docs/eido.md.
"""

import asyncio
from collections.abc import Callable
from typing import Annotated

import structlog
from pydantic import Field

from adapters.channels.eido_board import Board
from adapters.channels.eido_subscription import Subscription, SubscriptionSettings
from adapters.codecs import contract
from adapters.codecs import eido_conveyance as conveyance
from adapters.codecs.eido_told import Sender, Told
from adapters.wires.eido_door import EidoDoor
from adapters.wires.eido_socket import EidoSocket, Lost
from middleware.ops.listening import HostPort, ListenAt
from middleware.ops.presence import Presence
from middleware.ops.redaction import Fixed
from middleware.ports import (
    AdapterSpec,
    By,
    ChannelDown,
    Intake,
    Kind,
    Problem,
    ToDevice,
    Way,
    World,
)
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed
from schemas.told import CadNote, UnitEmergency

NAME = "eido_notifier"
NEVER = frozenset({conveyance.BAD_REQUEST, 404, conveyance.TOO_LARGE})
"""The same object is refused however often it comes."""
Element = Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,100}$")]

log = structlog.get_logger()


class EidoNotifierSettings(SubscriptionSettings):
    """Section `[channel.eido_notifier]`."""

    listen: ListenAt = Field(
        HostPort("127.0.0.1", 8113), description="where the other service subscribes"
    )
    element: Element = Field(
        "forewarn.ambulance.invalid", description="the identifier of this system, like a host name"
    )
    agency: Element = Field(
        "ambulance.invalid", description="the identifier of this ambulance service, like a domain"
    )


class EidoNotifier:
    """The channel `eido_notifier`; whoever subscribed last is told."""

    name = NAME

    def __init__(self, settings: EidoNotifierSettings, world: World) -> None:
        self._settings, self._world = settings, world
        self._door = EidoDoor(NAME, Kind.CHANNEL, settings, world, self._converse)
        self._presence = Presence(NAME, world)
        self._board = Board(Sender(settings.element, settings.agency), world.clock)
        self._failures = world.meters.counter("forewarn_send_failures_total", channel=NAME)
        self._subscriber: Subscription | None = None
        self._intake: Intake
        self._came_back: Callable[[], None]

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        """Wait for a subscriber; never returns."""
        self._intake, self._came_back, self._subscriber = intake, came_back, None
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._presence.tell(intake))
            tasks.create_task(self._door.run())

    async def _converse(self, socket: EidoSocket) -> None:
        def on_begun() -> None:
            if self._subscriber is not None and self._subscriber is not this:
                self._subscriber.replace()
            self._subscriber = this
            self._presence.connected()
            self._came_back()

        this = Subscription(
            socket, self._settings, self._world, self._board.live, on_begun, self._on_unreadable
        )
        try:
            await this.run()
        except Lost as lost:
            if self._subscriber is this:
                self._subscriber = None
                self._presence.lost(lost.why)
            raise

    async def _on_unreadable(self, problem: Problem, raw: bytes) -> None:
        await self._intake.refuse(NAME, problem, raw[: contract.LIMIT])

    async def send(self, message: ToDevice) -> None:
        """Returns when the subscriber has it and that is on record; raises ChannelDown."""
        body = message.body
        if not isinstance(body, CadNote | UnitEmergency):
            raise TypeError(f"{NAME} is sent what is its own")
        try:
            await self._notify(message.device, body)
        except ChannelDown:
            self._failures.inc()
            raise

    async def _notify(self, device: str, body: Told) -> None:
        subscriber = self._subscriber
        if subscriber is None:
            raise ChannelDown("nobody has subscribed")
        try:
            status = await subscriber.notify(self._board.put(body))
        except Lost as lost:
            raise ChannelDown("the subscriber did not answer for it") from lost
        if status == conveyance.OK:
            self._board.settle(body)
            self._world.meters.counter("forewarn_sent_total", channel=NAME, kind=_kind(body)).inc()
            await self._intake.submit(self._taken(device, body))
            return
        if status in NEVER:
            await self._intake.submit(self._refused(device, body, status))
        remedy = "see the log of the other side: it did not take an object"
        log.warning("eido_refused", adapter=NAME, status=status, remedy=Fixed(remedy))
        raise ChannelDown("the subscriber did not take it")

    def _taken(self, device: str, body: Told) -> NoteDisplayed:
        return NoteDisplayed(
            source=NAME,
            id=f"{body.note}/{body.revision}",
            occurred_at=self._world.clock.now(),
            device=device,
            channel=NAME,
            note=body.note,
            note_revision=body.revision,
        )

    def _refused(self, device: str, body: Told, status: int) -> DeliveryReported:
        return DeliveryReported(
            source=NAME,
            id=f"{body.note}/{body.revision}/{Delivery.REFUSED}/{status}",
            occurred_at=self._world.clock.now(),
            device=device,
            channel=NAME,
            note=body.note,
            note_revision=body.revision,
            state=Delivery.REFUSED,
            code=str(status),
        )


def _kind(told: Told) -> str:
    if isinstance(told, UnitEmergency):
        return "emergency"
    return "withdrawal" if told.withdrawn else "note"


SPEC = AdapterSpec(
    Kind.CHANNEL, NAME, EidoNotifierSettings, EidoNotifier, Way(by=By.PEER, anew=True)
)
