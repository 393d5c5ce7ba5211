"""The one place where adapters and core meet: a service from a configuration."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

from aiohttp import web

from adapters.channels import mdt_loopback
from adapters.sources.caller_directory import CallerDirectory
from adapters.sources.exchange import Exchange
from adapters.sources.remembered import RemembersDays
from adapters.table import ADAPTERS
from middleware.building import Built, build, connected, console_tls, speaks_mqtt
from middleware.config import ways
from middleware.console.door import FollowersDoor
from middleware.console.now import Limits as NowLimits
from middleware.console.projection import Projection
from middleware.console.web import Console
from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.anchor import Anchors
from middleware.flow.archiving import Archiver
from middleware.flow.asking import Asking
from middleware.flow.core import Listener
from middleware.flow.keep import SnapshotKeeper, snapshot_taker
from middleware.flow.leading import Leading
from middleware.flow.recording.control import Recordings
from middleware.flow.recording.overhear import OverheardIntake
from middleware.flow.recording.recorder import Bounds
from middleware.flow.restore import load_index
from middleware.flow.service import Limits, Parts, Service, prepare
from middleware.flow.spooling import Spooling, Stand
from middleware.flow.standby import Lead, Standby
from middleware.flow.supervise import keep_running
from middleware.flow.timeline import TimelineLine, read_timeline
from middleware.ops.health import Part
from middleware.ops.people import People
from middleware.ports import Fenced, Lease, Source

Say = Callable[[str], None]

SESSIONS = "sessions.json"
LOOK_EVERY = timedelta(seconds=1)
AWAY = {
    Stand.SPOOL: "cannot be written; records lie in the spool, man-down and notes go on",
    Stand.MEMORY: "cannot be written, nor can the spool; man-down and notes go on, and a crash "
    "loses what no source says again",
}
MEGABYTE = 1_000_000
RELEASE = timedelta(seconds=1)
"""Longest wait at the end for the store to take the lease back; without that it runs out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What the process is to a room that it serves."""

    say: Say
    config_file: Path | None
    on_ready: Callable[[], None]
    """The room does its work now, and what it holds stays."""
    on_let_go: Callable[[], None]
    """Of what it holds, as it is to be made anew."""


async def serve(built: Built, host: Host) -> None:
    """One control room, until cancelled. What ends it is raised, Fenced and OutOfPlace among it.

    One that was taken over follows: everything is made anew but the way to the journal, for its
    state holds what the journal has refused, and its adapters what they were about to say."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(built.journal.close)
        while True:
            try:
                await _serve(built, host)
            except BaseExceptionGroup as group:
                if built.lease is None or group.split(Fenced)[1]:
                    raise
            host.say("taken over: another instance writes, this one follows")
            built = build(built.config, built.journal)
            host.on_let_go()


async def _serve(built: Built, host: Host) -> None:
    async with AsyncExitStack() as stack:
        stack.callback(built.spool.close)
        if built.traces:
            stack.push_async_callback(built.traces.close)
        if built.lease is not None:
            await _in_pair(built, built.lease, host)
            return
        if built.broker:
            await built.broker.start()
            stack.push_async_callback(built.broker.stop)
        await _write(built, host)


async def _in_pair(built: Built, lease: Lease, host: Host) -> None:
    """Follow until it is this one's turn, and then write, holding the lease."""
    lead = await _stand_by(built, lease, host.say)
    host.say(f"{lease.name} writes now, with token {lead.token}")
    leading = Leading(lease, lead.token, built.keys, built.world.clock, built.metrics, built.health)
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(leading.run())
            tasks.create_task(_write(built, host, (lead, leading)))
    finally:
        with suppress(OSError):
            async with asyncio.timeout(RELEASE.total_seconds()):
                await lease.release(lead.token)


