"""Sources that hear a recorded wire in place of the network: the same desks and codecs (O2)."""

import asyncio
from collections.abc import Callable
from typing import Any

from adapters.codecs import contract
from adapters.sources.cad_desk import Desk, MakeDesk
from middleware.ops.presence import Presence
from middleware.ports import Ability, Intake, OnWire, Wire, WireFrame, World


class PlayedDesk:
    """What a door, a stream or a topic took in, message by message. Nobody waits for answers."""

    ability = Ability.REPLAYABLE

    def __init__(self, name: str, desk: MakeDesk, said_by: str, world: World, wire: Wire) -> None:
        self.name = name
        self._make_desk, self._said_by, self._world, self._wire = desk, said_by, world, wire
        self._presence = Presence(name, world)

    async def run(self, intake: Intake) -> None:
        """Hand in what is heard; ends by cancellation only."""
        desk = self._make_desk(self.name, self._said_by, self._world, intake)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._presence.tell(intake))
            tasks.create_task(desk.faultless())
            while True:
                self._hear(desk, await self._wire.get())

    def _hear(self, desk: Desk, frame: WireFrame) -> None:
        if frame.on is OnWire.OPENED:
            self._presence.connected()
        elif frame.on is OnWire.CLOSED:
            self._presence.lost(frame.why)
        else:
            desk.submit(desk.read(frame.data), frame.data[: contract.LIMIT])


def play_at(name: str, desk: MakeDesk = Desk) -> Callable[[Any, World, Wire], PlayedDesk]:
    """`play` of the row `name`, whose messages go to such a desk."""

    def play(settings: Any, world: World, wire: Wire) -> PlayedDesk:
        return PlayedDesk(name, desk, settings.said_by, world, wire)

    return play
