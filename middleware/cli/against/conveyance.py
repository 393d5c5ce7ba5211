"""A service that conveys incidents as EIDOs: it is subscribed to, notifies, and has an answer to
each notification (NENA-STA-024; O2)."""

import asyncio
from abc import abstractmethod
from contextlib import AsyncExitStack, suppress

import orjson
from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType, web

from adapters.codecs import eido_conveyance as codec
from middleware.cli.against import (
    SHUTDOWN_S,
    WITHIN,
    Line,
    Speaker,
    cannot_listen,
    client_tls,
)
from middleware.ops.listening import read_host_port
from middleware.ports import OnWire, WireFrame

Socket = ClientWebSocketResponse | web.WebSocketResponse
NAME, NO_SIGN_OF_LIFE = "replay", 0
_WORDS = {codec.OK: "taken"}


class Conveyance(Line):
    """What was notified is notified again; of what else was said this side speaks as it is."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self._socket: Socket | None = None
        self._subscribed: asyncio.Queue[Socket] = asyncio.Queue()
        self._answers: asyncio.Queue[codec.Acknowledged] = asyncio.Queue()

    @abstractmethod
    async def _connect(self) -> None:
        """See that there is a connection, on which somebody listens."""

    async def say(self, frame: WireFrame) -> None:
        if frame.on is not OnWire.HEARD:
            await self._hang_up()
        if frame.on is OnWire.OPENED:
            async with asyncio.timeout(WITHIN.total_seconds()):
                await self._connect()
                while (socket := await self._subscribed.get()).closed:
                    pass
                self._socket = socket
        elif frame.on is OnWire.HEARD and self._socket is not None and _notifies(frame.data):
            async with asyncio.timeout(WITHIN.total_seconds()):
                await self._socket.send_str(frame.data.decode(errors="replace"))
                answer = await self._answers.get()
            self.tally[_WORDS.get(answer.status, "refused")] += 1

    async def _listen(self, socket: Socket) -> None:
        """Until it is closed: subscriptions are granted, answers kept."""
        with suppress(ConnectionError):
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._hear(socket, codec.read(message.data.encode()))

    async def _hear(self, socket: Socket, said: object) -> None:
        if isinstance(said, codec.Subscribe):
            expires = said.expires or round(WITHIN.total_seconds())
            granted = codec.subscribe_response(said, codec.OK, NAME, expires, NO_SIGN_OF_LIFE)
            await socket.send_str(granted)
            if socket is not self._socket:
                self._subscribed.put_nowait(socket)
        elif isinstance(said, codec.Acknowledged):
            self._answers.put_nowait(said)

    async def _hang_up(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()


class ConveyedTo(Conveyance):
    """Connects to the service, which subscribes on our connection."""

    def __init__(self, source: str, url: str, speaker: Speaker) -> None:
        super().__init__(source)
        self._url = url if codec.PATH in url else url.rstrip("/") + codec.PATH
        self._headers = {"Authorization": f"Bearer {speaker.secret(source)}"}
        self._tls = client_tls(speaker.ca_file)
        self._listening: asyncio.Task[None] | None = None

    async def begin(self, stack: AsyncExitStack) -> None:
        self._http = await stack.enter_async_context(ClientSession(headers=self._headers))
        stack.push_async_callback(self._hang_up)

    async def _connect(self) -> None:
        protocols = (codec.SUBPROTOCOL,)
        try:
            socket = await self._http.ws_connect(
                self._url, protocols=protocols, ssl=self._tls or True
            )
        except ClientError as fault:
            raise ConnectionError(type(fault).__name__) from fault
        self._listening = asyncio.create_task(self._listen(socket))


class ConveyedFrom(Conveyance):
    """Listens where the service connects to, and subscribes."""

    def __init__(self, source: str, address: str) -> None:
        super().__init__(source)
        self._at = read_host_port(address)

    async def begin(self, stack: AsyncExitStack) -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._on_connected)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        try:
            await web.TCPSite(runner, *self._at).start()
        except OSError as fault:
            raise cannot_listen(self.source, self._at) from fault
        stack.push_async_callback(self._hang_up)

    async def _on_connected(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=(codec.SUBPROTOCOL,))
        await socket.prepare(request)
        await self._listen(socket)
        return socket

    async def _connect(self) -> None:
        """It comes by itself."""


def _notifies(message: bytes) -> bool:
    """Whether it is a notification, or may be one that nobody can read: answers and grants were of
    that time."""
    try:
        said = orjson.loads(message)
    except orjson.JSONDecodeError:
        return True
    return not isinstance(said, dict) or "event" in said or len(said) != 1
