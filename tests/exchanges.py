"""The sources of calls, each connected to the simulated exchange it is for, on real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.sources.asterisk_ami import AsteriskAmi, AsteriskAmiSettings
from adapters.sources.asterisk_ari import AsteriskAri, AsteriskAriSettings
from adapters.sources.exchange import Exchange
from adapters.sources.freeswitch_esl import FreeswitchEsl, FreeswitchEslSettings
from middleware.ops.listening import HostPort
from middleware.ports import World
from schemas.call import CallEvent
from schemas.event import Event
from schemas.service import SourceConnected
from simulators.asterisk_ari import AriExchange
from simulators.freeswitch import FreeswitchSimulator
from simulators.telephony import TelephonySimulator
from tests.ami import in_words
from tests.fakes import FakeIntake

Simulated = TelephonySimulator | FreeswitchSimulator | AriExchange
SIMULATORS: tuple[type[Simulated], ...] = (TelephonySimulator, FreeswitchSimulator, AriExchange)
LOGIN = {TelephonySimulator: "Login", FreeswitchSimulator: "auth", AriExchange: "events"}
ASTERISK = ("emergency", "Local/handler2@handlers", "Normal Clearing")
IN_ITS_WORDS = {
    TelephonySimulator: ASTERISK,
    FreeswitchSimulator: ("emergency@default", "handler2@default", "NORMAL_CLEARING"),
    AriExchange: ASTERISK,
}
"""How each names the queue of 999, the position of handler2, and a call that was ended."""
PING = {TelephonySimulator: "Ping", FreeswitchSimulator: "echo", AriExchange: "ping"}

SECRET = "canary-secret-of-the-exchange"
NUMBER = "07700900101"
QUICK = {
    "ping_every": timedelta(milliseconds=150),
    "retry_first": timedelta(milliseconds=10),
    "retry_most": timedelta(milliseconds=50),
    "retry_refused": timedelta(milliseconds=50),
}


def source_to(exchange: Simulated, world: World, **settings: Any) -> Exchange:
    password = world.state / "ami.secret"
    if not password.exists():
        write_secret(password, SECRET)
    place = HostPort("127.0.0.1", exchange.port)
    chosen = {"connect": place, "password_file": password} | QUICK | settings
    if isinstance(exchange, FreeswitchSimulator):
        return FreeswitchEsl(FreeswitchEslSettings(**chosen), world)
    if isinstance(exchange, AriExchange):
        return AsteriskAri(AsteriskAriSettings(**chosen), world)
    return AsteriskAmi(AsteriskAmiSettings(**chosen), world)


def write_secret(path: Path, secret: str) -> None:
    path.touch(mode=0o600)
    path.write_text(secret + "\n")


@asynccontextmanager
async def running(source: Exchange, intake: FakeIntake) -> AsyncIterator[None]:
    task = asyncio.create_task(source.run(intake))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def listening(
    exchange: Simulated, intake: FakeIntake, world: World, **settings: Any
) -> AsyncIterator[Exchange]:
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


def briefly(intake: FakeIntake) -> list[str]:
    """The calls without positions, which every exchange writes its own way."""
    return [words.partition(" position=")[0] for words in calls(intake)]


def live(source: Exchange) -> frozenset[str]:
    """The calls it holds to be up."""
    return source._translator.live  # type: ignore[attr-defined, no-any-return]


async def pinged(exchange: Simulated, times: int) -> None:
    await exchange.asked(PING[type(exchange)], times)


async def tried(exchange: Simulated, times: int) -> None:
    """Somebody wanted to sign in so many times."""
    await exchange.asked(LOGIN[type(exchange)], times)


def connected(world: World, source: Exchange) -> float:
    return world.meters.gauge("forewarn_adapter_connected", adapter=source.name)._value.get()
