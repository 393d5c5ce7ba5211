"""EIDOs from services that connect to us: a WebSocket at `/IncidentData/ent` (C1, C2, E2).

NENA-STA-024 has the subscriber connect. Where the other side can only connect outward, it comes
here, is asked for its incidents on its own connection, and notifies on it. docs/eido.md.
"""

import asyncio
from typing import Annotated

import structlog
from aiohttp import web
from pydantic import Field

from adapters.codecs import eido_conveyance as conveyance
from adapters.sources.cad_access import CadSettings, cannot_listen, may_speak
from adapters.sources.eido_desk import EidoDesk
from adapters.sources.eido_played import play_eido
from adapters.sources.eido_session import MOST_MESSAGE, EidoSession, EidoSettings, Lost, Why
from adapters.sources.remembered import RemembersDays
from middleware.ops.access import demand_rules
from middleware.ops.listening import HostPort, ListenAt
from middleware.ops.presence import Presence
from middleware.ports import Ability, AdapterSpec, Intake, Kind, World
from schemas.base import Code

NAME = "eido_server"
RULE = f"GET {conveyance.PATH}"
_SHUTDOWN_S = 2.0

log = structlog.get_logger()


class EidoServerSettings(CadSettings, EidoSettings):
    """`[source.eido_server]`"""

    said_by: Code = Field("eido", description="name of who conveys incidents in the record")
    listen: ListenAt = Field(
        HostPort("127.0.0.1", 8112), description="where services that convey incidents connect to"
    )
    peers: Annotated[int, Field(ge=1, le=100)] = Field(
        8, description="connections open at once; further ones are turned away (503)"
    )


class EidoServer(RemembersDays):
    """The source `eido_server`; after a cut it is told anew how every live incident stands."""

    name = NAME
    ability = Ability.RESYNC

    def __init__(self, settings: EidoServerSettings, world: World) -> None:
        super().__init__(settings.said_by)
        demand_rules([RULE])
        self._settings, self._world = settings, world
        self._tls = settings.tls()
        self._presence = Presence(NAME, world, gap=True)
        self._open = self._subscribed = 0
        self._desk: EidoDesk
        self._fault: asyncio.Future[None]
        self.address = settings.listen
        self.listening = asyncio.Event()

    async def run(self, intake: Intake) -> None:
        """Listen; ends by cancellation only."""
        settings = self._settings
        self._desk = EidoDesk(NAME, self.said_by, settings, self._world, intake)
        self._desk.believe_open(self._believed)
        self._fault = asyncio.get_running_loop().create_future()
        app = web.Application()
        app.router.add_get(conveyance.PATH, self.on_peer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await runner.setup()
        try:
            await self._listen(runner)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._presence.tell(intake))
                group.create_task(_faultless(self._fault))
        finally:
            self.listening.clear()
            self._fault.cancel()
            await runner.cleanup()

    async def _listen(self, runner: web.AppRunner) -> None:
        host, port = self._settings.listen
        try:
            await web.TCPSite(runner, host, port, ssl_context=self._tls).start()
        except OSError as fault:
            raise cannot_listen(NAME, self._settings.listen) from fault
        self.address = HostPort(host, runner.addresses[0][1])
        log.info("listening", adapter=NAME, at=str(self.address))
        self.listening.set()

    async def on_peer(self, request: web.Request) -> web.StreamResponse:
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
            await self._converse(socket)
        finally:
            self._open -= 1
        return socket

    async def _converse(self, socket: web.WebSocketResponse) -> None:
        known: list[bool] = []

        def on_subscribed() -> None:
            known.append(True)
            self._subscribed += 1
            self._presence.connected()

        try:
            await EidoSession(socket, self._desk, self._settings, self._world, on_subscribed).run()
        except Lost as lost:
            self._on_lost(lost.why, was_known=bool(known))
            await socket.close()
        except Exception as fault:  # noqa: BLE001 - the supervisor must see it, not the web server
            if not self._fault.done():
                self._fault.set_exception(fault)

    def _on_lost(self, why: Why, *, was_known: bool) -> None:
        self._subscribed -= was_known
        log.warning("peer_lost", adapter=NAME, cause=why)
        if not self._subscribed:
            self._presence.lost(why)

    def _not_allowed(self, request: web.Request) -> web.Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not may_speak(token.strip(), self._world.tokens, RULE):
            log.warning("not_signed_in", adapter=NAME, status=401)
            return _told(401, 'send "Authorization: Bearer <token of the system>"')
        if self._open >= self._settings.peers:
            log.warning("too_many_peers", adapter=NAME, status=503)
            return _told(503, "too many connections; end one of them first")
        return None


def _told(status: int, why: str) -> web.Response:
    return web.Response(status=status, text=f"{why}\n")


async def _faultless(fault: asyncio.Future[None]) -> None:
    """Never returns; raises what the intake raised, so that the supervisor sees it."""
    await fault


SPEC = AdapterSpec(Kind.SOURCE, NAME, EidoServerSettings, EidoServer, play=play_eido(NAME))
