"""EIDOs from services that connect to us: a WebSocket at `/IncidentData/ent` (C1, C2, E2).

NENA-STA-024 has the subscriber connect. Where the other side can only connect outward, it comes
here, is asked for its incidents on its own connection, and notifies on it. docs/eido.md.
"""

import asyncio

from pydantic import Field

from adapters.sources.eido_desk import EidoDesk
from adapters.sources.eido_played import play_eido
from adapters.sources.eido_session import EidoSession, EidoSettings
from adapters.sources.remembered import RemembersDays
from adapters.wires.eido_door import EidoDoor, EidoDoorSettings
from adapters.wires.eido_socket import EidoSocket, Lost
from middleware.ops.listening import HostPort, ListenAt
from middleware.ops.presence import Presence
from middleware.ports import Ability, AdapterSpec, Intake, Kind, World

NAME = "eido_server"


class EidoServerSettings(EidoDoorSettings, EidoSettings):
    """`[source.eido_server]`"""

    listen: ListenAt = Field(
        HostPort("127.0.0.1", 8112), description="where services that convey incidents connect to"
    )


class EidoServer(RemembersDays):
    """The source `eido_server`; after a cut it is told anew how every live incident stands."""

    name = NAME
    ability = Ability.RESYNC

    def __init__(self, settings: EidoServerSettings, world: World) -> None:
        super().__init__(settings.said_by)
        self._settings, self._world = settings, world
        self._door = EidoDoor(NAME, Kind.SOURCE, settings, world, self._converse)
        self._presence = Presence(NAME, world, gap=True)
        self._subscribed = 0
        self._desk: EidoDesk

    @property
    def address(self) -> HostPort:
        return self._door.address

    @property
    def listening(self) -> asyncio.Event:
        return self._door.listening

    async def run(self, intake: Intake) -> None:
        """Listen; ends by cancellation only."""
        self._desk = EidoDesk(NAME, self.said_by, self._settings, self._world, intake)
        self._desk.believe_open(self._believed)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._presence.tell(intake))
            group.create_task(self._door.run())

    async def _converse(self, socket: EidoSocket) -> None:
        known: list[bool] = []

        def on_subscribed() -> None:
            known.append(True)
            self._subscribed += 1
            self._presence.connected()

        try:
            await EidoSession(socket, self._desk, self._settings, self._world, on_subscribed).run()
        except Lost as lost:
            self._subscribed -= bool(known)
            if not self._subscribed:
                self._presence.lost(lost.why)
            raise


SPEC = AdapterSpec(Kind.SOURCE, NAME, EidoServerSettings, EidoServer, play=play_eido(NAME))
