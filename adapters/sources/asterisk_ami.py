"""Calls from an Asterisk exchange, by listening to its Manager Interface (C2, A1, O4).

We only listen: no call waits for us. AMI repeats nothing, so what happens during a cut is
lost but for what CoreShowChannels shows afterwards (docs/telephony.md).
"""

import ssl
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated

import structlog
from pydantic import Field

from adapters.codecs import ami
from adapters.codecs.ami_calls import CallTranslator
from adapters.codecs.ami_names import Dialect
from adapters.sources.ami_link import (
    NEEDS_A_PERSON,
    REMEDIES,
    Link,
    Lost,
    Why,
    client_tls,
    read_password,
)
from adapters.sources.ami_session import Session
from middleware.ops.durations import Between, Duration
from middleware.ops.errors import Trouble
from middleware.ops.listening import ConnectTo, HostPort
from middleware.ops.redaction import Fixed
from middleware.ports import Ability, AdapterSpec, Intake, Kind, World
from schemas.service import SourceConnected, SourceLost

NAME = "asterisk_ami"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SOONEST = 0.5

log = structlog.get_logger()


class AsteriskAmiSettings(Dialect):
    """`[source.asterisk_ami]`"""

    connect: ConnectTo = Field(
        HostPort("127.0.0.1", 5038), description="where the Manager Interface listens, host:port"
    )
    username: Annotated[str, Field(pattern=r"^[!-~]{1,200}$")] = Field(
        "forewarn", description="the user's name in manager.conf"
    )
    password_file: Path = Field(
        description="file with that user's secret, readable by this service alone (mode 600)"
    )
    tls: bool = Field(False, description="speak TLS (manager.conf: tlsenable, tlsbindaddr)")
    tls_ca_file: Path | None = Field(
        None, description="PEM authorities of its certificate, when the system does not know them"
    )
    ping_every: Annotated[Duration, Between("10ms", "1m")] = Field(
        timedelta(seconds=5), description="after so much silence the exchange is pinged"
    )
    pings: Annotated[int, Field(ge=1, le=100)] = Field(
        2, description="so many pings without an answer: the link is dead"
    )
    list_within: Annotated[Duration, Between("10ms", "10m")] = Field(
        timedelta(seconds=30), description="the list of channels must be complete within this"
    )
    retry_first: Annotated[Duration, Between("1ms", "1m")] = Field(
        timedelta(milliseconds=500), description="first wait before connecting again; doubles"
    )
    retry_most: Annotated[Duration, Between("1ms", "1h")] = Field(
        timedelta(seconds=30), description="longest of these waits"
    )
    retry_refused: Annotated[Duration, Between("1ms", "1h")] = Field(
        timedelta(minutes=1), description="wait after a refused login, which a person must mend"
    )


class AsteriskAmi:
    """The source `asterisk_ami`; resyncs from the list of channels after every connect."""

    name = NAME
    ability = Ability.RESYNC

    def __init__(self, settings: AsteriskAmiSettings, world: World) -> None:
        read_password(settings.password_file)  # a start without one is stopped here
        self._settings = settings
        self._world = world
        self._tls: ssl.SSLContext | None = client_tls(settings.tls, settings.tls_ca_file)
        self._translator = CallTranslator(NAME, settings)
        self._gauge = world.meters.gauge("forewarn_adapter_connected", adapter=NAME)
        self._gauge.set(0)
        self._revision = 0
        self._failures = 0
        self._told_lost = False

    def believe_live(self, calls: Iterable[str]) -> None:
        """Before `run`: the ids of the calls of this source that the journal has as live, so
        that those which ended while the service was down are closed."""
        self._translator.believe_live(calls)

    async def run(self, intake: Intake) -> None:
        """Connect, listen, and again; ends by cancellation only."""
        while True:
            try:
                await self._listen(intake)
            except Lost as lost:
                await self._on_lost(lost.why, intake)
                await self._world.clock.sleep(self._wait(lost.why))

    async def _listen(self, intake: Intake) -> None:
        """One session, until it is Lost."""
        login = partial(ami.login, username=self._settings.username, secret=self._password())
        settings = self._settings
        link = await Link.open(settings.connect, self._tls, settings.ping_every, settings.pings)
        try:
            on_listed = partial(self._on_listed, intake)
            session = Session(NAME, self._translator, intake, self._world, on_listed)
            await session.run(link, login, settings.list_within)
        finally:
            await link.drop()

    def _password(self) -> str:
        """Read anew for every session, so that a changed one needs no restart."""
        try:
            return read_password(self._settings.password_file)
        except Trouble as trouble:
            raise Lost(Why.NO_SIGN_IN) from trouble

    async def _on_listed(self, intake: Intake, *, complete: bool) -> None:
        self._failures = 0
        self._told_lost = False
        self._gauge.set(1)
        log.info("exchange_connected", adapter=NAME, resynced=complete)
        now, revision = self._now_and_revision()
        await intake.submit(
            SourceConnected(
                source=NAME, id=NAME, revision=revision, occurred_at=now, resynced=complete
            )
        )

    async def _on_lost(self, why: Why, intake: Intake) -> None:
        """Said once an outage: the calls of the meantime are not seen as they happen."""
        self._gauge.set(0)
        log.error("exchange_lost", adapter=NAME, cause=why, remedy=Fixed(REMEDIES[why]))
        if self._told_lost:
            return
        self._told_lost = True
        self._world.meters.counter("forewarn_adapter_gaps_total", adapter=NAME).inc()
        now, revision = self._now_and_revision()
        await intake.submit(
            SourceLost(
                source=NAME, id=NAME, revision=revision, occurred_at=now, reason=why, gap=True
            )
        )

    def _now_and_revision(self) -> tuple[datetime, int]:
        """Revisions grow over restarts too, so that each connect and cut is a new message."""
        now = self._world.clock.now()
        self._revision = max(self._revision + 1, (now - EPOCH) // timedelta(milliseconds=1))
        return now, self._revision

    def _wait(self, why: Why) -> timedelta:
        """Doubling to the longest, with jitter, so that not everybody comes back at once."""
        settings = self._settings
        jitter = self._world.random.uniform(SOONEST, 1)
        if why in NEEDS_A_PERSON:
            return settings.retry_refused * jitter
        doubled: timedelta = settings.retry_first * 2 ** min(self._failures, 20)
        self._failures += 1
        return min(settings.retry_most, doubled) * jitter


def _make(settings: AsteriskAmiSettings, world: World) -> AsteriskAmi:
    return AsteriskAmi(settings, world)


SPEC = AdapterSpec(Kind.SOURCE, NAME, AsteriskAmiSettings, _make)
