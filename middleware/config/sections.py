"""The sections of the configuration, each with meaning, bounds and default (E2, M3, N5, O1)."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import orjson
from pydantic import BaseModel, ConfigDict, Field, InstanceOf, SerializeAsAny, field_validator

from middleware.config.back_up import BackUp
from middleware.config.callers import Abuse, FrequentCallers
from middleware.config.hand_on import HandOn
from middleware.config.man_down import ManDown
from middleware.config.probes import Probes
from middleware.domain.rules import CONSOLE, Rules
from middleware.domain.rules import Rung as LadderRung
from middleware.domain.rules import StandOff as StandOffRules
from middleware.ops.durations import Between, Duration, read_duration
from middleware.ops.listening import HostPort, ListenAt, read_host_port
from middleware.ports import By, Way
from schemas.base import Code, Name


class Section(BaseModel):
    """Base of every section: an unknown key is refused, and nothing changes after the start."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Check(Section):
    """How long a check against the markers may take, and when its index counts as behind."""

    limit: Annotated[Duration, Between("1ms", "10s")] = Field(
        read_duration("50ms"), description="longest time of one check; beyond it: not checked"
    )
    index_behind_limit: Annotated[Duration, Between("100ms", "1h")] = Field(
        read_duration("10s"), description="index older than this: checks answer not checked"
    )
    recheck_after: Annotated[Duration, Between("100ms", "1h")] = Field(
        read_duration("2s"), description="a check that could not be made is tried again after this"
    )


class Console(Section):
    """The web console, the API, /metrics, /healthz and /readyz."""

    listen: ListenAt = Field(
        read_host_port("127.0.0.1:8100"), description="where the console listens, host:port"
    )
    tls_certificate_file: Path | None = Field(
        None, description="PEM certificate that the console shows; without it, plain HTTP"
    )
    tls_key_file: Path | None = Field(None, description="PEM key of that certificate")


class Note(Section):
    """Risk notes."""

    keep_for: Annotated[Duration, Between("1m", "30d")] = Field(
        read_duration("12h"), description="a note expires this long after it was issued"
    )


class Memory(Section):
    """What the working state keeps; the journal keeps everything."""

    keep_finished: Annotated[Duration, Between("1m", "30d")] = Field(
        read_duration("1h"), description="finished incidents and calls stay on the screens so long"
    )
    same_again: Annotated[Duration, Between("1m", "30d")] = Field(
        read_duration("24h"), description="a message said again is recognised within this time"
    )


class Lanes(Section):
    """Queues between the sources and the engine; a full lane pushes back on its sources."""

    bound: Annotated[int, Field(ge=100, le=1_000_000)] = Field(
        10_000, description="most events that wait in one lane"
    )


class JournalKeeping(Section):
    """What is done while it cannot be written, snapshots, and anchors of the hash chain."""

    limit: Annotated[Duration, Between("100ms", "1m")] = Field(
        read_duration("1s"),
        description="longest wait for the journal; then man-down and notes go on, and records lie "
        "in the spool until it can be written again",
    )
    spool: Path | None = Field(
        None,
        description="file of the spool, its room taken at the start; best on another disk than the "
        "journal's; without it: spool in the state directory",
    )
    spool_bytes: Annotated[int, Field(ge=1 << 20, le=1 << 32)] = Field(
        32 << 20, description="most that may lie there; what is taken in waits when it is full"
    )

    snapshot_every: Annotated[int, Field(ge=100, le=10_000_000)] = Field(
        10_000,
        description="records between two snapshots of the state; a tenth of them where it is calm",
    )
    archive: Path | None = Field(
        None,
        description="folder to which old records go while the service runs, in a folder of the "
        "room's code; of a pair, one that both see; without it all of them stay in the store",
    )
    keep: Annotated[int, Field(ge=100, le=100_000_000)] = Field(
        10_000,
        description="records that stay in the store at least, beside those after the last "
        "snapshot, where there is an archive",
    )
    anchor: Path | None = Field(
        None,
        description="file to which signed heads of the chain are added; best on another machine's "
        "disk; without it: anchors.jsonl in the state directory",
    )
    anchor_every: Annotated[Duration, Between("1s", "7d")] = Field(
        read_duration("10m"), description="time between two anchors"
    )


