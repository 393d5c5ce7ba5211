"""How the contract suite speaks to the sources of calls."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from adapters.sources.exchange import Exchange
from middleware.ops.clock import SystemClock
from schemas.call import CallRang
from schemas.service import SourceConnected
from simulators.ami_words import Leg, event
from simulators.asterisk_ari import AriExchange
from simulators.esl_words import Leg as EslLeg
from simulators.esl_words import event as esl_event
from simulators.esl_words import frame
from simulators.exchange_session import END
from simulators.freeswitch import FreeswitchSimulator
from simulators.telephony import TelephonySimulator
from tests.ari import CALLER
from tests.exchanges import NUMBER, SECRET, Simulated, listening, until
from tests.fakes import FakeIntake, fake_world


class _ExchangeRig(ABC):
    """An exchange; thing `n` is a call that rings. The exchange waits for nobody, so each saying is
    followed by a call of no interest: once that is taken in, what was before it is dealt with."""

    bound = 1
    simulator: type[Simulated]

    def __init__(self, exchange: Simulated, source: Exchange, intake: FakeIntake) -> None:
        self.source, self.intake = source, intake
        self._exchange = exchange
        self._after = itertools.count(_OF_NO_INTEREST)

    async def say(self, n: int, words: str = "Caller") -> None:
        self._ring(n, words)
        await self._dealt_with()

    async def say_raw(self, raw: bytes) -> None:
        self._put(raw)
        await self._dealt_with()

    async def say_half_and_cut(self, n: int) -> None:
        before = len(self.intake.of(SourceConnected))
        self._exchange.cut(after=40)
        self._ring(n, "Caller")
        await until(self.intake, SourceConnected, before + 1)

    def heard(self) -> list[int]:
        rung = (taken for taken in self.intake.events if isinstance(taken, CallRang))
        numbers = (int(taken.call.rpartition(".")[2]) for taken in rung)
        return [n for n in numbers if n < _OF_NO_INTEREST]

    async def _dealt_with(self) -> None:
        last = next(self._after)
        self._ring(last, "Caller")
        while not any(getattr(e, "call", "").endswith(f".{last}") for e in self.intake.events):
            await self.intake.until(events=len(self.intake.events) + 1)

    @abstractmethod
    def _put(self, raw: bytes) -> None: ...

    @abstractmethod
    def _ring(self, n: int, name: str) -> None: ...


class AmiRig(_ExchangeRig):
    """An Asterisk."""

    simulator = TelephonySimulator
    _exchange: TelephonySimulator

    def _put(self, raw: bytes) -> None:
        self._exchange.play(raw + END)

    def _ring(self, n: int, name: str) -> None:
        unique = f"1795377166.{n}"
        leg = Leg(f"PJSIP/trunk-{n:08x}", "in999", "999", unique, unique, number=NUMBER, name=name)
        self._exchange.say(event("Newchannel", leg.snapshot()))


class EslRig(_ExchangeRig):
    """A FreeSWITCH."""

    simulator = FreeswitchSimulator
    _exchange: FreeswitchSimulator

    def _put(self, raw: bytes) -> None:
        self._exchange.say(frame("text/event-json", raw))

    def _ring(self, n: int, name: str) -> None:
        unique = f"1795377166.{n}"
        channel = f"sofia/external/{NUMBER}@192.0.2.1"
        leg = EslLeg(unique, channel, "inbound", "in999", NUMBER, "999", unique)
        named = leg.headers() | {"Caller-Caller-ID-Name": name}
        self._exchange.say(esl_event("CHANNEL_CREATE", named))


class AriRig(_ExchangeRig):
    """An Asterisk, over its REST Interface."""

    simulator = AriExchange
    _exchange: AriExchange

    def _put(self, raw: bytes) -> None:
        self._exchange.put(raw.decode(errors="replace"), "forewarn-calls")

    def _ring(self, n: int, name: str) -> None:
        caller = {"name": name, "number": NUMBER}
        channel = CALLER | {"id": f"1795377166.{n}", "caller": caller}
        self._exchange.say({"type": "ChannelCreated", "channel": channel})


_OF_NO_INTEREST = 1_000_000


@asynccontextmanager
async def exchange(
    kind: type[AmiRig | AriRig | EslRig], state: Path
) -> AsyncIterator[_ExchangeRig]:
    intake, world = FakeIntake(), replace(fake_world(state), clock=SystemClock())
    async with (
        kind.simulator(secret=SECRET) as simulated,
        listening(simulated, intake, world) as source,
    ):
        yield kind(simulated, source, intake)
