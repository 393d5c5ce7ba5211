"""Where the faults are played: the pair at work, and what is measured of it."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.pair import LOOK_S, Instance, Pair
from tests.pair_shift import Shift

SIGNS = 3
"""Answers to the CAD that show that somebody serves."""


@dataclass(frozen=True, slots=True)
class Takeover:
    """Seconds from the fault until the other one was ready, and until the CAD had an answer."""

    fault: str
    ready: float
    answered: float


@dataclass(slots=True)
class Figures:
    """Of the whole campaign. `wrong` is what is not as it must be."""

    faults: Counter[str] = field(default_factory=Counter)
    takeovers: list[Takeover] = field(default_factory=list)
    handovers: list[Takeover] = field(default_factory=list)
    """After SIGTERM, which hands over at once."""
    answered: int = 0
    records: int = 0
    notes: int = 0
    stale: int = 0
    lost: int = 0
    twice: int = 0
    alarms: int = 0
    """Buttons that crews pressed, each another radio's."""
    alarms_while_nobody_wrote: int = 0
    alarms_lost: int = 0
    alarms_twice: int = 0
    """On record twice, or shown under another id than that on record."""
    reached: list[float] = field(default_factory=list)
    """Seconds from the press until a supervisor had it on the screen."""
    rounds: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Stage:
    """One round's pair. `running` is the fault that is being played."""

    two: Pair
    during: Shift
    chance: Random
    figures: Figures
    running: str = ""

    async def writer(self) -> Instance:
        """Who writes now, with the other one ready to take over. One that has just been woken may
        say for a moment that it still writes."""
        async with self.two.patience("one to write and the other to follow"):
            while True:
                writer = await self.two.writer()
                if await self.two.other(writer).follows():
                    return writer
                await asyncio.sleep(LOOK_S)

    async def serves(self) -> None:
        await self.during.goes_on(SIGNS)

    async def lasts(self, least: float, most: float) -> None:
        """The fault, for so many seconds."""
        await asyncio.sleep(self.chance.uniform(least, most))

    async def taken_over(
        self, writer: Instance, begun: float, into: list[Takeover] | None = None
    ) -> None:
        """Until the other one writes, and answers. Meanwhile a crew presses its button."""
        self.during.alarms.press()
        await self.two.writer(after=writer)
        ready = time.monotonic() - begun
        pressed = self.during.alarms.between(begun, begun + ready)
        self.figures.alarms_while_nobody_wrote += pressed
        await self.during.goes_on(1)
        took = Takeover(self.running, ready, time.monotonic() - begun)
        (self.figures.takeovers if into is None else into).append(took)
        await self.serves()


def share(values: Sequence[float], part: float) -> float:
    """The value that this part of them does not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0
