"""The other side of both EIDO sources, for the contract suite: a notifier on a real WebSocket."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from adapters.sources.eido_client import EidoClient, EidoClientSettings
from adapters.sources.eido_server import EidoServer, EidoServerSettings
from middleware.ops.clock import SystemClock
from schemas.incident import IncidentOpened
from simulators.eido_notifier import PATH, SUBPROTOCOL, Notifier
from tests.eido import event, simple
from tests.fakes import CAD_TOKEN, FakeIntake, fake_world
from tests.http_rigs import ANY, SayingRig

HALF = 60
BEARER = {"Authorization": f"Bearer {CAD_TOKEN}"}


class _EidoRig(SayingRig):
    """A service that conveys; it says one thing a notification."""

    notifier: Notifier

    def __init__(self, intake: FakeIntake) -> None:
        super().__init__(intake)
        self.bound = 1
        self._begun = asyncio.Condition()

    async def say(self, n: int, words: str = "") -> None:
        await self.notifier.notify(simple(n, words))

    async def say_raw(self, raw: bytes) -> None:
        await self.notifier.send(raw)
        await self.notifier.unreadable.get()

    def heard(self) -> list[int]:
        opened = self.intake.of(IncidentOpened)
        return [int(one.id.partition(":")[0]) for one in opened]

    async def converse(self, socket: Any) -> None:
        """Until it is over."""
        notifier = Notifier(socket, list)
        running = asyncio.create_task(notifier.run())
        await notifier.subscribed.wait()
        async with self._begun:
            self.notifier = notifier
            self._begun.notify_all()
        await asyncio.gather(running, return_exceptions=True)

    async def begun(self, before: Notifier | None = None) -> None:
        """Wait for a conversation that is another."""
        async with self._begun:
            await self._begun.wait_for(lambda: getattr(self, "notifier", None) is not before)


class EidoServerRig(_EidoRig):
    """It connects to us."""

    def __init__(self, intake: FakeIntake, state: Path, http: ClientSession) -> None:
        super().__init__(intake)
        self.source = EidoServer(EidoServerSettings(listen=ANY), fake_world(state))
        self._http = http

    async def connect(self) -> None:
        before = getattr(self, "notifier", None)
        url = f"ws://{self.source.address}{PATH}"
        socket = await self._http.ws_connect(url, protocols=[SUBPROTOCOL])
        self._running = asyncio.create_task(self.converse(socket))
        await self.begun(before)

    async def say_half_and_cut(self, n: int) -> None:
        """On a connection of its own, which ends in the midst of a frame."""
        reader, writer = await asyncio.open_connection(*self.source.address)
        writer.write(
            f"GET {PATH} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Authorization: {BEARER['Authorization']}\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        writer.write(frame(event(simple(n)), masked=True)[:HALF])
        await writer.drain()
        writer.transport.abort()


class EidoClientRig(_EidoRig):
    """We connect to it."""

    def __init__(self, intake: FakeIntake, state: Path, port: int) -> None:
        super().__init__(intake)
        world = replace(fake_world(state), clock=SystemClock())
        quick = {"retry_first": timedelta(milliseconds=10), "retry_most": timedelta(seconds=0.1)}
        settings = EidoClientSettings(url=f"ws://127.0.0.1:{port}{PATH}", **quick)
        self.source = EidoClient(settings, world)

    async def on_subscriber(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=[SUBPROTOCOL])
        await socket.prepare(request)
        self._request = request
        await self.converse(socket)
        return socket

    async def say_half_and_cut(self, n: int) -> None:
        before, transport = self.notifier, self._request.transport
        assert transport
        transport.write(frame(event(simple(n)), masked=False)[:HALF])
        transport.close()
        await self.begun(before)


def frame(payload: bytes, *, masked: bool) -> bytes:
    """A text message of 126 to 65,535 bytes."""
    head = bytes([0x81, 126 | masked << 7]) + len(payload).to_bytes(2)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(one ^ mask[n % 4] for n, one in enumerate(payload))


@asynccontextmanager
async def eido_server(state: Path) -> AsyncIterator[EidoServerRig]:
    intake = FakeIntake()
    async with ClientSession(headers=BEARER) as http:
        rig = EidoServerRig(intake, state, http)
        task = asyncio.create_task(rig.source.run(intake))
        await rig.source.listening.wait()
        try:
            await rig.connect()
            yield rig
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def eido_client(state: Path) -> AsyncIterator[EidoClientRig]:
    async def on_subscriber(request: web.Request) -> web.WebSocketResponse:
        return await rig.on_subscriber(request)

    intake, app = FakeIntake(), web.Application()
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    app.router.add_get(PATH, on_subscriber)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    rig = EidoClientRig(intake, state, runner.addresses[0][1])
    task = asyncio.create_task(rig.source.run(intake))
    try:
        await rig.begun()
        yield rig
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await runner.cleanup()
