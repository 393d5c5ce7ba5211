"""What the simulated service is made of: its sources, its channel, its index with faults."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from adapters.codecs import mdt
from middleware.flow.index import Index
from middleware.ops.presence import Presence
from middleware.ports import (
    Ability,
    ChannelDown,
    Intake,
    Problem,
    Submitted,
    ToDevice,
    World,
)
from schemas.check import Answer, Whereabouts
from schemas.event import Event
from schemas.marker import Marker
from tests.flowing import ROOM
from tests.simulation.network import Network
from tests.simulation.plan import Weather
from tests.virtual import VirtualLoop

WAITING = 200
"""Messages that wait at a source; one more is not heard, and said again."""

Reply = Callable[[Submitted], None]


class SimSource:
    """Hands in what reaches it and replies when that is durable."""

    ability = Ability.REPLAYABLE

    def __init__(self, name: str, network: Network) -> None:
        self.name = name
        self._network = network
        self._inbox: asyncio.Queue[tuple[Event | Problem, bytes, Reply]] = asyncio.Queue(WAITING)

    def arrived(self, said: Event | Problem, raw: bytes, reply: Reply) -> None:
        if not self._inbox.full():
            self._inbox.put_nowait((said, raw, reply))

    async def run(self, intake: Intake) -> None:
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._hand_in(intake, *await self._inbox.get()))

    async def _hand_in(
        self, intake: Intake, said: Event | Problem, raw: bytes, reply: Reply
    ) -> None:
        if isinstance(said, Problem):
            submitted = await intake.refuse(self.name, said, raw)
        else:
            submitted = await intake.submit(said, raw)
        if submitted.kept:  # else it is said again
            self._network.post(reply, submitted)


class SimMdt:
    """The channel to the devices, with the real codec; whether it is up is the broker's doing."""

    name = "mdt"

    def __init__(
        self,
        network: Network,
        world: World,
        wire: Callable[[str], Callable[[str, bytes], None]],
        sent: Callable[["SimMdt", ToDevice], None],
    ) -> None:
        self._network, self._world = network, world
        self._wire, self._sent = wire, sent
        self._inbox: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(WAITING)
        self._presence = Presence(self.name, world)
        self._turned = asyncio.Event()
        self._up = False

    def turn(self, *, up: bool) -> None:
        """The broker comes or goes."""
        self._up = up
        self._turned.set()

    def arrived(self, topic: str, raw: bytes) -> None:
        if self._up and not self._inbox.full():
            self._inbox.put_nowait((topic, raw))

    async def send(self, message: ToDevice) -> None:
        await asyncio.sleep(0)
        if not self._up:
            raise ChannelDown("no broker")
        self._sent(self, message)
        leaf = mdt.leaf_of(message.body)
        self._network.post(self._wire(message.device), leaf, mdt.write(message.body))

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._presence.tell(intake))
            tasks.create_task(self._watch(came_back))
            while True:
                tasks.create_task(self._hand_in(intake, *await self._inbox.get()))

    async def _watch(self, came_back: Callable[[], None]) -> None:
        while True:
            self._turned.clear()
            if self._up:
                self._presence.connected()
                came_back()
            else:
                self._presence.lost("unreachable")
            await self._turned.wait()

    async def _hand_in(self, intake: Intake, topic: str, raw: bytes) -> None:
        heard = mdt.read(ROOM, topic, raw, self.name, self._world.clock.now())
        if isinstance(heard, Problem):
            await intake.refuse(self.name, heard, raw)
            return
        await intake.submit(heard.event, raw)
        if heard.taken and self._up:
            body = mdt.write(heard.taken)
            leaf = mdt.leaf_of(heard.taken)
            self._network.post(self._wire(heard.event.device), leaf, body)


class SimIndex:
    """An index that is now and then slow, or fails."""

    def __init__(self, inner: Index, weather: Weather, loop: VirtualLoop) -> None:
        self._inner, self._weather, self._loop = inner, weather, loop
        self.version = inner.version

    @property
    def position(self) -> int:
        return self._inner.position

    def __len__(self) -> int:
        return len(self._inner)  # type: ignore[arg-type]

    def check(self, place: Whereabouts) -> Answer:
        plan, strikes = self._weather.plan, self._weather.strikes
        if strikes("check slow", plan.check_slow):
            self._loop.burn(0.2)
        if strikes("check fails", plan.check_fails):
            raise ZeroDivisionError("a fault of the matcher")
        return self._inner.check(place)

    def put(self, marker: Marker) -> None:
        if self._weather.strikes("put fails", self._weather.plan.put_fails):
            raise ZeroDivisionError("a fault of the index")
        self._inner.put(marker)

    def put_many(self, markers: Iterable[Marker]) -> None:
        for marker in markers:
            self.put(marker)

    def remove(self, marker_id: str) -> None:
        self._inner.remove(marker_id)

    def follow(self, position: int) -> None:
        self._inner.follow(position)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
