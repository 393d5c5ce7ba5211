"""What every source of calls from a telephone exchange does: connect, listen, and again (C2, O4).

We only listen: no call waits for us. An exchange repeats nothing, so what happens during a cut is
lost but for what its list of channels shows afterwards.
"""

import ssl
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, ClassVar

import structlog
from pydantic import Field

from adapters.codecs.call_names import Dialect
from adapters.codecs.call_translator import CallTranslator
from adapters.sources.exchange_link import (
    NEEDS_A_PERSON,
    Link,
    Lost,
    Why,
    client_tls,
    read_password,
)
from adapters.sources.exchange_session import OnListed
from adapters.sources.played_link import PlayedWire
from middleware.ops.durations import Between, Duration
from middleware.ops.errors import Trouble
from middleware.ops.listening import ConnectTo, HostPort
from middleware.ops.redaction import Fixed
from middleware.ports import Ability, Intake, Wire, World
from schemas.service import SourceConnected, SourceLost

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SOONEST = 0.5

log = structlog.get_logger()


class ExchangeSettings(Dialect):
    """What the sections of all exchanges have."""

    connect: ConnectTo = Field(HostPort("127.0.0.1", 0), description="where it listens, host:port")
    password_file: Path = Field(
        description="file with the secret to sign in with, readable by this service alone (600)"
    )
    tls: bool = Field(False, description="speak TLS")
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


class Exchange(ABC):
    """A source that resyncs from the list of channels after every connect."""

    ability = Ability.RESYNC
    primer: ClassVar[bytes] = b""
    """What a session would have heard before: for a recording that began in the midst of one."""

    def __init__(
        self,
        name: str,
        settings: ExchangeSettings,
        world: World,
        translator: CallTranslator,
        remedies: Mapping[Why, str],
        wire: Wire | None = None,
    ) -> None:
        """`wire`: a recorded one is heard, and nothing is connected to (O2)."""
        if wire is None:  # or the start is stopped
            read_password(settings.password_file, remedies[Why.NO_SIGN_IN])
        self._played = None if wire is None else PlayedWire(wire)
        self.name = name
        self._place = settings
        self._world = world
        self._translator = translator
        self._remedies = remedies
        self._tls: ssl.SSLContext | None = client_tls(settings.tls, settings.tls_ca_file)
        self._gauge = world.meters.gauge("forewarn_adapter_connected", adapter=name)
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
                self._world.tap.closed(self.name, lost.why)
                await self._on_lost(lost.why, intake)
                await self._world.clock.sleep(self._wait(lost.why))

    async def _listen(self, intake: Intake) -> None:
        """One session, until it is Lost."""

        async def on_listed(*, complete: bool) -> None:
            await self._on_listed(intake, complete=complete)

        await self._converse(self._password(), intake, on_listed)

    @abstractmethod
    async def _converse(self, secret: str, intake: Intake, on_listed: OnListed) -> None:
        """One session, until it is Lost; `secret` is what the exchange asks for."""

    @asynccontextmanager
    async def _link(self) -> AsyncIterator[Link]:
        """A TCP connection, for a session."""
        if self._played is not None:
            yield await self._played.opened(self.primer)
            return
        place = self._place
        link = await Link.open(place.connect, self._tls, place.ping_every, place.pings)
        try:
            yield link
        finally:
            await link.drop()

    def _password(self) -> str:
        """Read anew for every session, so that a changed one needs no restart."""
        if self._played is not None:
            return ""
        try:
            return read_password(self._place.password_file, self._remedies[Why.NO_SIGN_IN])
        except Trouble as trouble:
            raise Lost(Why.NO_SIGN_IN) from trouble

    async def _on_listed(self, intake: Intake, *, complete: bool) -> None:
        self._failures = 0
        self._told_lost = False
        self._gauge.set(1)
        log.info("exchange_connected", adapter=self.name, resynced=complete)
        now, revision = self._now_and_revision()
        await intake.submit(
            SourceConnected(
                source=self.name,
                id=self.name,
                revision=revision,
                occurred_at=now,
                resynced=complete,
            )
        )

    async def _on_lost(self, why: Why, intake: Intake) -> None:
        """Said once an outage: the calls of the meantime are not seen as they happen."""
        self._gauge.set(0)
        name = self.name
        log.error("exchange_lost", adapter=name, cause=why, remedy=Fixed(self._remedies[why]))
        if self._told_lost:
            return
        self._told_lost = True
        now, revision = self._now_and_revision()
        await intake.submit(
            SourceLost(
                source=name, id=name, revision=revision, occurred_at=now, reason=why, gap=True
            )
        )

    def _now_and_revision(self) -> tuple[datetime, int]:
        """Revisions grow over restarts too, so that each connect and cut is a new message."""
        now = self._world.clock.now()
        self._revision = max(self._revision + 1, (now - EPOCH) // timedelta(milliseconds=1))
        return now, self._revision

    def _wait(self, why: Why) -> timedelta:
        """Doubling to the longest, with jitter, so that not everybody comes back at once."""
        if self._played is not None:
            return timedelta()  # the recording says when
        settings = self._place
        jitter = self._world.random.uniform(SOONEST, 1)
        if why in NEEDS_A_PERSON:
            return settings.retry_refused * jitter
        doubled: timedelta = settings.retry_first * 2 ** min(self._failures, 20)
        self._failures += 1
        return min(settings.retry_most, doubled) * jitter
