"""Exchanges that are dialled by the service: here it finds the recorded one (O2)."""

import asyncio
from contextlib import AsyncExitStack, suppress

from aiohttp import web

from adapters.sources.ari_session import BETWEEN, PRIMER
from middleware.cli.against import SHUTDOWN_S, WITHIN, Line, cannot_listen
from middleware.ops.listening import read_host_port
from middleware.ports import OnWire, WireFrame

CHUNK = 65_536


class Exchange(Line):
    """Stands where an exchange with a line of its own stood: Asterisk's AMI, FreeSWITCH.
    `primer`: what a session had heard before, where the recording began in the midst of one."""

    def __init__(self, source: str, address: str, primer: bytes) -> None:
        super().__init__(source)
        self._at, self._primer = read_host_port(address), primer
        self._came: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
        self._writer: asyncio.StreamWriter | None = None

    async def begin(self, stack: AsyncExitStack) -> None:
        try:
            server = await asyncio.start_server(self._on_connected, *self._at)
        except OSError as fault:
            raise cannot_listen(self.source, self._at) from fault
        stack.callback(server.close)
        stack.push_async_callback(self._hang_up)

    async def _on_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._came.put_nowait(writer)
        with suppress(OSError):
            while await reader.read(CHUNK):
                pass
        writer.close()

    async def say(self, frame: WireFrame) -> None:
        if frame.on is not OnWire.HEARD:
            await self._hang_up()
        if frame.on is OnWire.OPENED:
            self._writer = await self._next()
            self._writer.write(self._primer if frame.midway else b"")
        elif frame.on is OnWire.HEARD and self._writer is not None:
            self._writer.write(frame.data)
            await self._writer.drain()
        self.tally[frame.on.value] += 1

    async def _next(self) -> asyncio.StreamWriter:
        async with asyncio.timeout(WITHIN.total_seconds()):
            while (writer := await self._came.get()).is_closing():
                pass
            return writer

    async def _hang_up(self) -> None:
        """When all that was said is on its way."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with suppress(OSError):
                await writer.drain()
                writer.close()
                await writer.wait_closed()


class RestExchange(Line):
    """Stands where Asterisk's REST Interface stood: lists of channels and bridges for who asks,
    and events over a WebSocket. It is signed in to with whatever the service has."""

    def __init__(self, source: str, address: str) -> None:
        super().__init__(source)
        self._at = read_host_port(address)
        self._came: asyncio.Queue[web.WebSocketResponse] = asyncio.Queue()
        self._told: web.WebSocketResponse | None = None
        self._lists: asyncio.Future[list[bytes]]

    async def begin(self, stack: AsyncExitStack) -> None:
        self._lists = asyncio.get_running_loop().create_future()
        app = web.Application()
        app.router.add_get("/{before:.*}events", self._on_events)
        app.router.add_get("/{before:.*}{what:channels|bridges}", self._on_list)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, *self._at).start()
        except OSError as fault:
            raise cannot_listen(self.source, self._at) from fault
        stack.push_async_callback(self._hang_up)

    async def _on_events(self, request: web.Request) -> web.WebSocketResponse:
        told = web.WebSocketResponse()
        await told.prepare(request)
        self._came.put_nowait(told)
        async for _ in told:  # the service says nothing on it
            pass
        return told

    async def _on_list(self, request: web.Request) -> web.Response:
        """What was heard first on the recorded connection; an empty one was a refusal."""
        parts = await asyncio.shield(self._lists)
        listed = parts[0 if request.match_info["what"] == "channels" else -1]
        return web.Response(status=200 if listed else 404, body=listed)

    async def say(self, frame: WireFrame) -> None:
        if frame.on is not OnWire.HEARD:
            await self._hang_up()
        if frame.on is OnWire.OPENED:
            self._told = await self._next()
            if frame.midway:
                self._lists.set_result(PRIMER.split(BETWEEN, 1))
        elif frame.on is OnWire.HEARD and self._told is not None:
            await self._hear(self._told, frame.data)
        self.tally[frame.on.value] += 1

    async def _hear(self, told: web.WebSocketResponse, data: bytes) -> None:
        if not self._lists.done():
            self._lists.set_result(data.split(BETWEEN, 1))
            return
        try:
            await told.send_str(data.decode())
        except UnicodeDecodeError:
            await told.send_bytes(data)

    async def _next(self) -> web.WebSocketResponse:
        async with asyncio.timeout(WITHIN.total_seconds()):
            while (told := await self._came.get()).closed:
                pass
            return told

    async def _hang_up(self) -> None:
        told, self._told = self._told, None
        if told is not None:
            await told.close()
        if self._lists.done():
            self._lists = asyncio.get_running_loop().create_future()
