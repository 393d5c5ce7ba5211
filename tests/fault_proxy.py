"""A network between two programs, played by us: slow, broken, mute or gone (O4).

    async with fault_proxy(server.port) as wire:
        …connect to 127.0.0.1:wire.port instead…
        wire.hold(Way.BACK)      # what is asked arrives, the answers do not
        wire.heal()              # they arrive now, late

Each fault lasts until `heal`; `reset` is over at once. `carried` counts the bytes that
arrived.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

CHUNK = 65_536
HOST = "127.0.0.1"
ON_THE_WAY = 64
"""Chunks that lie on a line at a time; the sender is held up behind them."""
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends a reset, as a machine that fell over and came back would."""


class Way(StrEnum):
    """From the client to the server, or back."""

    THERE = "there"
    BACK = "back"


BOTH = frozenset(Way)


@dataclass(slots=True, eq=False)
class Line:
    """One connection: both ends, and who carries its bytes."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    dead: bool = False
    """The other end has forgotten it and nobody is told: what is said on it is lost."""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def reset(self) -> None:
        for end in (self.client, self.server):
            sock = end.get_extra_info("socket")
            if sock is not None and not end.is_closing():
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            end.transport.abort()
        self.over.set()


@dataclass(slots=True)
class FaultProxy:
    """Listens at `port` of this machine and carries to `target`, one of the same machine."""

    target: int
    port: int = 0
    delay: float = 0.0
    """Seconds that every byte is under way, each way; the order stays."""
    carried: dict[Way, int] = field(default_factory=lambda: dict.fromkeys(Way, 0))
    """Bytes that arrived."""
    _gates: dict[Way, asyncio.Event] = field(
        default_factory=lambda: {way: asyncio.Event() for way in Way}
    )
    _lines: set[Line] = field(default_factory=set)
    _gone: bool = False
    _mute: bool = False

    # --- the faults ---------------------------------------------------------------------

    def cut(self) -> None:
        """Every connection is reset, and so is every new one: the machine is not there."""
        self._gone = True
        self.reset()

    def reset(self) -> None:
        """Every connection is reset, once; who connects anew is served."""
        for line in tuple(self._lines):
            line.reset()

    def hold(self, *ways: Way) -> None:
        """Bytes in these directions (both where none is named) stay under way; `heal` delivers
        them, late. No connection is closed: a network that is split, or a machine that hangs."""
        for way in ways or BOTH:
            self._gates[way].clear()

    def half_open(self) -> None:
        """The far end has forgotten the connections and the near end is not told: what is said on
        them, and on new ones, is lost without an error, also after `heal`, which resets them."""
        self._mute = True
        for line in self._lines:
            line.dead = True

    def heal(self) -> None:
        """No fault any more; new connections are served at once."""
        self.delay, self._gone, self._mute = 0.0, False, False
        for line in tuple(self._lines):
            if line.dead:
                line.reset()
        for gate in self._gates.values():
            gate.set()

    # --- carrying -----------------------------------------------------------------------

    async def serve(self, near: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        """One client, until either side ends it."""
        try:
            far, server = await asyncio.open_connection(HOST, self.target)
        except OSError:
            client.transport.abort()
            return
        line = Line(client, server, dead=self._mute)
        if self._gone:
            line.reset()
            return
        self._lines.add(line)
        try:
            await self._carry_both(line, near, far)
        finally:
            self._lines.discard(line)
            line.client.close()
            line.server.close()

    async def _carry_both(
        self, line: Line, near: asyncio.StreamReader, far: asyncio.StreamReader
    ) -> None:
        until = [
            asyncio.ensure_future(work)
            for work in (
                self._carry(Way.THERE, near, line.server, line),
                self._carry(Way.BACK, far, line.client, line),
                line.over.wait(),
            )
        ]
        try:
            await asyncio.wait(until, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in until:
                one.cancel()
            await asyncio.gather(*until, return_exceptions=True)

    async def _carry(
        self, way: Way, source: asyncio.StreamReader, sink: asyncio.StreamWriter, line: Line
    ) -> None:
        """Ends when `source` does, behind the last of its bytes."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(ON_THE_WAY)
        delivering = asyncio.ensure_future(self._deliver(way, under_way, sink, line))
        now = asyncio.get_running_loop().time
        try:
            with contextlib.suppress(OSError):
                while chunk := await source.read(CHUNK):
                    await under_way.put((now() + self.delay, chunk))
            await under_way.put((now() + self.delay, b""))
            await delivering
        finally:
            delivering.cancel()

    async def _deliver(
        self,
        way: Way,
        under_way: "asyncio.Queue[tuple[float, bytes]]",
        sink: asyncio.StreamWriter,
        line: Line,
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, chunk = await under_way.get()
            if due > loop.time():
                await asyncio.sleep(due - loop.time())
            await self._gates[way].wait()
            if line.dead:
                continue
            if not chunk:
                return
            with contextlib.suppress(OSError):
                sink.write(chunk)
                await sink.drain()
                self.carried[way] += len(chunk)


@asynccontextmanager
async def fault_proxy(target: int) -> AsyncIterator[FaultProxy]:
    """A sound network to the server at this port of the machine, until somebody breaks it."""
    proxy, serving = FaultProxy(target), set[asyncio.Task[None]]()
    proxy.heal()

    def serve(near: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(proxy.serve(near, client))
        serving.add(task)
        task.add_done_callback(serving.discard)

    server = await asyncio.start_server(serve, HOST, 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()
        for task in tuple(serving):
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