class Recording(Section):
    """Bounds of `forewarn record`: whichever comes first ends a recording."""

    longest: Annotated[Duration, Between("1s", "30d")] = Field(
        read_duration("24h"), description="longest time of one recording"
    )
    megabytes: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        2_000, description="largest size of one recording"
    )


class Traces(Section):
    """Traces for a collector of OpenTelemetry; off without an endpoint (docs/traces.md)."""

    endpoint: Annotated[str, Field(pattern=r"^https?://[^\s@?#]+$")] | None = Field(
        None, description="where it takes OTLP over HTTP: http://127.0.0.1:4318/v1/traces"
    )
    share: Annotated[float, Field(ge=0, le=1)] = Field(
        1.0, description="share of the traces that are sent, chosen by chance"
    )


class Broker(Section):
    """The MQTT broker of the MDTs: a child process of the service, or one that runs elsewhere."""

    embedded: bool = Field(True, description="start a broker as a child process")
    host: Name = Field("127.0.0.1", description="where it listens (embedded) or is found")
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(1883, description="its MQTT port")
    tls_certificate_file: Path | None = Field(
        None, description="PEM certificate that the embedded broker shows"
    )
    tls_key_file: Path | None = Field(None, description="PEM key of that certificate")
    tls_ca_file: Path | None = Field(
        None, description="PEM authorities that must have signed the broker's certificate"
    )
    username: Name | None = Field(None, description="our account at a broker that runs elsewhere")
    password_file: Path | None = Field(None, description="file that holds our password there")


Minutes = Annotated[Duration, Between("1s", "24h")]


class Rung(Section):
    """One step of the escalation ladder."""

    channel: Name = Field(description="a configured channel, or console for the last rung")
    wait: Annotated[Duration, Between("0s", "24h")] = Field(
        description="time for an answer; 0s tells the next rung at the same time; on the console "
        "rung the task is raised again after it"
    )


class Escalation(Section):
    """The ladder (N5): each rung in its turn, until a person has answered. Last: a person. A rung
    that cannot reach a crew (it has no radio, or no hands-free phone) is passed over at once; where
    everything of a rung has failed, the next one follows at once. The same channel on two rungs is
    a second attempt, which says that it is repeated."""

    rung: Annotated[tuple[Rung, ...], Field(max_length=20)] = Field(
        (
            Rung(channel="mdt", wait=read_duration("60s")),
            Rung(channel=CONSOLE, wait=read_duration("60s")),
        ),
        description="the rungs in order",
    )
    single_responder: Annotated[tuple[Rung, ...], Field(max_length=20)] = Field(
        (), description="the rungs for a single responder, who drives (N4); empty: those of rung"
    )
    moving: Annotated[tuple[Rung, ...], Field(max_length=20)] = Field(
        (),
        description="the rungs for a crew that is mobile when its note is issued; empty: those "
        "of rung",
    )


class StandOff(Section):
    """Crews that stand off or wait at their rendezvous point: when control and crew are asked."""

    prompts: Annotated[tuple[Minutes, ...], Field(max_length=20)] = Field(
        tuple(read_duration(f"{n}m") for n in (10, 20, 30)),
        description="so long after the crew began to hold",
    )
    every: Minutes = Field(
        read_duration("10m"), description="after the last of these, again so often"
    )

    @field_validator("prompts")
    @classmethod
    def _one_after_the_other(cls, value: tuple[Minutes, ...]) -> tuple[Minutes, ...]:
        if any(later <= earlier for earlier, later in pairwise(value)):
            raise ValueError("each must be later than the one before; sort them")
        return value

    def rules(self, ways: Mapping[str, Way]) -> StandOffRules:
        """`ways`: of the channels there are; a crew is asked where it is shown something, and is
        not rung up."""
        shows = (By.DEVICE, By.RADIO)
        channels = tuple(name for name, way in ways.items() if way.by in shows)
        return StandOffRules(prompts=self.prompts, every=self.every, channels=channels)