async def _stand_by(built: Built, lease: Lease, say: Say) -> Lead:
    config, world = built.config, built.world
    standby = Standby(
        config.room, built.journal, lease, built.spool, built.keys, world.clock, built.metrics
    )
    door = FollowersDoor(
        listen=config.console.listen,
        tls=console_tls(config),
        registry=built.metrics.registry,
        who=standby.who,
        report=standby.report,
    )
    runner = web.AppRunner(door.application(), access_log=None, shutdown_timeout=0)
    await runner.setup()
    try:
        say(f"console  {await door.open(runner)} (stands by as {lease.name})")
        return await standby.run(lambda n: say(f"rebuilding the state: {n} records"))
    finally:
        await runner.cleanup()


async def _write(built: Built, host: Host, pair: tuple[Lead, Leading] | None = None) -> None:
    service = await _prepare(built, host.say, pair[0] if pair else None)
    _tell_exchanges(built.sources, service.state)
    _tell_days(built.sources, service.state)
    async with asyncio.TaskGroup() as tasks:
        if pair:
            tasks.create_task(pair[1].look_after(service))
        await _run_beside(built, service, host)


async def _prepare(built: Built, say: Say, lead: Lead | None) -> Service:
    config = built.config
    sources, channels = connected(built)
    parts = Parts(
        room=config.room,
        build=f"forewarn {version('forewarn')}",
        rules=config.rules(ways(config, ADAPTERS)),
        limits=Limits(
            check=config.check.limit,
            index_behind=config.check.index_behind_limit,
            lane_bound=config.lanes.bound,
            journal=config.journal.limit,
            spool_bytes=config.journal.spool_bytes,
        ),
        configuration=config.to_public_json(),
        journal=built.journal,
        spool=built.spool,
        keys=built.keys,
        clock=built.world.clock,
        random=built.world.random,
        meters=built.metrics,
        index=lead.index if lead else await load_index(built.journal, built.keys),
        sources=sources,
        channels=channels,
    )
    service = await prepare(parts, lambda n: say(f"rebuilding the state: {n} records"), lead)
    built.health.ready(Part.JOURNAL)
    built.health.ready(Part.STATE)
    return service


def _tell_exchanges(sources: list[Source], state: State) -> None:
    """Calls that the journal has as live: those that ended meanwhile will be closed."""
    for source in sources:
        if isinstance(source, Exchange):
            source.believe_live(
                call.call
                for call in state.calls.values()
                if call.finished_at is None and call.source == source.name
            )


def _tell_days(sources: list[Source], state: State) -> None:
    """Under which service days the journal has the incidents of those whose messages have none."""
    for source in sources:
        if isinstance(source, RemembersDays):
            known = (one for one in state.incidents.values() if one.source == source.said_by)
            source.believe_open((one.number, one.service_day) for one in known)


async def _ask_again(
    service: Service, asking: Asking, unanswered: Iterable[tuple[str, str]]
) -> None:
    """Look-ups of callers that had no answer when the service ended (C4)."""
    await service.ready.wait()
    asking.ask_again(unanswered)


async def _run_beside(built: Built, service: Service, host: Host) -> None:
    """The service with all that follows it: console, anchors, snapshots, archive, the broker."""
    config, world = built.config, built.world
    projection = Projection(clock=world.clock, state=service.state)
    anchors = Anchors(config.anchor_file(), built.keys, world.clock, service.core.writer)
    take = snapshot_taker(host.config_file)
    archiver = Archiver(
        built.journal, service.core.token, config.journal.keep, world.clock, built.metrics
    )
    keeper = SnapshotKeeper(
        config.journal.snapshot_every, take, service.folded, world.clock, archiver.on_snapshot
    )
    asking = Asking([one for one in built.sources if isinstance(one, CallerDirectory)])
    unanswered = asking.unanswered(service.state)
    service.parts.listeners += [
        asking.on_committed,
        projection.on_committed,
        _only_in_journal(service.core.journal, anchors.on_committed),
        keeper.on_committed,
        built.recorder.on_committed,
        *([built.traces.on_committed] if built.traces else []),
    ]
    async with asyncio.TaskGroup() as tasks:
        if built.broker:
            tasks.create_task(built.broker.run())
        tasks.create_task(_probe(built, service))
        if built.loopback:
            tasks.create_task(_kept(built, mdt_loopback.NAME, built.loopback.run))
        tasks.create_task(anchors.keep(config.journal.anchor_every))
        tasks.create_task(keeper.run())
        tasks.create_task(archiver.run())
        tasks.create_task(built.recorder.run())
        tasks.create_task(_announce(built, service, host))
        tasks.create_task(_ask_again(service, asking, unanswered))
        tasks.create_task(_watch_health(built, service))
        tasks.create_task(_console(built, service, projection, host.say))
        tasks.create_task(service.run())


