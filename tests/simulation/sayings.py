"""How the world says something to the service: again and again until it is acknowledged."""

import asyncio
import json
from dataclasses import dataclass

from adapters.codecs import cad
from middleware.ports import Problem, Submitted
from schemas.event import Event
from schemas.incident import CAD_CONTRACT, CadEvent
from tests.simulation.machine import Machine
from tests.simulation.network import Network
from tests.simulation.plan import Weather


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What a source was told of something it said."""

    source: str
    said: Event | None
    raw: bytes
    submitted: Submitted


class Sayings:
    """Said until acknowledged; every acknowledgement is kept, for the journal must have it."""

    def __init__(self, machine: Machine, network: Network, weather: Weather) -> None:
        self._machine, self._network = machine, network
        self._chance = weather.plan.random("sayings")
        self.acknowledged: list[Acknowledged] = []
        self.open = 0

    async def say(self, event: Event) -> Submitted:
        """From the source that the event names; what the CAD says is read by the real codec."""
        if isinstance(event, CadEvent):
            return await self.say_raw(_as_cad(event))
        return await self._until_acknowledged(event.source, event, b"")

    async def say_raw(self, raw: bytes) -> Submitted:
        """Bytes on the CAD's wire."""
        read = cad.read(raw, "cad")
        said = read if isinstance(read, Problem) else read.event
        return await self._until_acknowledged("cad", said, raw)

    async def _until_acknowledged(
        self, source: str, said: Event | Problem, raw: bytes
    ) -> Submitted:
        event = said if isinstance(said, Event) else None
        answer: asyncio.Future[Submitted] = asyncio.get_running_loop().create_future()

        def reply(submitted: Submitted) -> None:
            self.acknowledged.append(Acknowledged(source, event, raw, submitted))
            if not answer.done():
                answer.set_result(submitted)

        self.open += 1
        while not answer.done():
            self._network.post(self._machine.say, source, said, raw, reply)
            await asyncio.wait({answer}, timeout=self._chance.uniform(2, 8))
        self.open -= 1
        return answer.result()


def _as_cad(event: CadEvent) -> bytes:
    """The event as the CAD would write it."""
    fields = json.loads(event.model_dump_json(exclude={"source"}))
    return json.dumps({"contract": CAD_CONTRACT, "type": event.kind, **fields}).encode()
