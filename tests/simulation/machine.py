"""The machine the service runs on: it is started, killed at any step, and started again."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.restore import load_index, take_snapshot
from middleware.flow.service import Limits, Parts, Service, prepare
from middleware.flow.spooling import Stand
from middleware.ops.metrics import Metrics
from middleware.ports import Problem, ToDevice, World
from schemas.event import Event
from tests.flowing import ROOM, OneKey
from tests.matching import TableMatcher
from tests.simulation.inside import Reply, SimIndex, SimMdt, SimSource
from tests.simulation.network import Network
from tests.simulation.plan import RULES, Weather
from tests.simulation.several import BARS, CAD, ONCE, Said, SimFar
from tests.simulation.storage import SimJournal, SimSpool, Store
from tests.virtual import Life, VirtualClock, VirtualLoop, of_life

SOURCES = ("cad", "telephony", "console", "radio")
Committed = Callable[[Sequence[Entry], State], None]


@dataclass(frozen=True, slots=True)
class Outside:
    """Whom the machine tells: what is sent to devices, what is committed, and its failures."""

    wire: Callable[[str], Callable[[str, bytes], None]]
    sent: Callable[[ToDevice], None]
    sent_far: Callable[[str, ToDevice], None]
    heard_far: Callable[[str, ToDevice], None]
    committed: Committed
    failed: Callable[[BaseException], None]
    restored: Callable[[State], None]


class Machine:
    """One service at a time, on a store that stays."""

    def __init__(self, store: Store, weather: Weather, network: Network, outside: Outside) -> None:
        self.loop = asyncio.get_running_loop()
        assert isinstance(self.loop, VirtualLoop)
        self.clock = VirtualClock(self.loop, weather.plan.begun)
        self._store, self._weather, self._network = store, weather, network
        self._outside = outside
        self._chance = weather.plan.random("machine")
        self._crashes = list(weather.plan.crashes)
        self._life: Life | None = None
        self._journal: SimJournal | None = None
        self._steps = 0
        self._broker = True
        self.service: Service | None = None
        self.sources: dict[str, SimSource] = {}
        self.channel: SimMdt | None = None
        self.far: dict[str, SimFar] = {}
        self.starts = 0

    # --- the life of the service -------------------------------------------------------

    def start(self) -> None:
        self.starts += 1
        self._steps = self._crashes.pop(0) if self._crashes and self._weather.stormy else -1
        self._life = Life(self._step)
        of_life(self._life, self._serve(self._life))

    def _step(self, life: Life) -> None:
        """Before each step of the service: here it may be killed; what was told and is in memory
        alone would be gone, which is another story (tests/unit/flow/test_spooling.py)."""
        if self._steps == 0 and self.stand is Stand.MEMORY:
            return
        if self._steps == 0 and self._weather.stormy:
            self.crash()
        self._steps -= 1

    @property
    def has_true_time(self) -> bool:
        """Whether its clock is never off, so that a stamp can be held against the time."""
        return not (self._weather.plan.clock_steps or self._weather.plan.starts_off)

    @property
    def stand(self) -> Stand:
        """Where the last records are."""
        return self.service.core.journal.stand if self.service else Stand.JOURNAL

    def crash(self) -> None:
        """From here on no step of it runs."""
        if self._life is None:
            return
        self._life.kill()
        self._life, self.service, self.channel, self.sources = None, None, None, {}
        self.far = {}
        down = self._chance.uniform(0.05, 15)
        self.loop.call_later(down, self._again, context=self._network.context)

    def take_over(self) -> None:
        """A second one starts beside the first, which learns of it when it writes next."""
        if self._life is None or self.service is None or self._journal is None:
            return
        if not self._weather.journal_is_out(self.loop.time()) and self.stand is not Stand.MEMORY:
            self._journal.superseded = True
            self.start()

    def _again(self) -> None:
        self._rising = self.loop.create_task(self._rise())

    async def _rise(self) -> None:
        if self._journal is not None:
            await self._journal.settle()
            await self._store.shut(self._journal.inner)
        self.start()

    async def _serve(self, life: Life) -> None:
        try:
            journal = SimJournal(self._store.open(), self.clock, self._weather)
            self._journal = journal
            service = await prepare(await self._parts(journal))
            self._outside.restored(service.state)
            self.service = service
            await service.run()
        except BaseException as fault:  # noqa: BLE001 - a fenced one may end, no other
            if isinstance(fault, OSError) and self._weather.journal_is_out(self.loop.time()):
                self.loop.call_later(1, self._again, context=self._network.context)
            elif life is self._life:
                self._outside.failed(fault)

    async def _parts(self, journal: SimJournal) -> Parts:
        metrics, chance = Metrics(), self._weather.plan.random(f"courier {self.starts}")
        real = self._weather.plan.real_matcher
        index = await load_index(journal, OneKey()) if real else TableMatcher()
        world = World(ROOM, self.clock, chance, Path(), metrics, {})
        channel = SimMdt(self._network, world, self._outside.wire, self._sent)
        self.channel = channel
        self.channel.turn(up=self._broker)
        self.far = {
            name: SimFar(name, world, self._weather, self._sent_far) for name in (*ONCE, CAD, BARS)
        }
        for far in self.far.values():
            far.turn(up=self._broker)
        self.sources = {name: SimSource(name, self._network) for name in SOURCES}
        return Parts(
            room=ROOM,
            build="simulated",
            rules=RULES,
            limits=Limits(lane_bound=self._weather.plan.lane_bound),
            configuration="{}",
            journal=journal,
            spool=SimSpool(self._store.disk, journal, self._weather, self.clock),
            keys=OneKey(),
            clock=self.clock,
            random=chance,
            meters=metrics,
            index=SimIndex(index, self._weather, self.loop),
            sources=tuple(self.sources.values()),
            channels=(self.channel, *self.far.values()),
            listeners=[self._outside.committed],
        )

    def _sent(self, channel: SimMdt, message: ToDevice) -> None:
        """Of one that was taken over nothing is believed; devices are, by the revisions."""
        if channel is self.channel:
            self._outside.sent(message)

    def _sent_far(self, far: SimFar, message: ToDevice) -> None:
        """A radio or a telephone hears whoever speaks; only of ours something is asked."""
        if self.far.get(far.name) is far:
            self._outside.sent_far(far.name, message)
        self._outside.heard_far(far.name, message)

    # --- what reaches it ---------------------------------------------------------------

    def say(self, source: str, said: Event | Problem, raw: bytes, reply: Reply) -> None:
        """Something arrives at a source; nobody is there while the service is down."""
        if source in self.sources:
            self.sources[source].arrived(said, raw, reply)

    def from_device(self, topic: str, raw: bytes) -> None:
        if self.channel is not None:
            self.channel.arrived(topic, raw)

    def from_far(self, channel: str, said: Said) -> None:
        if channel in self.far:
            self.far[channel].arrived(said)

    def turn_broker(self, *, up: bool) -> None:
        """All ways out together."""
        self._broker = up
        for far in self.far.values():
            far.turn(up=up)
        if self.channel is not None:
            self.channel.turn(up=up)

    async def snapshot(self) -> None:
        """As the process beside the service does it."""
        if self.service is not None:
            journal = self._store.open()
            await take_snapshot(journal, OneKey(), ROOM)
            await self._store.shut(journal)
