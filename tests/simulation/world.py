"""One seed: the world is made, the storm passes, and everything is looked at."""

import asyncio
import contextlib
import hashlib
import sqlite3
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.chain import Chain
from middleware.ports import ToDevice
from tests.flowing import ROOM, OneKey
from tests.simulation.callers import Callers
from tests.simulation.devices import Device
from tests.simulation.judge import judge
from tests.simulation.machine import Machine, Outside
from tests.simulation.network import Network
from tests.simulation.people import CREWS, DEVICES, SPARE, People
from tests.simulation.plan import CALM_FOR, Plan, Weather, plan_of
from tests.simulation.police import Police
from tests.simulation.radios import Radios
from tests.simulation.sayings import Sayings
from tests.simulation.several import FarEnds
from tests.simulation.storage import MemoryStore, SqliteStore
from tests.simulation.witness import Witness
from tests.virtual import VirtualLoop, run

MOST = 4 * 3600.0
"""Seconds of virtual time after which everybody must have been heard."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a seed. `digest` is that of the journal's bytes."""

    seed: int
    wrong: tuple[str, ...]
    records: int
    starts: int
    notes: int
    digest: str


def simulate(seed: int, incidents: int | None = None, sqlite: Path | None = None) -> Outcome:
    """Live through one seed; on the real SQLite store where a directory is given."""
    return run(_simulate(plan_of(seed, incidents), sqlite))


def complains(seed: int) -> bool:
    """Whether anything is wrong with the seed: it ends with the first complaint."""
    return run(_until_complaint(plan_of(seed)))


async def _until_complaint(plan: Plan) -> bool:
    world = World(plan, None)
    living = asyncio.create_task(world.lives())
    while not (living.done() or world.witness.wrong):  # noqa: ASYNC110 - time is virtual
        await asyncio.sleep(1)
    return bool(world.witness.wrong) or living.exception() is not None


async def _simulate(plan: Plan, sqlite: Path | None) -> Outcome:
    world = World(plan, sqlite)
    try:
        await world.lives()
    except Exception as fault:  # noqa: BLE001 - told with all the rest
        where = "".join(traceback.format_tb(fault.__traceback__)[-2:])
        world.witness.complain(f"the simulation failed: {fault!r}\n{where}")
    return world.outcome()


