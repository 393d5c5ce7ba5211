"""What devices say, into the intake: in order for each device, many devices at once (N3, C5).

The broker was answered before any of this runs, so nothing relies on that: a device repeats a
receipt until it is told `taken`, which it is only when the journal has it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import aiomqtt
import structlog

from adapters.channels.fair import FairQueue
from adapters.codecs import mdt
from middleware.ports import Intake, Problem, World

WAITING = 10_000
"""Messages of all devices that wait for the journal."""

EACH = 100
"""Messages of one device that wait for the journal."""

WORKERS = 64
"""Submissions at once: enough to fill the journal's groups."""

Tell = Callable[[str, mdt.Taken], Awaitable[None]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Said:
    topic: str
    device: str
    raw: bytes
    arrived: datetime


class Incoming:
    """Takes messages without waiting; `run` hands them in.

    What finds no room is dropped and counted. Receipts and questions are said again; a hello is
    not, so `missed` is called when there is room again.
    """

    def __init__(self, channel: str, world: World, tell: Tell) -> None:
        self._channel = channel
        self._world = world
        self._tell = tell
        self._queue = FairQueue[_Said](bound=WAITING, each=EACH)
        self._dropped = False
        meters = world.meters
        self._received = meters.counter("forewarn_adapter_received_total", adapter=channel)
        self._drops = meters.counter("forewarn_adapter_dropped_total", adapter=channel)
        self._unknown = meters.counter("forewarn_adapter_unknown_fields_total", adapter=channel)
        name = f"{channel} incoming"
        meters.gauge("forewarn_queue_bound", queue=name).set(WAITING)
        meters.gauge("forewarn_queue_depth", queue=name).set_function(lambda: self._queue.depth)

    def arrived(self, message: aiomqtt.Message) -> None:
        topic, raw = message.topic.value, message.payload
        device = mdt.device_of(self._world.room, topic) or ""
        if device != self._world.loopbacks.get(self._channel):
            self._received.inc()
        said = _Said(topic, device, bytes(raw), self._world.clock.now())
        if not self._queue.put(device, said):
            self._drops.inc()
            if not self._dropped:
                log.warning("devices_say_more_than_the_journal_takes", adapter=self._channel)
            self._dropped = True

    async def run(self, intake: Intake, missed: Callable[[], None]) -> None:
        """Never returns; what the intake raises ends it."""

        async def handle(said: _Said) -> None:
            await self._hand_in(intake, said)
            if self._dropped and self._queue.depth <= WAITING // 2:
                self._dropped = False
                missed()

        async with asyncio.TaskGroup() as workers:
            for _ in range(WORKERS):
                workers.create_task(self._queue.work(handle))

    async def _hand_in(self, intake: Intake, said: _Said) -> None:
        heard = mdt.read(self._world.room, said.topic, said.raw, self._channel, said.arrived)
        if isinstance(heard, Problem):
            log.warning("device_refused", adapter=self._channel, field=heard.field)
            await intake.refuse(self._channel, heard, said.raw)
            return
        if heard.unknown:
            self._unknown.inc(heard.unknown)
        await intake.submit(heard.event, said.raw)
        if heard.taken:
            await self._tell(said.device, heard.taken)
