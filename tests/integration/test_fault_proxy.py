"""The network that the tests of the pair play does what it says: a fault that is none proves
nothing (O4)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.fault_proxy import FaultProxy, Way, fault_proxy

PATIENCE_S = 60.0
QUIET_S = 0.2
"""Long enough that what was under way would have come."""


class Echo:
    """A server that says everything again, and remembers it."""

    def __init__(self) -> None:
        self.heard = b""
        self._more = asyncio.Condition()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while said := await reader.read(1000):
                writer.write(said)
                async with self._more:
                    self.heard += said
                    self._more.notify_all()
        writer.close()

    async def until_heard(self, wanted: bytes) -> None:
        async with asyncio.timeout(PATIENCE_S), self._more:
            await self._more.wait_for(lambda: self.heard == wanted)


@asynccontextmanager
async def echo() -> AsyncIterator[tuple[Echo, FaultProxy]]:
    far = Echo()
    server = await asyncio.start_server(far.serve, "127.0.0.1", 0)
    async with server, fault_proxy(server.sockets[0].getsockname()[1]) as wire:
        yield far, wire


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def at(cls, wire: FaultProxy) -> "Client":
        return cls(*await asyncio.open_connection("127.0.0.1", wire.port))

    async def hears(self, wanted: bytes) -> bool:
        async with asyncio.timeout(PATIENCE_S):
            return await self.reader.readexactly(len(wanted)) == wanted

    async def hears_nothing(self) -> bool:
        try:
            return not await asyncio.wait_for(self.reader.read(1), QUIET_S)
        except TimeoutError:
            return True

    async def is_reset(self) -> bool:
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(self.reader.read(1), PATIENCE_S)
        return True


async def test_a_sound_line_carries_both_ways_also_slowly_and_in_order() -> None:
    async with echo() as (far, wire):
        client = await Client.at(wire)
        wire.delay = 0.05
        for number in range(20):
            client.writer.write(b"%02d" % number)
        said = b"".join(b"%02d" % number for number in range(20))
        assert await client.hears(said)
        assert far.heard == said
        assert wire.carried == {Way.THERE: len(said), Way.BACK: len(said)}


async def test_what_is_held_back_comes_late_and_whole() -> None:
    async with echo() as (far, wire):
        client = await Client.at(wire)
        wire.hold(Way.BACK)
        client.writer.write(b"done?")
        await far.until_heard(b"done?")
        assert await client.hears_nothing()
        wire.hold(Way.THERE)
        client.writer.write(b" and this?")
        assert await client.hears_nothing()
        assert far.heard == b"done?"
        wire.heal()
        assert await client.hears(b"done? and this?")


async def test_a_half_open_line_loses_what_is_said_and_tells_nobody_until_it_is_healed() -> None:
    async with echo() as (far, wire):
        before, after = await Client.at(wire), None
        before.writer.write(b"a")
        assert await before.hears(b"a")
        wire.half_open()
        after = await Client.at(wire)
        for client in (before, after):
            client.writer.write(b"lost")
            assert await client.hears_nothing()
        wire.heal()
        assert await before.is_reset()
        assert await after.is_reset()
        anew = await Client.at(wire)
        anew.writer.write(b"b")
        assert await anew.hears(b"b")
        assert far.heard == b"ab"


async def test_a_cut_resets_all_that_is_and_all_that_comes_a_reset_only_what_is() -> None:
    async with echo() as (_, wire):
        client = await Client.at(wire)
        client.writer.write(b"a")
        assert await client.hears(b"a")
        wire.reset()
        assert await client.is_reset()
        client = await Client.at(wire)
        client.writer.write(b"b")
        assert await client.hears(b"b")
        wire.hold()
        wire.cut()
        assert await client.is_reset()
        assert await (await Client.at(wire)).is_reset()
        wire.heal()
        client = await Client.at(wire)
        client.writer.write(b"c")
        assert await client.hears(b"c")