class World:
    """Everybody in it, put together."""

    def __init__(self, plan: Plan, sqlite: Path | None) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self.plan, self.weather, self.loop = plan, Weather(plan), loop
        self.witness = Witness(loop, self._head)
        self.network = Network(self.weather)
        self._sqlite = sqlite / f"{plan.seed}.sqlite" if sqlite else None
        self.store = SqliteStore(self._sqlite, loop) if self._sqlite else MemoryStore()
        outside = Outside(
            wire=lambda device: self.devices[device].wire(),
            sent=self.witness.sent,
            sent_far=self.witness.sent_far,
            heard_far=self._heard_far,
            committed=self.witness.committed,
            failed=self._failed,
            restored=lambda state: self.witness.restored(state, self.entries()),
        )
        self.machine = Machine(self.store, self.weather, self.network, outside)
        self.witness.machine = self.machine
        self.far = FarEnds(plan, self.network, self.machine.from_far)
        self.sayings = Sayings(self.machine, self.network, self.weather)
        self.people = People(plan, self.weather, self.sayings, self.machine)
        self.people_of_radios = Radios(plan, self.weather, self.sayings, self.machine)
        self.police = Police(plan, self.weather, self.sayings, self.machine)
        self.callers = Callers(plan, self.weather, self.sayings, self.machine)
        names = sorted({*CREWS, *DEVICES.values(), SPARE})
        self.devices = {
            name: Device(name, plan, self.weather, self.network, self.machine.from_device)
            for name in names
        }

    # --- the course of things ----------------------------------------------------------

    async def lives(self) -> None:
        """Storm, then calm; ends when everybody was heard and time enough has passed."""
        self.machine.clock.offset = _hours(self.plan.starts_off)
        self.machine.start()
        async with asyncio.timeout(MOST):
            always = [asyncio.create_task(self.people.take_tasks())]
            always += [asyncio.create_task(self.people_of_radios.look())]
            always += [asyncio.create_task(self.police.look())]
            always += [asyncio.create_task(self.people.look_at_stand_offs())]
            always += [asyncio.create_task(device.lives()) for device in self.devices.values()]
            await asyncio.gather(
                self._storm(),
                *self.people.everybody(),
                *self.people_of_radios.everybody(),
                *self.police.everybody(),
                *self.callers.everybody(),
                *(device.suffers() for device in self.devices.values()),
            )
            for device in self.devices.values():
                device.recovers()
            await asyncio.sleep(CALM_FOR)
            await self._nothing_being_written()
        for task in always:
            task.cancel()
        judge(self)

    async def _nothing_being_written(self) -> None:
        for _ in range(1_000):
            if self.machine.service is None or self.state.position == self._head():
                break
            await asyncio.sleep(0.01)

    async def _storm(self) -> None:
        plan, machine = self.plan, self.machine
        for at, hours in plan.clock_steps:
            self.loop.call_at(at, self._step_clock, hours)
        for begin, end in plan.channel_downs:
            self.loop.call_at(begin, lambda: machine.turn_broker(up=False))
            self.loop.call_at(end, lambda: machine.turn_broker(up=True))
        for at in plan.takeovers:
            self.loop.call_at(at, machine.take_over)
        for at in plan.snapshots:
            await asyncio.sleep(max(0.0, at - self.loop.time()))
            await machine.snapshot()
        await asyncio.sleep(max(0.0, plan.storm + 60 - self.loop.time()))
        self.weather.stormy = False

    def _step_clock(self, hours: int) -> None:
        self.machine.clock.offset += _hours(hours)
        self.witness.forward += max(0, hours) * 3600

    def _heard_far(self, channel: str, message: ToDevice) -> None:
        self.far.hear(channel, message)

    def _failed(self, fault: BaseException) -> None:
        if isinstance(fault, BaseExceptionGroup):
            for one in fault.exceptions:
                self._failed(one)
        elif not isinstance(fault, asyncio.CancelledError):
            self.witness.complain(f"the service ended: {fault!r}")

    # --- the journal -------------------------------------------------------------------

    def records(self) -> Sequence[bytes]:
        """What is durable: the journal, and what its spool has beyond it."""
        inside, spool = self._in_journal(), self.store.disk.spool
        beyond = len(inside) + 1 - spool.first
        return [*inside, *spool.records[beyond:]] if beyond >= 0 else inside

    def _in_journal(self) -> Sequence[bytes]:
        if self._sqlite is None:
            assert isinstance(self.store, MemoryStore)
            return self.store.disk.records
        with contextlib.closing(sqlite3.connect(self._sqlite)) as connection:
            rows = connection.execute("SELECT record FROM records ORDER BY position")
            return [record for (record,) in rows]

    def _head(self) -> int:
        spool = self.store.disk.spool
        return max(self._in_journal_head(), spool.first - 1 + len(spool.records))

    def _in_journal_head(self) -> int:
        if self._sqlite is None:
            return len(self._in_journal())
        with contextlib.closing(sqlite3.connect(self._sqlite)) as connection:
            return int(connection.execute("SELECT count(*) FROM records").fetchone()[0])

    def entries(self) -> list[Entry]:
        """Every record, opened; the chain is verified on the way."""
        chain = Chain(ROOM, OneKey())
        return [chain.open(n, record).entry for n, record in enumerate(self.records(), start=1)]

    @property
    def state(self) -> State:
        assert self.machine.service is not None
        return self.machine.service.state

    def outcome(self) -> Outcome:
        records = self.records()
        whole = hashlib.sha256(b"".join(records)).hexdigest()
        notes = len(self.witness.issued)
        wrong = tuple(self.witness.wrong)
        return Outcome(self.plan.seed, wrong, len(records), self.machine.starts, notes, whole)


def _hours(count: int) -> timedelta:
    return timedelta(hours=count)
