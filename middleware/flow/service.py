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
from middleware.flow.pair import answered
from middleware.flow.prompts import CrewPrompts
from middleware.flow.records import Writer, open_record
from middleware.flow.restore import go_on, restore
from middleware.flow.spooling import Spooling, Stand
from middleware.flow.stamps import Stamps
from middleware.flow.standby import Lead
from middleware.flow.supervise import keep_running
from middleware.flow.timers import Timers
from middleware.ports import Channel, Clock, Journal, Keys, Meters, Source, Spool
from schemas.event import Event
from schemas.service import JOURNAL, BuildStarted

CATCH_UP = timedelta(seconds=1)
"""For one try to read what the last writer wrote in the end; each goes on where the last broke."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the flow may take: see docs/configuration.md for each."""

    check: timedelta = timedelta(milliseconds=50)
    index_behind: timedelta = timedelta(seconds=10)
    lane_bound: int = 10_000
    journal: timedelta = timedelta(seconds=1)
    spool_bytes: int = 32 << 20


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
    spool: Spool | None = None
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
    prompts: CrewPrompts
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
            tasks.create_task(self.core.journal.run(self.core.post))
            await self.core.submit(self._started())
            self.follower.load(self.state)
            self.alarm_timers.restore(self.state)
            self.timers.restore(self.state)
            self.couriers.restore(self.state)
            self.prompts.restore(self.state)
            self.core.listeners[:0] = [
                self.follower.on_committed,
                self.alarm_timers.on_committed,
                self.timers.on_committed,
                self.couriers.on_committed,
                self.prompts.on_committed,
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
            self._settle_journal(tasks)
            self.ready.set()

    def _settle_journal(self, tasks: asyncio.TaskGroup) -> None:
        """What an earlier run did not come to say, or did not come to have in the journal."""
        journal, at = self.core.journal, self.state.position
        known = self.state.sources.get(JOURNAL)
        if known and not known.connected and journal.stand is Stand.JOURNAL:
            journal.say_back(at, at)
        for record in journal.strays:
            event = open_record(record, self.parts.keys).entry.event
            if isinstance(event, Event) and not event.ours:
                tasks.create_task(self.core.post(event))

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


async def prepare(
    parts: Parts, progress: Callable[[int], None] = lambda _: None, lead: Lead | None = None
) -> Service:
    """Become the writer and rebuild the state, or go on from what followed the journal; nothing is
    opened and nothing is sent yet."""
    clock, meters, limits = parts.clock, parts.meters, parts.limits
    journal = Spooling(
        parts.journal, parts.spool, clock, meters, limits.journal, limits.spool_bytes
    )
    token = await journal.acquire(lead.token if lead else None)
    if lead is None:
        restored = await restore(journal, parts.keys, parts.room, progress)
    else:
        restored = lead.restored
        await answered(lambda: go_on(restored, journal, progress), clock, CATCH_UP)
    state = restored.state
    stamps = Stamps(clock, meters, state.at)
    checker = Checker(parts.index, clock, meters, limits.check, limits.index_behind)
    core = Core(
        state=state,
        journal=journal,
        token=token,
        writer=Writer(parts.room, token, parts.keys, restored.previous),
        clock=clock,
        stamps=stamps,
        checker=checker,
        lanes=Lanes(limits.lane_bound, meters),
        meters=meters,
    )
    channels = {channel.name: channel for channel in parts.channels}
    couriers = Couriers(channels, clock, parts.random, meters, core)
    return Service(
        parts=parts,
        core=core,
        stamps=stamps,
        timers=Timers(clock, stamps, core.post, lambda name: not is_urgent(name)),
        alarm_timers=Timers(clock, stamps, core.post, is_urgent),
        couriers=couriers,
        prompts=CrewPrompts(channels, clock, couriers.put),
        follower=IndexFollower(parts.index, clock, core.post, core.let_pass),
        observer=Observer(meters, clock, stamps, parts.index),
        folded=0 if lead else restored.folded,  # the one that wrote has made them
    )
