"""A recorded conveyance of EIDOs, heard in place of the network: the same desk and codecs (O2)."""

import asyncio
from collections.abc import Callable
from typing import Any

from adapters.sources.eido_desk import EidoDesk
from adapters.sources.eido_session import EidoSettings
from middleware.ops.presence import Presence
from middleware.ports import Ability, Intake, OnWire, Wire, World


class PlayedEido:
    """Message by message; nobody waits for answers."""

    ability = Ability.RESYNC

    def __init__(self, name: str, settings: EidoSettings, world: World, wire: Wire) -> None:
        self.name = name
        self._settings, self._world, self._wire = settings, world, wire
        self._presence = Presence(name, world, gap=True)

    async def run(self, intake: Intake) -> None:
        """Hand in what is heard; ends by cancellation only."""
        settings = self._settings
        desk = EidoDesk(self.name, settings.said_by, settings, self._world, intake)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._presence.tell(intake))
            while True:
                frame = await self._wire.get()
                if frame.on is OnWire.OPENED:
                    self._presence.connected()
                elif frame.on is OnWire.CLOSED:
                    self._presence.lost(frame.why)
                else:
                    await desk.hear(frame.data)


def play_eido(name: str) -> Callable[[Any, World, Wire], PlayedEido]:
    """`play` of the row `name`."""

    def play(settings: EidoSettings, world: World, wire: Wire) -> PlayedEido:
        return PlayedEido(name, settings, world, wire)

    return play
