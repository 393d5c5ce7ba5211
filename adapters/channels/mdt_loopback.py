"""The loopback device of the MDT channel: it has an account of its own at the broker, hears what a
terminal would hear, shows it to nobody, and says displayed of each probe (O1); docs/probes.md.

It says no hello: nothing is in force for it.
"""

import asyncio
import contextlib

import aiomqtt
from pydantic import ValidationError

from adapters.codecs import mdt
from adapters.wires.mqtt_connection import BrokerAt, Connection, Limits, connect
from adapters.wires.mqtt_stay import stay_connected
from middleware.ops.durations import read_duration
from middleware.ports import ChannelDown, World
from schemas.mdt import DeviceNote, Receipt, ReceiptKind

PROBED, NAME = "mdt", "mdt_probe"
"""The channel, and how the device is called in the log."""

LIMITS = Limits(read_duration("5s"), read_duration("10s"), 25)
WAITING = 100
"""Receipts that wait to be said; further ones are not: the next probe has one too."""


class MdtLoopback:
    """Runs beside the service, and knows of it what a device knows."""

    def __init__(self, at: BrokerAt, device: str, world: World) -> None:
        self._at, self._device, self._world = at, device, world
        self._said: asyncio.Queue[bytes] = asyncio.Queue(WAITING)

    async def run(self) -> None:
        """Stay connected and return probes; never returns."""

        def connected() -> contextlib.AbstractAsyncContextManager[Connection]:
            heard = [mdt.topic(self._world.room, self._device, "notes")]
            return connect(self._at, self._world.room, LIMITS, heard, self._heard)

        await stay_connected(NAME, self._world, _Unseen(), connected, self._use)

    async def _use(self, connection: Connection) -> str:
        saying = asyncio.create_task(self._say(connection))
        try:
            return await connection.ended()
        finally:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)

    async def _say(self, connection: Connection) -> None:
        topic = mdt.topic(self._world.room, self._device, "receipts")
        while True:
            receipt = await self._said.get()
            with contextlib.suppress(ChannelDown):
                await connection.publish(topic, receipt, 1)

    def _heard(self, message: aiomqtt.Message) -> None:
        receipt = receipt_of(bytes(message.payload))
        if receipt is not None and not self._said.full():
            self._said.put_nowait(receipt.model_dump_json(exclude_none=True).encode())


def receipt_of(raw: bytes) -> Receipt | None:
    """What is said of a probe; of all else nothing."""
    try:
        note = DeviceNote.model_validate_json(raw, extra="ignore")
        said = Receipt(kind=ReceiptKind.DISPLAYED, note=note.note, revision=note.revision)
    except ValidationError:
        return None
    return said if note.probe else None


class _Unseen:
    """Its coming and going is no source's: what matters is whether probes come back."""

    def connected(self) -> None:
        """In the log."""

    def lost(self, reason: str) -> None:
        """In the log."""
