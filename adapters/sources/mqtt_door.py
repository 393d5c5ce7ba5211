"""A contract over MQTT: what every source that takes messages in through a broker does (O4).

The broker acknowledges before anything is in the journal, so its acknowledgement says nothing: each
message is answered on the topic of answers, and the other side repeats it until it is.
"""

import asyncio
from contextlib import AbstractAsyncContextManager, suppress
from typing import Annotated

import aiomqtt
import structlog
from pydantic import Field

from adapters.sources.cad_desk import Desk
from adapters.wires.mqtt_connection import BrokerAt, Connection, Limits, connect
from adapters.wires.mqtt_stay import stay_connected
from middleware.ops.access import demand_rules
from middleware.ops.durations import Between, Duration, read_duration
from middleware.ops.presence import Presence
from middleware.ports import Ability, ChannelDown, Intake, World

IN_FLIGHT = 100

log = structlog.get_logger()


class MqttDoorSettings(BrokerAt):
    """What the sections of all of them have."""

    answer_within: Annotated[Duration, Between("100ms", "1m")] = Field(
        read_duration("5s"), description="longest wait for the broker's answer to one message"
    )
    keepalive: Annotated[Duration, Between("1s", "10m")] = Field(
        read_duration("10s"), description="a broker silent for twice as long counts as lost"
    )
    at_once: Annotated[int, Field(ge=1, le=1_000)] = Field(
        64, description="messages taken in at the same time; further ones wait"
    )
    waiting: Annotated[int, Field(ge=1, le=100_000)] = Field(
        1_000, description="messages that may wait; one more is dropped, and said again"
    )


class MqttDoor:
    """A replayable source: what has no answer is said again. `rule` says who may; messages come on
    `forewarn/<room>/<topic>/messages`; `desk` reads them, and speaks as `said_by`."""

    ability = Ability.REPLAYABLE

    def __init__(
        self,
        name: str,
        rule: str,
        topic: str,
        desk: type[Desk],
        said_by: str,
        settings: MqttDoorSettings,
        world: World,
    ) -> None:
        demand_rules([rule])
        self.name = name
        self._topic, self._make_desk, self._said_by = topic, desk, said_by
        self._settings, self._world = settings, world
        self._limits = Limits(settings.answer_within, settings.keepalive, IN_FLIGHT)
        self._presence = Presence(name, world)
        self._connection: Connection | None = None
        self._inbox: asyncio.Queue[bytes] = asyncio.Queue(settings.waiting)
        self._answering: set[asyncio.Task[None]] = set()
        self._dropped = world.meters.counter("forewarn_adapter_dropped_total", adapter=name)
        self._room = asyncio.Semaphore(settings.at_once)
        self._desk: Desk

    @property
    def topics(self) -> tuple[str, str]:
        """Where the other side speaks, and where it is answered."""
        here = f"forewarn/{self._world.room}/{self._topic}"
        return f"{here}/messages", f"{here}/answers"

    async def run(self, intake: Intake) -> None:
        """Stay connected and hand in; never returns."""
        name = self.name
        self._desk = self._make_desk(name, self._said_by, self._world, intake)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._presence.tell(intake))
                tasks.create_task(self._desk.faultless())
                tasks.create_task(self._hand_in())
                await stay_connected(name, self._world, self._presence, self._connected, self._use)
        finally:
            await self._desk.close()

    def _connected(self) -> AbstractAsyncContextManager[Connection]:
        asked = [self.topics[0]]
        return connect(self._settings, self._world.room, self._limits, asked, self._arrived)

    async def _use(self, connection: Connection) -> str:
        self._connection = connection
        try:
            return await connection.ended()
        finally:
            self._connection = None

    def _arrived(self, message: aiomqtt.Message) -> None:
        if self._inbox.full():
            self._dropped.inc()
            log.warning("inbox_full", adapter=self.name)
        else:
            self._inbox.put_nowait(message.payload)

    async def _hand_in(self) -> None:
        while True:
            raw = await self._inbox.get()
            await self._room.acquire()
            task = asyncio.create_task(self._answer(raw))
            self._answering.add(task)
            task.add_done_callback(self._on_answered)

    def _on_answered(self, task: asyncio.Task[None]) -> None:
        self._answering.discard(task)
        self._room.release()
        if not task.cancelled():
            task.exception()  # what the intake raised ends `faultless`

    async def _answer(self, raw: bytes) -> None:
        """QoS 0 is enough: who missed it says the message again."""
        answer = await self._desk.submit(self._desk.read(raw), raw)
        connection = self._connection
        if connection is not None and answer.kept:
            with suppress(ChannelDown):
                await connection.publish(self.topics[1], answer.body, 0)
