"""Mobile data terminals over MQTT (N3, N7, C5, P3): notes, answers and prompts out, receipts,
questions and states in.

A publish that the broker answered is nothing: a delivery ends when the device says displayed.
The broker may forget everything: at each return `came_back` lets every open note go out again.
"""

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from adapters.channels.mdt_incoming import Incoming
from adapters.codecs import mdt
from adapters.wires.mqtt_connection import BrokerAt, Connection, Limits, connect
from adapters.wires.mqtt_stay import stay_connected
from middleware.ops.durations import Between, Duration, read_duration
from middleware.ops.presence import Presence
from middleware.ports import AdapterSpec, ChannelDown, Intake, Kind, ToDevice, World
from schemas.mdt import DeviceAnswer, DeviceNote, DevicePrompt

NAME = "mdt"
WAITING = 10_000
"""Sends that wait for the broker's answer; one more is refused at once."""


class MdtMqttSettings(BaseModel):
    """Section `[channel.mdt]`; where the broker is comes from `[broker]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    send_within: Annotated[Duration, Between("100ms", "1m")] = Field(
        read_duration("5s"), description="longest wait for the broker's answer to one message"
    )
    keepalive: Annotated[Duration, Between("1s", "10m")] = Field(
        read_duration("10s"), description="a broker silent for twice as long counts as lost"
    )
    in_flight: Annotated[int, Field(ge=1, le=1_000)] = Field(
        25, description="messages on their way that the broker has not yet answered"
    )
    broker: BrokerAt = BrokerAt()


class MdtMqtt:
    """The channel to the devices; nothing sent twice does harm, by note id and revision."""

    name = NAME

    def __init__(self, settings: MdtMqttSettings, world: World) -> None:
        self._settings = settings
        self._world = world
        self._limits = Limits(settings.send_within, settings.keepalive, settings.in_flight)
        self._connection: Connection | None = None
        self._presence = Presence(self.name, world)
        self._incoming = Incoming(self.name, world, self._tell)
        self._failures = world.meters.counter("forewarn_send_failures_total", channel=self.name)
        name = f"{self.name} outgoing"
        world.meters.gauge("forewarn_queue_bound", queue=name).set(WAITING)
        world.meters.gauge("forewarn_queue_depth", queue=name).set_function(self._depth)

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        """Stay connected and hand in what devices say; never returns."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._presence.tell(intake))
            tasks.create_task(self._incoming.run(intake, came_back))
            await stay_connected(
                self.name,
                self._world,
                self._presence,
                self._connected,
                lambda connection: self._use(connection, came_back),
            )

    async def send(self, message: ToDevice) -> None:
        """Publish with QoS 1 and wait for the broker's answer; raises ChannelDown."""
        body = message.body
        if not isinstance(body, DeviceNote | DeviceAnswer | DevicePrompt):
            raise TypeError("a device is sent a note, an answer or a prompt")
        try:
            await self._publish(message.device, body, qos=1)
        except ChannelDown:
            if not message.probe:
                self._failures.inc()
            raise
        if not message.probe:
            self._count(body)

    async def _tell(self, device: str, taken: mdt.Taken) -> None:
        """QoS 0 is enough: a device that missed it says the same again."""
        with contextlib.suppress(ChannelDown):
            await self._publish(device, taken, qos=0)
            if device != self._world.loopbacks.get(self.name):
                self._count(taken)

    async def _publish(self, device: str, body: mdt.Down, qos: int) -> None:
        connection = self._connection
        if connection is None:
            raise ChannelDown("not connected to the broker")
        if connection.depth >= WAITING:
            raise ChannelDown("too many messages wait for the broker")
        topic = mdt.topic(self._world.room, device, mdt.leaf_of(body))
        await connection.publish(topic, mdt.write(body), qos)

    def _count(self, body: mdt.Down) -> None:
        kind = mdt.leaf_of(body)
        self._world.meters.counter("forewarn_sent_total", channel=self.name, kind=kind).inc()

    def _depth(self) -> int:
        return self._connection.depth if self._connection else 0

    def _connected(self) -> AbstractAsyncContextManager[Connection]:
        room = self._world.room
        return connect(
            self._settings.broker,
            room,
            self._limits,
            mdt.filters_up(room),
            self._incoming.arrived,
        )

    async def _use(self, connection: Connection, came_back: Callable[[], None]) -> str:
        self._connection = connection
        try:
            came_back()
            return await connection.ended()
        finally:
            self._connection = None


SPEC = AdapterSpec(Kind.CHANNEL, NAME, MdtMqttSettings, MdtMqtt)
