"""A pair in virtual time: two instances as `forewarn run` puts them together, on one store, each
with a network of its own to it. They are killed, paused and cut off by the seed, while a CAD speaks
and crews press their buttons (O4, D1).

    python -m tests.simulation --pair --seeds 200
    python -m tests.simulation --pair --archive --seeds 200    old records leave the store meanwhile

What must hold when all has been mended is in `pair_judge`.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any
from unittest.mock import patch

from adapters.stores.memory import Disk, MemoryJournal, MemorySpool
from middleware.engine.entry import Entry
from middleware.flow.archiving import Archiver
from middleware.flow.header import Tampered
from middleware.flow.leading import Leading
from middleware.flow.service import Limits, Parts, Service, prepare
from middleware.flow.standby import Standby
from middleware.flow.whole import WholeJournal
from middleware.ops.errors import Trouble
from middleware.ops.health import LEASE, Health
from middleware.ops.metrics import Metrics
from middleware.ports import ChannelDown, Fenced, Intake, ToDevice
from schemas.alarm import AlarmRaised
from schemas.event import Event
from schemas.mdt import DeviceNote
from simulators.mdt_screen import Reaction, Screen, ShownLog
from tests import alarms, said
from tests.flowing import ROOM, OneKey
from tests.room import RULES, made
from tests.said import HIGH_STREET, MILL_LANE, Cad, Team, marker, resource
from tests.simulation.pair_archive import (
    KEEP,
    SEGMENT,
    FarArchive,
    FarWitnessed,
    Witness,
    as_snapshot,
)
from tests.simulation.pair_judge import Seen, is_at_rest, judged
from tests.simulation.pair_wires import FarJournal, FarLease, Wire
from tests.virtual import Life, VirtualClock, VirtualLoop, of_life, run

CREWS = ("A1", "A2", "A3")
SAYS_S = 1.5
"""Between two messages of the CAD, on average."""
PRESSES_S = 4.0
"""Between two crews that press their button, on average."""
FAULTS = ("killed", "paused", "cut off", "answers lost")
AWAY = "archive away"
STORM_S = 70.0
AGAIN_S = 5.0
REST_S = 120.0
"""For all to come to rest, at most; and at rest it must stay, for a while."""
STAYS_S = 10.0
LONGEST_S = 600.0
"""For all of it."""


class Mdt:
    """The way to the crews: a broker that both instances use and that never fails here."""

    name = "mdt"

    def __init__(self, world: "World") -> None:
        self._world = world

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        came_back()
        await asyncio.Event().wait()

    async def send(self, message: ToDevice) -> None:
        crew = self._world.crews.get(message.device)
        if crew is None:
            raise ChannelDown("no such device")
        body = message.body
        if isinstance(body, DeviceNote):
            delay = self._world.chance.uniform(0.001, 0.05)
            self._world.outside(crew.takes(body.model_dump(mode="json"), delay))


@dataclass
class Crew:
    """A device that keeps its contract and whose crew acknowledges at once."""

    world: "World"
    name: str
    screen: Screen = field(default_factory=Screen)
    pressed: set[tuple[str, int]] = field(default_factory=set)

    async def takes(self, note: dict[str, Any], delay: float) -> None:
        await asyncio.sleep(delay)
        now = self.world.clock.now()
        reaction = self.screen.take(note, now)
        named = note["note"], note["revision"]
        if reaction is Reaction.SHOWN:
            self.world.log.add(self.name, note, now)
            self.pressed.add(named)
        elif reaction is Reaction.REMOVED:
            self.world.log.removed(self.name, note)
        if reaction in (Reaction.SHOWN, Reaction.REMOVED, Reaction.KNOWN):
            self.world.outside(self.world.says(said.displayed(self.name, *named, now)))
            if named in self.pressed and not note["withdrawn"]:
                self.world.outside(self.world.says(said.acknowledged(self.name, *named, "S1", now)))


class Instance:
    """As `forewarn run` puts it together (middleware/app.py), without what it serves to people."""

    def __init__(self, world: "World", name: str) -> None:
        self.world, self.name = world, name
        self.wire = Wire(world.chance, world.resets)
        self.archive = FarArchive(world.witness, world.chance) if world.witness else None
        self.standby: Standby | None = None
        self.own = Disk()
        self.service: Service | None = None
        self.health = Health(())
        self.life = Life()
        self.turns = 0

    @property
    def is_ready(self) -> bool:
        return self.service is not None and self.service.ready.is_set() and self.health.is_ready

    @property
    def follows_at(self) -> int:
        return self.standby.position if self.standby else 0

    def start(self) -> None:
        self.life, self.service = Life(), None
        of_life(self.life, self._take_turns())

    def kill(self) -> None:
        self.life.kill()
        self.service = None

    def _journal(self) -> FarJournal | WholeJournal:
        world = self.world
        if not world.witness:
            return FarJournal(MemoryJournal(world.disk), self.wire)
        return WholeJournal(FarWitnessed(world.witness, self.wire, self.name), self.archive)

    async def _take_turns(self) -> None:
        while True:
            try:
                await self._turn()
            except BaseExceptionGroup as group:
                if group.split(Fenced)[1]:
                    self.world.wrong.append(f"{self.name} ended: {group!r}")
                    return
            except (Trouble, Tampered) as fault:
                self.world.wrong.append(f"{self.name} ended: {fault!r}")
                return
            self.service = None

    async def _turn(self) -> None:
        world, metrics = self.world, Metrics()
        journal = self._journal()
        lease = FarLease(world.disk, self.name, self.wire)
        spool = MemorySpool(self.own)
        clock = world.clock
        self.standby = Standby(ROOM, journal, lease, spool, OneKey(), clock, metrics)
        lead = await self.standby.run()
        self.turns += 1
        self.health = Health((LEASE,))
        leading = Leading(lease, lead.token, OneKey(), clock, metrics, self.health)
        parts = Parts(
            room=ROOM, build="pair", rules=RULES, limits=Limits(), configuration="{}",
            journal=journal, keys=OneKey(), clock=clock, random=world.chance, meters=metrics,
            index=lead.index, spool=spool, channels=(Mdt(world),), listeners=[world.on_committed],
        )  # fmt: skip

        async def write() -> None:
            self.service = service = await prepare(parts, lead=lead)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(leading.look_after(service))
                tasks.create_task(service.run())
                await service.ready.wait()
                world.on_ready(self, service)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(leading.run())
            tasks.create_task(write())
            if isinstance(journal, WholeJournal):
                archiver = Archiver(journal, lead.token, KEEP, clock, metrics)
                parts.listeners.append(as_snapshot(archiver))
                tasks.create_task(archiver.run())


class World:
    """Both, their store, the crews, the CAD and the gateway of man-down; `wrong` is what was seen
    that must not be. `took` are seconds from what struck the writer until the other one was ready.
    """

    def __init__(self, seed: int, resets: Collection[str] = (), *, archive: bool = False) -> None:
        self.chance, self.clock, self.resets = Random(seed), VirtualClock(), resets
        self.disk, self.log = Disk(), ShownLog()
        self.wrong: list[str] = []
        self.witness = Witness(self.disk, self.wrong) if archive else None
        self.crews = {name: Crew(self, name) for name in CREWS}
        self.instances = [Instance(self, name) for name in "ab"]
        self.answered: set[tuple[str, int]] = set()
        self.alarms: defaultdict[str, set[str]] = defaultdict(set)
        """Under which ids the man-down of each radio was shown, by whichever instance."""
        self.faults: Counter[str] = Counter()
        self.took: list[float] = []
        self.rested_at = 0
        self._struck: tuple[Instance, float] | None = None
        self._outside = Life()

    def outside(self, work: Coroutine[Any, Any, None]) -> None:
        """Goes on whatever becomes of the instance that caused it."""
        of_life(self._outside, work)

    def on_committed(self, entries: Sequence[Entry], _: object) -> None:
        """What screens are told as it comes."""
        for raised in made(entries, AlarmRaised):
            self.alarms[raised.radio or ""].add(raised.alarm)

    def on_ready(self, one: Instance, service: Service) -> None:
        """Screens begin with what is known."""
        for alarm in service.state.alarms.values():
            self.alarms[alarm.radio or ""].add(alarm.id)
        if self._struck and self._struck[0] is not one:
            self.took.append(asyncio.get_running_loop().time() - self._struck[1])
        self._struck = None

    async def says(self, event: Event, *, to_all: bool = True) -> None:
        """Until somebody has taken it: devices reach both, the CAD the one that is ready."""
        while True:
            heard = [one for one in self.instances if one.service is not None]
            ready = [one for one in heard if one.is_ready] or heard
            asked = [self._hand(one, event) for one in (heard if to_all else ready[:1])]
            if any(await asyncio.gather(*asked)):
                return
            await asyncio.sleep(AGAIN_S if to_all else 0.5)

    async def _hand(self, one: Instance, event: Event) -> bool:
        """In the life of the instance: it stands still when that does."""
        if one.service is None:
            return False
        handing = of_life(one.life, one.service.core.submit(event))
        await asyncio.wait({handing}, timeout=AGAIN_S)
        if not handing.done() or handing.cancelled():
            handing.cancel()
            return False
        return handing.exception() is None and handing.result().kept

    async def cad(self) -> None:
        """Incidents at a marked address, each with a crew, some stood down."""
        cad, number = Cad(), 0
        while True:
            number += 1
            crew = self.chance.choice(CREWS)
            place = self.chance.choice((HIGH_STREET, MILL_LANE))
            await self._tell(cad.opened(place, (resource(crew),), number=str(number)))
            await asyncio.sleep(self.chance.expovariate(1 / SAYS_S))
            if self.chance.random() < 0.3:
                await self._tell(cad.closed(number=str(number)))

    async def gateway(self) -> None:
        """One crew after the other presses its button, each once."""
        number = 0
        while True:
            await asyncio.sleep(self.chance.expovariate(1 / PRESSES_S))
            number += 1
            now = self.clock.now()
            pressed = alarms.pressed(radio=str(number), at=now, id=f"gw/{number}")
            self.outside(self._tell(pressed))

    async def _tell(self, event: Event) -> None:
        await self.says(event, to_all=False)
        self.answered.add((event.id, event.revision))

    async def storm(self) -> None:
        """One fault after the other, each mended before the next."""
        while asyncio.get_running_loop().time() < STORM_S:
            await asyncio.sleep(self.chance.uniform(0.5, 8))
            one = await self._whom()
            fault = self.chance.choice((*FAULTS, *([AWAY] if one.archive else [])))
            self.faults[fault] += 1
            if one.is_ready:
                self._struck = one, asyncio.get_running_loop().time()
            lasts = self.chance.choice((0.3, 2.0, 6.0, 15.0))
            if fault == "killed":
                one.kill()
            elif fault == "paused":
                one.life.pause()
            elif one.archive and fault == AWAY:
                one.archive.away = True
            else:
                one.wire.cut(answers_only=fault == "answers lost")
            await asyncio.sleep(self.chance.uniform(0, lasts))
            one.wire.heal()
            if one.archive:
                one.archive.away = False
            if fault == "killed":
                one.start()
            else:
                one.life.go_on()

    async def _whom(self) -> Instance:
        """Is struck next; with an archive now and then who has just begun to drop records."""
        one = self.chance.choice(self.instances)
        if self.witness and self.chance.random() < 0.5:
            name = await self.witness.who_drops()
            return next((other for other in self.instances if other.name == name), one)
        return one

    async def live(self) -> None:
        for one in self.instances:
            one.start()
        team = Team()
        for name, place in (("M1", HIGH_STREET), ("M2", MILL_LANE)):
            await self.says(team.put(marker(name, place)), to_all=False)
        speaking = [asyncio.create_task(one) for one in (self.cad(), self.gateway())]
        await self.storm()
        for saying in speaking:
            saying.cancel()
        await asyncio.wait(speaking)
        await self._rest()
        disk = await self.witness.whole() if self.witness else self.disk
        seen = Seen(disk, self.log, self.answered, self.alarms, self.rested_at)
        self.wrong += judged(seen, self.instances)

    async def _rest(self) -> None:
        end = asyncio.get_running_loop().time() + REST_S
        while asyncio.get_running_loop().time() < end:
            if not self._outside.tasks and is_at_rest(self.disk, self.instances):
                break
            await asyncio.sleep(1)
        self.rested_at = self.disk.dropped + len(self.disk.records)
        await asyncio.sleep(STAYS_S)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one seed. `took`: seconds of virtual time, see World."""

    seed: int
    wrong: tuple[str, ...]
    faults: Counter[str]
    turns: int
    notes: int
    records: int
    alarms: int
    took: tuple[float, ...]
    archived: int
    """Records that have left the store."""
    digest: str
    """Of all records that the store has."""


def simulate(seed: int, resets: Collection[str] = (), *, archive: bool = False) -> Outcome:
    """One pair, one storm. `resets`: see Wire. With `archive` old records leave the store, in
    segments as small as a seed is."""
    with patch("middleware.flow.archiving.SEGMENT", SEGMENT):
        return run(_lived(lambda: World(seed, resets, archive=archive), seed))


async def _lived(make: Callable[[], World], seed: int) -> Outcome:
    world = make()
    assert isinstance(asyncio.get_running_loop(), VirtualLoop)
    try:
        async with asyncio.timeout(LONGEST_S):
            await world.live()
    except TimeoutError:
        world.wrong.append("it never came to an end")
    disk = world.disk
    return Outcome(
        seed=seed,
        wrong=tuple(world.wrong),
        faults=world.faults,
        turns=sum(one.turns for one in world.instances),
        notes=len(world.log.shown),
        records=disk.dropped + len(disk.records),
        alarms=len(world.alarms),
        took=tuple(world.took),
        archived=disk.dropped,
        digest=sha256(b"".join(disk.records)).hexdigest(),
    )
