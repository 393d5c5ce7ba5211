"""CAD over TCP: a stream of NDJSON, every line answered in order from the journal (C1, O4).

docs/cad-contract.md is the contract: hello, messages, standings, heartbeats.
"""

import asyncio
from datetime import timedelta
from typing import Annotated

import structlog
from pydantic import Field

from adapters.sources.cad_access import CadSettings
from adapters.sources.cad_desk import Desk
from adapters.sources.cad_stream import RULE, Stream, Streams
from adapters.sources.played import play_at
from adapters.wires.doorway import cannot_listen, may_speak
from middleware.ops.access import demand_rules
from middleware.ops.durations import Duration
from middleware.ops.listening import HostPort, ListenAt
from middleware.ops.presence import Presence
from middleware.ports import Ability, AdapterSpec, Intake, Kind, World

NAME = "cad_tcp"

log = structlog.get_logger()


class CadTcpSettings(CadSettings):
    """`[source.cad_tcp]`"""

    listen: ListenAt = Field(
        HostPort("127.0.0.1", 8102), description="where the CAD opens its stream"
    )
    window: Annotated[int, Field(ge=1, le=10_000)] = Field(
        256, description="messages of a stream that may be unanswered; then no more are read"
    )
    streams: Annotated[int, Field(ge=1, le=100)] = Field(8, description="streams open at once")
    idle: Duration = Field(
        timedelta(seconds=60),
        description="a stream without message or heartbeat for so long is closed",
    )


class CadTcp:
    """The source `cad_tcp`; replayable: what has no answer is sent again on the next stream."""

    name = NAME
    ability = Ability.REPLAYABLE

    def __init__(self, settings: CadTcpSettings, world: World) -> None:
        demand_rules([RULE])
        self._settings = settings
        self._world = world
        self._tls = settings.tls()
        self._presence = Presence(NAME, world)
        self.address = settings.listen
        self.listening = asyncio.Event()

    async def run(self, intake: Intake) -> None:
        desk = Desk(NAME, self._settings.said_by, self._world, intake)
        room, window = self._world.room, self._settings.window
        streams = Streams(NAME, room, window, desk, self._may, self._presence)
        server = await self._serve(streams)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._presence.tell(intake))
                group.create_task(self._watch(streams))
                group.create_task(desk.faultless())
        finally:
            self.listening.clear()
            server.close()
            streams.close()
            await desk.close()
            await server.wait_closed()

    async def _serve(self, streams: Streams) -> asyncio.Server:
        host, port = self._settings.listen
        loop = asyncio.get_running_loop()
        most = self._settings.streams
        try:
            server = await loop.create_server(
                lambda: Stream(streams, admitted=len(streams.open) < most),
                host,
                port,
                ssl=self._tls,
            )
        except OSError as fault:
            raise cannot_listen(NAME, self._settings.listen) from fault
        self.address = HostPort(host, server.sockets[0].getsockname()[1])
        log.info("listening", adapter=NAME, at=str(self.address))
        self.listening.set()
        return server

    def _may(self, token: str) -> bool:
        return may_speak(token, self._world.tokens, RULE)

    async def _watch(self, streams: Streams) -> None:
        """Close what was not heard of between two looks."""
        while True:
            await self._world.clock.sleep(self._settings.idle)
            for stream in tuple(streams.open):
                stream.close_if_silent()


SPEC = AdapterSpec(Kind.SOURCE, NAME, CadTcpSettings, CadTcp, play=play_at(NAME))
