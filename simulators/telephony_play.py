"""What happens at the simulated exchange: recorded traffic, or calls made up by the seed (O3)."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Protocol

from simulators.telephony import TelephonySimulator

NUMBERS = tuple(f"07700900{n:03}" for n in range(1000))
LINES = ("999", "999", "999", "111")
HANDLERS = ("handler1", "handler2", "handler3")


@dataclass(frozen=True, slots=True)
class Piece:
    """One read of the recorded socket, `at` seconds after the first."""

    at: float
    data: bytes


def read_recording(path: Path) -> Iterator[Piece]:
    """What the exchange said by itself. What it answered to the recorded client is left out:
    clients that listen now get answers of their own."""
    answer = True
    with path.open(encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            if line["dir"] == "in" and not answer:
                yield Piece(line["t"], line["data"].encode("latin-1"))
            answer = line["dir"] == "out"


async def play(exchange: TelephonySimulator, path: Path, speed: float = 1.0) -> int:
    """Play the recording to who is signed in, byte by byte as it was cut; returns the pieces.

    `speed` 2 is twice as fast, 0 without any wait.
    """
    before, count = None, 0
    for piece in read_recording(path):
        pause = piece.at - (piece.at if before is None else before)
        await asyncio.sleep(pause / speed if speed else 0)
        exchange.play(piece.data)
        before, count = piece.at, count + 1
    return count


class PlayedCall(Protocol):
    """A call of a simulated exchange."""

    id: str
    queue: str
    handler: str | None
    warnings: int

    def answer(self, handler: str) -> None: ...
    def warn(self) -> None: ...
    def terminate_for_abuse(self) -> None: ...
    def hang_up(self, by: str = "caller") -> None: ...


class PlayedExchange(Protocol):
    """A simulated exchange."""

    def ring(self, number: str | None, line: str) -> PlayedCall: ...


@dataclass(frozen=True, slots=True)
class Traffic:
    """Callers as a control room has them; `numbers` who rings, `talk` seconds a call lasts."""

    per_minute: float
    random: Random
    numbers: Sequence[str] = NUMBERS
    talk: float = 20.0
    happened: Callable[[str], None] = print

    async def run(self, exchange: PlayedExchange) -> None:
        """Ring until cancelled."""
        async with asyncio.TaskGroup() as calls:
            while True:
                calls.create_task(self._one_call(exchange))
                await asyncio.sleep(self.random.expovariate(self.per_minute / 60))

    async def _one_call(self, exchange: PlayedExchange) -> None:
        number = None if self.random.random() < 0.05 else self.random.choice(self.numbers)
        call = exchange.ring(number, self.random.choice(LINES))
        self.happened(f"{call.id} rings in {call.queue}")
        try:
            await self._through(call)
        finally:
            call.hang_up()
        self.happened(f"{call.id} is over")

    async def _through(self, call: PlayedCall) -> None:
        await self._wait(self.talk / 10)
        if self.random.random() < 0.1:
            return
        call.answer(self.random.choice(HANDLERS))
        self.happened(f"{call.id} answered by {call.handler}")
        await self._wait(self.talk)
        fate = self.random.random()
        if fate < 0.1:
            await self._abuse(call)
        elif fate < 0.6:
            call.hang_up("handler")

    async def _abuse(self, call: PlayedCall) -> None:
        for _ in range(2):
            call.warn()
            self.happened(f"{call.id} warning {call.warnings}")
            await self._wait(self.talk / 10)
        call.terminate_for_abuse()
        self.happened(f"{call.id} ended for abuse")

    async def _wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self.random.uniform(0.5, 1.5))