class Reports(Section):
    """Draft incident reports. Where they go: the channels incident_reports and security_notice."""

    remind_security: Annotated[Duration, Between("1m", "24h")] = Field(
        read_duration("15m"),
        description="the security team is told again of a physical assault that nobody of it has "
        "taken within this time",
    )


Adapters = Mapping[str, SerializeAsAny[InstanceOf[BaseModel]]]


_NO_WAYS: Mapping[str, Way] = MappingProxyType({})


def _ladder(rungs: tuple[Rung, ...]) -> tuple[LadderRung, ...]:
    return tuple(LadderRung(channel=rung.channel, wait=rung.wait) for rung in rungs)


class Config(Section):
    """The whole configuration of one control room."""

    room: Code = Field("eoc1", description="code of the control room: letters, digits, - and _")
    state: Path = Field(
        Path("forewarn-state"), description="directory of journal, keys, broker and credentials"
    )
    listen_beyond_loopback: bool = Field(
        False, description="allow what listens to be reached from other machines"
    )
    check: Check = Check()
    console: Console = Console()
    note: Note = Note()
    memory: Memory = Memory()
    lanes: Lanes = Lanes()
    journal: JournalKeeping = JournalKeeping()
    recording: Recording = Recording()
    traces: Traces = Traces()
    broker: Broker = Broker()
    escalation: Escalation = Escalation()
    man_down: ManDown = ManDown()
    back_up: BackUp = BackUp()
    reports: Reports = Reports()
    abuse: Abuse = Abuse()
    frequent_callers: FrequentCallers = FrequentCallers()
    hand_on: HandOn = HandOn()
    stand_off: StandOff = StandOff()
    probes: Probes = Probes()
    source: Adapters = Field({}, description="what comes in")
    channel: Adapters = Field({}, description="ways out to the crews")
    store: Adapters = Field({}, description="where the journal is kept")

    def rules(self, ways: Mapping[str, Way] = _NO_WAYS) -> Rules:
        """The part that decisions depend on. `ways`: how each channel there is tells."""
        asked = self.escalation
        there = {name: ways[name] for name in self.channel if name in ways}
        return Rules(
            ladder=_ladder(asked.rung),
            single_responder=_ladder(asked.single_responder),
            moving=_ladder(asked.moving),
            ways=there,
            keep_for=self.note.keep_for,
            keep_finished=self.memory.keep_finished,
            same_again=self.memory.same_again,
            recheck_after=self.check.recheck_after,
            man_down=self.man_down.rules(),
            back_up=self.back_up.rules(),
            remind_security=self.reports.remind_security,
            shared_numbers={one.number: one.by for one in self.abuse.shared},
            handler_groups={who: one.name for one in self.abuse.group for who in one.handlers},
            often=self.frequent_callers.rules(),
            letter=self.abuse.letter(),
            letter_from=self.abuse.letter_from,
            services={one.name: one.id for one in self.hand_on.service},
            sender=self.hand_on.sender,
            sender_id=self.hand_on.sender_id,
            stand_off=self.stand_off.rules(there),
        )

    def broker_at(self) -> HostPort:
        return HostPort(self.broker.host, self.broker.port)

    def anchor_file(self) -> Path:
        return self.journal.anchor or self.state / "anchors.jsonl"

    def archive_folder(self) -> Path | None:
        return self.journal.archive and self.journal.archive / self.room

    def spool_file(self) -> Path:
        return self.journal.spool or self.state / "spool"

    def keys_directory(self) -> Path:
        return self.state / "keys"

    def recordings(self) -> Path:
        return self.state / "recordings"

    def people_file(self) -> Path:
        return self.state / "people.json"

    def tokens_file(self) -> Path:
        return self.state / "tokens.json"

    def to_public_json(self) -> str:
        """Canonical JSON for the record BuildStarted. Secrets are in files, so it holds none."""
        return orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS).decode()
