"""The source `asterisk_ami` connected to the telephony simulator, on real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.sources.asterisk_ami import AsteriskAmi, AsteriskAmiSettings
from middleware.ops.listening import HostPort
from middleware.ports import World
from schemas.call import CallEvent
from schemas.event import Event
from schemas.service import SourceConnected
from simulators.telephony import TelephonySimulator
from tests.ami import in_words
from tests.fakes import FakeIntake

SECRET = "canary-secret-of-the-exchange"
NUMBER = "07700900101"
QUICK = {
    "ping_every": timedelta(milliseconds=150),
    "retry_first": timedelta(milliseconds=10),
    "retry_most": timedelta(milliseconds=50),
    "retry_refused": timedelta(milliseconds=50),
}


def source_to(exchange: TelephonySimulator, world: World, **settings: Any) -> AsteriskAmi:
    password = world.state / "ami.secret"
    if not password.exists():
        write_secret(password, SECRET)
    place = HostPort("127.0.0.1", exchange.port)
    chosen = {"connect": place, "password_file": password} | QUICK | settings
    return AsteriskAmi(AsteriskAmiSettings(**chosen), world)


def write_secret(path: Path, secret: str) -> None:
    path.touch(mode=0o600)
    path.write_text(secret + "\n")


@asynccontextmanager
async def running(source: AsteriskAmi, intake: FakeIntake) -> AsyncIterator[None]:
    task = asyncio.create_task(source.run(intake))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def listening(
    exchange: TelephonySimulator, intake: FakeIntake, world: World, **settings: Any
) -> AsyncIterator[AsteriskAmi]:
    """A source that is signed in and has the list of channels."""
    source = source_to(exchange, world, **settings)
    async with running(source, intake):
        await until(intake, SourceConnected, 1)
        yield source


async def until(intake: FakeIntake, kind: type[Event], times: int = 1) -> list[Any]:
    """The events of that kind, as soon as there are so many."""
    while len(intake.of(kind)) < times:
        await intake.until(events=len(intake.events) + 1)
    return intake.of(kind)


def calls(intake: FakeIntake) -> list[str]:
    return in_words(event for event in intake.events if isinstance(event, CallEvent))


def connected(world: World) -> float:
    return world.meters.gauge("forewarn_adapter_connected", adapter="asterisk_ami")._value.get()
