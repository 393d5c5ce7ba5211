"""A telephone exchange that speaks Asterisk's REST Interface, as a server (C2, A1, O3).

In a test: `async with AriExchange() as exchange: call = exchange.ring("07700900101")`. Its HTTP
server stands behind a line of its own, which can be slow, silent, or cut anywhere.
"""

import asyncio
import base64
import json
import ssl
from contextlib import suppress
from itertools import count
from time import time
from typing import Any, Self

from aiohttp import WSMsgType, web

from simulators.ami_call import Call
from simulators.ami_words import Headers
from simulators.ari_spoken import Spoken
from simulators.ari_words import event
from simulators.exchange_server import ExchangeServer
from simulators.exchange_session import Session
from simulators.telephony import ENDINGS

CHUNK = 65_536


class AriExchange(ExchangeServer):
    """The application's WebSocket, the channels that are up, and calls to play with. What clients
    ask for is counted as events, channels, bridges and ping."""

    def __init__(
        self,
        secret: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        username: str = "forewarn",
    ) -> None:
        super().__init__(secret, host, port, tls)
        self.calls: dict[str, Call] = {}
        self._auth = "Basic " + base64.b64encode(f"{username}:{secret}".encode()).decode()
        self._spoken = Spoken("")
        self._legs = count(1)
        self._epoch = int(time())
        self._ended = asyncio.Event()
        self._waiting: dict[str, asyncio.Queue[str]] = {}
        """Application to what it has not been told yet."""

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._sign_in])
        app.router.add_get("/ari/events", self._events)
        app.router.add_get("/ari/{what:channels|bridges}", self._list)
        self._runner = web.AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._inner = self._runner.addresses[0][1]
        return await super().__aenter__()

    async def __aexit__(self, *about: object) -> None:
        self._ended.set()
        await super().__aexit__(*about)
        await self._runner.cleanup()

    def ring(self, number: str | None, line: str = "999") -> Call:
        """A caller dials `line`; `number` None is withheld."""
        call = Call(self.follow, self._legs, self._epoch, number, line)
        self.calls = {key: known for key, known in self.calls.items() if not known.over}
        self.calls[call.id] = call
        call.ring()
        return call

    def follow(self, told: Headers) -> None:
        """What happens at the exchange, told as ARI tells it."""
        drop = self.faults.drop_hang_ups and told[0][1] in ENDINGS
        for said in self._spoken.follow(told):
            if not drop:
                self.say(said)

    def say(self, said: dict[str, Any]) -> None:
        """An event, to every application."""
        for application in self._waiting:
            self.put(json.dumps(said | {"application": application}), application)

    def put(self, raw: str, application: str) -> None:
        """This text, to that application."""
        self._waiting[application].put_nowait(raw)

    def replace(self) -> None:
        """Another client takes every application's place."""
        for application in list(self._waiting):
            self.put(json.dumps(event(application, "ApplicationReplaced")), application)
            del self._waiting[application]

    def _listening(self) -> int:
        return len(self._waiting)

    @web.middleware
    async def _sign_in(self, request: web.Request, handler: Any) -> web.StreamResponse:
        await self._note(request.path.rpartition("/")[2])
        if request.headers.get("Authorization") != self._auth:
            raise web.HTTPUnauthorized
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _events(self, request: web.Request) -> web.WebSocketResponse:
        """One WebSocket an application: a newer one takes its place."""
        application = request.query["app"]
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if application in self._waiting:
            self.put(json.dumps(event(application, "ApplicationReplaced")), application)
        waiting = self._waiting[application] = asyncio.Queue()
        sending = asyncio.create_task(_send(socket, waiting))
        try:
            await self._note("")
            async for message in socket:
                if message.type is WSMsgType.PING:
                    await socket.pong(message.data)
                    await self._note("ping")
        finally:
            sending.cancel()
            if self._waiting.get(application) is waiting:
                del self._waiting[application]
        return socket

    async def _list(self, request: web.Request) -> web.Response:
        spoil, what = self.faults.spoil_list, request.match_info["what"]
        if spoil == "refused":
            raise web.HTTPForbidden
        if spoil == "endless":
            await self._ended.wait()
        listed = self._spoken.channels() if what == "channels" else self._spoken.bridges()
        text = json.dumps(listed)
        return web.json_response(text=text[:-1] if spoil == "short" else text)

    def _greeting(self) -> bytes:
        return self.faults.greeting.encode()

    async def _listen(self, session: Session, reader: asyncio.StreamReader) -> None:
        from_http, to_http = await asyncio.open_connection("127.0.0.1", self._inner)
        carrying = asyncio.create_task(_carry(from_http, session))
        try:
            while data := await reader.read(CHUNK):
                to_http.write(data)
                await to_http.drain()
        finally:
            carrying.cancel()
            to_http.transport.abort()


async def _send(socket: web.WebSocketResponse, waiting: "asyncio.Queue[str]") -> None:
    with suppress(ConnectionError):  # the client is gone
        while True:
            await socket.send_str(await waiting.get())


async def _carry(answers: asyncio.StreamReader, session: Session) -> None:
    with suppress(ConnectionError):
        while data := await answers.read(CHUNK):
            session.say(data)
    session.finish()
