"""Everything that a configuration asks for, made and not started."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from adapters.channels.broker import NatsBroker
from adapters.channels.mdt_loopback import PROBED, MdtLoopback
from adapters.stores.archive_folder import ArchiveFolder
from adapters.stores.spool_file import SpoolFile
from adapters.table import ADAPTERS
from adapters.wires.mqtt_connection import BrokerAt
from middleware.config import Config
from middleware.flow.probes import Loop, Pace, Probes
from middleware.flow.recording.overhear import overheard
from middleware.flow.recording.recorder import Recorder, Sources
from middleware.flow.traces import Traces, traced
from middleware.flow.whole import WholeJournal
from middleware.ops.clock import SystemClock, chance
from middleware.ops.errors import Trouble
from middleware.ops.files import private_directory
from middleware.ops.health import LEASE, Health, Part
from middleware.ops.keys import FileKeys
from middleware.ops.metrics import Metrics
from middleware.ops.tokens import Tokens
from middleware.ports import Channel, Clock, Kind, Lease, Source, Store, World


@dataclass(slots=True)
class Built:
    """What the configuration asks for, not started."""

    config: Config
    world: World
    keys: FileKeys
    metrics: Metrics
    tokens: Tokens
    journal: WholeJournal
    lease: Lease | None
    """Whose turn it is to write, in a pair."""
    spool: SpoolFile
    broker: NatsBroker | None
    sources: list[Source]
    channels: list[Channel]
    health: Health
    recorder: Recorder
    traces: Traces | None
    probes: Probes
    loopback: MdtLoopback | None


def build(config: Config, journal: WholeJournal | None = None) -> Built:
    """Everything made, nothing opened but the journal, which may be the one that is open already.
    Raises Trouble with its remedy."""
    private_directory(config.state)
    metrics, tokens = Metrics(), Tokens(config.tokens_file())
    clock, keys = SystemClock(), FileKeys.prepare(config.keys_directory())
    recorder = Recorder(clock, keys, metrics, _kept(config))
    loopbacks = config.probes.devices(config.channel, embedded=config.broker.embedded)
    world = World(config.room, clock, chance(), config.state, metrics, tokens, recorder, loopbacks)
    broker = _broker(config, world)
    journal = journal or open_journal(config, world)
    return Built(
        config=config,
        world=world,
        keys=keys,
        metrics=metrics,
        tokens=tokens,
        journal=journal,
        lease=journal.lease,
        spool=SpoolFile(config.spool_file(), config.journal.spool_bytes),
        broker=broker,
        sources=_adapters(Kind.SOURCE, config.source, world),
        channels=_adapters(Kind.CHANNEL, _with_broker(config, broker), world),
        health=Health((*Part, LEASE) if journal.lease else Part),
        recorder=recorder,
        traces=_traces(config, clock),
        probes=_probes(config, world),
        loopback=_loopback(config, world, broker),
    )


def open_journal(config: Config, world: World) -> WholeJournal:
    """The configured store, and what went to the archive before it."""
    ((name, settings),) = config.store.items()
    return with_archive(config, ADAPTERS[Kind.STORE, name].make(settings, world))


def with_archive(config: Config, store: Store) -> WholeJournal:
    """This store, with the archive of the configuration where there is one."""
    folder = config.archive_folder()
    return WholeJournal(store, ArchiveFolder(folder, config.room) if folder else None)


def _traces(config: Config, clock: Clock) -> Traces | None:
    """None where nobody asked for them: then nothing of OpenTelemetry is imported."""
    asked = config.traces
    if asked.endpoint is None:
        return None
    try:
        from middleware.ops.otlp import OtlpSpans
    except ImportError:
        remedy = "pip install 'forewarn[traces]', or take traces.endpoint out of the configuration"
        raise Trouble("traces are asked for, and OpenTelemetry is not installed", remedy) from None
    about = {"service.version": version("forewarn"), "forewarn.room": config.room}
    spans = OtlpSpans(asked.endpoint, asked.share, {"service.name": "forewarn", **about})
    return Traces(spans, clock)


def connected(built: Built) -> tuple[list[Source], list[Channel]]:
    """Sources and channels, with all that listens between them and the core."""
    sources, channels = built.sources, built.probes.through(built.channels)
    if built.traces:
        sources, channels = traced(sources, channels, built.traces)
    return overheard(sources, channels, built.recorder)


def _kept(config: Config) -> Sources:
    """How a recording keeps each source."""
    played = {name: ADAPTERS[Kind.SOURCE, name].play for name in config.source}
    return {name: "wire" if play else "events" for name, play in played.items()}


def _adapters(kind: Kind, sections: Mapping[str, Any], world: World) -> list[Any]:
    return [ADAPTERS[kind, name].make(settings, world) for name, settings in sections.items()]


def speaks_mqtt(config: Config) -> bool:
    """Whether a channel goes over the broker; a radio or a telephone needs none."""
    return any("broker" in type(settings).model_fields for settings in config.channel.values())


def _broker(config: Config, world: World) -> NatsBroker | None:
    asked = config.broker
    if not asked.embedded or not speaks_mqtt(config):
        return None
    pair = (asked.tls_certificate_file, asked.tls_key_file)
    certificate = (pair[0], pair[1]) if pair[0] and pair[1] else None
    loopback = world.loopbacks.get(PROBED)
    return NatsBroker(world, config.broker_at(), certificate=certificate, loopback=loopback)


def console_tls(config: Config) -> ssl.SSLContext | None:
    asked = config.console
    if asked.tls_certificate_file is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(asked.tls_certificate_file, asked.tls_key_file)
    return context


def _probes(config: Config, world: World) -> Probes:
    loops = [
        Loop(name, ADAPTERS[Kind.CHANNEL, name].way.by, device, Pace(*config.probes.pace(name)))
        for name, device in world.loopbacks.items()
    ]
    return Probes(loops, world.clock, world.meters)


def _loopback(config: Config, world: World, broker: NatsBroker | None) -> MdtLoopback | None:
    """The device that returns the probes of the MDTs, at whichever broker."""
    device = world.loopbacks.get(PROBED)
    if device is None:
        return None
    elsewhere = _elsewhere(config, device, config.probes.mdt_password_file)
    return MdtLoopback(broker.loopback_at if broker else elsewhere, device, world)


def _elsewhere(config: Config, username: str | None, password_file: Path | None) -> BrokerAt:
    """A broker that is not ours, as somebody with an account there."""
    return BrokerAt(
        at=config.broker_at(),
        username=username,
        password_file=password_file,
        ca_file=config.broker.tls_ca_file,
    )


def _with_broker(config: Config, broker: NatsBroker | None) -> dict[str, Any]:
    """The channels' settings, told where the broker of `[broker]` is."""
    asked = config.broker
    at = broker.at if broker else _elsewhere(config, asked.username, asked.password_file)
    return {
        name: settings.model_copy(update={"broker": at})
        if "broker" in type(settings).model_fields
        else settings
        for name, settings in config.channel.items()
    }