async def _probe(built: Built, service: Service) -> None:
    await service.ready.wait()
    await built.probes.run(service.couriers.put, service.core.post)


async def _kept(built: Built, name: str, run: Callable[[], Awaitable[None]]) -> None:
    world = built.world
    await keep_running(name, run, world.clock, world.random, world.meters)


async def _console(built: Built, service: Service, projection: Projection, say: Say) -> None:
    state = built.config.state

    async def timeline(incident: str) -> list[TimelineLine]:
        return await read_timeline(service.core.journal, built.keys, built.world.clock, incident)

    await service.ready.wait()
    console = Console(
        listen=built.config.console.listen,
        room=built.config.room,
        sessions=state / SESSIONS,
        intake=OverheardIntake("console", service.core, built.recorder),
        projection=projection,
        people=People(built.config.people_file()),
        tokens=built.tokens,
        meters=built.metrics,
        registry=built.metrics.registry,
        health=built.health,
        clock=built.world.clock,
        timeline=timeline,
        recordings=_recordings(built, service),
        instance=built.lease.name if built.lease else "",
        limits=NowLimits(service.parts.limits.check, service.parts.limits.journal),
        tls=console_tls(built.config),
    )
    await console.run(lambda address: _say_where(built, address, say))


def _recordings(built: Built, service: Service) -> Recordings:
    asked = built.config.recording
    most = Bounds(asked.longest, asked.megabytes * MEGABYTE)
    where = built.config.recordings()
    return Recordings(built.recorder, where, service.parts, lambda: service.state, most)


async def _announce(built: Built, service: Service, host: Host) -> None:
    await service.ready.wait()
    built.health.ready(Part.INDEX)
    built.health.ready(Part.ADAPTERS)
    host.on_ready()
    open_notes = sum(note.phase == "open" for note in service.state.notes.values())
    host.say(
        f"ready: {len(service.state.markers)} markers, {len(service.state.incidents)} incidents, "
        f"{open_notes} notes open, journal at position {service.state.position}"
    )


def _only_in_journal(journal: Spooling, listener: Listener) -> Listener:
    """What is signed elsewhere must be found in the journal itself."""

    def told(entries: Sequence[Entry], state: State) -> None:
        if journal.stand is Stand.JOURNAL:
            listener(entries, state)

    return told


async def _watch_health(built: Built, service: Service) -> None:
    """Say for /readyz what the service lacks now, not only what it once had."""
    await service.ready.wait()
    health, core = built.health, service.core
    while True:
        await built.world.clock.sleep(LOOK_EVERY)
        if core.journal.stand is Stand.JOURNAL:
            health.ready(Part.JOURNAL)
        else:
            health.not_ready(Part.JOURNAL, AWAY[core.journal.stand])
        if core.checker.is_behind(service.state, service.stamps.now()):
            health.not_ready(Part.INDEX, "is behind the markers; checks say so")
        else:
            health.ready(Part.INDEX)


def _say_where(built: Built, address: str, say: Say) -> None:
    config = built.config
    say(f"console  {address}")
    say(f"metrics  {address}/metrics")
    for name, settings in config.source.items():
        listens = getattr(settings, "listen", None)
        connects = getattr(settings, "connect", None)
        say(f"source   {name} {'listens at' if listens else 'connects to'} {listens or connects}")
    if speaks_mqtt(config):
        at = built.broker.at.at if built.broker else config.broker_at()
        say(f"broker   mqtt://{at}{' (embedded)' if built.broker else ''}")
    say(f"journal  {built.journal}")
