"""The service put together from its parts, and its root TaskGroup."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from middleware.domain.rules import Rules
from middleware.engine.state import State
from middleware.flow.checker import Checker
from middleware.flow.core import Core, Listener
from middleware.flow.couriers import Couriers
from middleware.flow.index import SELF, Index, IndexFollower
from middleware.flow.lanes import Lanes, is_urgent
from middleware.flow.observe import Observer
from middleware.flow.records import Writer
from middleware.flow.restore import restore
from middleware.flow.stamps import Stamps
from middleware.flow.supervise import keep_running
from middleware.flow.timers import Timers
from middleware.ports import Channel, Clock, Journal, Keys, Meters, Source
from schemas.service import BuildStarted


@dataclass(frozen=True, slots=True)
class Limits:
    """What the flow may take: see docs/configuration.md for each."""

    check: timedelta = timedelta(milliseconds=50)
    index_behind: timedelta = timedelta(seconds=10)
    lane_bound: int = 10_000


@dataclass(slots=True)
class Parts:
    """Everything the service is made of: time, chance, network and storage are arguments."""

    room: str
    build: str
    rules: Rules
    limits: Limits
    configuration: str
    journal: Journal
    keys: Keys
    clock: Clock
    random: Random
    meters: Meters
    index: Index
    sources: Sequence[Source] = ()
    channels: Sequence[Channel] = ()
    listeners: list[Listener] = field(default_factory=list)


@dataclass(slots=True)
class Service:
    """A started service: the state is rebuilt, nothing is open yet."""

    parts: Parts
    core: Core
    stamps: Stamps
    timers: Timers
    alarm_timers: Timers
    couriers: Couriers
    follower: IndexFollower
    observer: Observer
    folded: int
    """Records folded since the last snapshot."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def state(self) -> State:
        return self.core.state

    async def run(self) -> None:
        """Until cancelled. Raises (in an ExceptionGroup) Fenced when another writer took over."""
        parts = self.parts
        self.core.listeners += parts.listeners
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.core.run())
            await self.core.submit(self._started())
            self.follower.load(self.state)
            self.alarm_timers.restore(self.state)
            self.timers.restore(self.state)
            self.couriers.restore(self.state)
            self.core.listeners[:0] = [
                self.follower.on_committed,
                self.alarm_timers.on_committed,
                self.timers.on_committed,
                self.couriers.on_committed,
                self.observer.on_committed,
            ]
            for run in (self.follower.run, self.couriers.run):
                tasks.create_task(run())
            tasks.create_task(self.alarm_timers.run(self.state))
            tasks.create_task(self.timers.run(self.state))
            tasks.create_task(self.observer.run(self.state))
            self._open_channels(tasks)
            for source in parts.sources:
                tasks.create_task(self._kept(source.name, self._source_run(source)))
            self.ready.set()

    def _open_channels(self, tasks: asyncio.TaskGroup) -> None:
        for channel in self.parts.channels:
            tasks.create_task(self._kept(channel.name, self._channel_run(channel)))

    def _channel_run(self, channel: Channel) -> Callable[[], Awaitable[None]]:
        return lambda: channel.run(self.core, lambda: self.couriers.came_back(channel.name))

    def _source_run(self, source: Source) -> Callable[[], Awaitable[None]]:
        return lambda: source.run(self.core)

    async def _kept(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        parts = self.parts
        await keep_running(name, run, parts.clock, parts.random, parts.meters)

    def _started(self) -> BuildStarted:
        parts = self.parts
        return BuildStarted(
            source=SELF,
            id="build",
            revision=self.core.token,
            occurred_at=parts.clock.now(),
            build=parts.build,
            matcher=parts.index.version,
            rules=parts.rules.model_dump_json(),
            configuration=parts.configuration,
        )


async def prepare(parts: Parts, progress: Callable[[int], None] = lambda _: None) -> Service:
    """Become the writer and rebuild the state; nothing is opened and nothing is sent yet."""
    token = await parts.journal.acquire()
    restored = await restore(parts.journal, parts.keys, parts.room, progress)
    state, clock, meters = restored.state, parts.clock, parts.meters
    stamps = Stamps(clock, meters, state.at)
    limits = parts.limits
    checker = Checker(parts.index, clock, meters, limits.check, limits.index_behind)
    core = Core(
        state=state,
        journal=parts.journal,
        token=token,
        writer=Writer(parts.room, token, parts.keys, restored.previous),
        clock=clock,
        stamps=stamps,
        checker=checker,
        lanes=Lanes(limits.lane_bound, meters),
        meters=meters,
    )
    channels = {channel.name: channel for channel in parts.channels}
    return Service(
        parts=parts,
        core=core,
        stamps=stamps,
        timers=Timers(clock, stamps, core.post, lambda name: not is_urgent(name)),
        alarm_timers=Timers(clock, stamps, core.post, is_urgent),
        couriers=Couriers(channels, clock, parts.random, meters, core),
        follower=IndexFollower(parts.index, clock, core.post, core.let_pass),
        observer=Observer(meters, clock, stamps, parts.index),
        folded=restored.folded,
    )
