"""Where services connect for the conveyance of EIDOs: a WebSocket at `/IncidentData/ent` (E2)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import structlog
from aiohttp import web
from pydantic import Field

from adapters.codecs import eido_conveyance as conveyance
from adapters.wires.doorway import ServerTls, cannot_listen, may_speak
from adapters.wires.eido_socket import MOST_MESSAGE, EidoSocket, Lost, Watchdog, Why
from middleware.ops.access import demand_rules
from middleware.ops.listening import HostPort, ListenAt
from middleware.ports import World

RULE = f"GET {conveyance.PATH}"
_SHUTDOWN_S = 2.0

log = structlog.get_logger()


class EidoDoorSettings(ServerTls, Watchdog):
    """What everything has that services connect to; `listen` is its own."""

    listen: ListenAt
    peers: Annotated[int, Field(ge=1, le=100)] = Field(
        8, description="connections open at once; further ones are turned away (503)"
    )


Converse = Callable[[EidoSocket], Awaitable[None]]
"""One conversation, until it is Lost."""


class EidoDoor:
    """Lets in who holds a system's token; what a conversation raises, but Lost, `run` raises."""

    def __init__(
        self, name: str, kind: str, settings: EidoDoorSettings, world: World, converse: Converse
    ) -> None:
        demand_rules([RULE])
        self._name, self._kind, self._settings, self._world = name, kind, settings, world
        self._converse = converse
        self._tls = settings.tls()
        self._open = 0
        self._fault: asyncio.Future[None]
        self.address = settings.listen
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Listen; ends by cancellation, or with what a conversation raised."""
        self._fault = asyncio.get_running_loop().create_future()
        app = web.Application()
        app.router.add_get(conveyance.PATH, self._on_peer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await runner.setup()
        try:
            await self._listen(runner)
            await self._fault
        finally:
            self.listening.clear()
            self._fault.cancel()
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        host, port = self._settings.listen
        try:
            await web.TCPSite(runner, host, port, ssl_context=self._tls).start()
        except OSError as fault:
            raise cannot_listen(self._name, self._settings.listen, self._kind) from fault
        self.address = HostPort(host, runner.addresses[0][1])
        log.info("listening", adapter=self._name, at=str(self.address))
        self.listening.set()

    async def _on_peer(self, request: web.Request) -> web.StreamResponse:
        """One connection, from its upgrade to its end."""
        if refused := self._not_allowed(request):
            return refused
        socket = web.WebSocketResponse(
            protocols=(conveyance.SUBPROTOCOL,), autoping=False, max_msg_size=MOST_MESSAGE
        )
        if not socket.can_prepare(request).ok:
            return _told(400, f"connect a WebSocket of the subprotocol {conveyance.SUBPROTOCOL}")
        self._open += 1
        try:
            await socket.prepare(request)
            await self._talk(EidoSocket(socket, self._settings))
        finally:
            self._open -= 1
        return socket

    async def _talk(self, socket: EidoSocket) -> None:
        why = Why.CLOSED
        try:
            await self._converse(socket)
        except Lost as lost:
            why = lost.why
        except Exception as fault:  # noqa: BLE001 - the supervisor must see it, not the web server
            if not self._fault.done():
                self._fault.set_exception(fault)
        log.warning("peer_lost", adapter=self._name, cause=why)
        await socket.close()

    def _not_allowed(self, request: web.Request) -> web.Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not may_speak(token.strip(), self._world.tokens, RULE):
            log.warning("not_signed_in", adapter=self._name, status=401)
            return _told(401, 'send "Authorization: Bearer <token of the system>"')
        if self._open >= self._settings.peers:
            log.warning("too_many_peers", adapter=self._name, status=503)
            return _told(503, "too many connections; end one of them first")
        return None


def _told(status: int, why: str) -> web.Response:
    return web.Response(status=status, text=f"{why}\n")
