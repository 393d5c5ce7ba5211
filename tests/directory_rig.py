"""How the contract suite speaks to the directory of callers: thing `n` is an address."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from adapters.sources.caller_directory import CallerDirectory, CallerDirectorySettings
from middleware.ops.clock import SystemClock
from schemas.caller import CallerLookedUp, LookedUp
from schemas.service import SourceConnected
from simulators.directory import DirectorySimulator
from tests.exchanges import until
from tests.fakes import FakeIntake, fake_world

AT_ONCE = 4


class DirectoryRig:
    """A directory that is asked about number `n`; the ring's id is the number's."""

    bound = AT_ONCE

    def __init__(
        self, directory: DirectorySimulator, source: CallerDirectory, intake: FakeIntake
    ) -> None:
        self.source, self.intake = source, intake
        self._directory = directory
        self._garbage = itertools.count()

    async def say(self, n: int, words: str = "") -> None:
        self._directory.places[f"0{n}"] = {"address": f"{n} Mill Lane {words}".strip()}
        self._directory.fault = ""
        await self._ask(f"{n}", n)

    async def say_raw(self, raw: bytes) -> None:
        self._directory.fault, self._directory.garbage = "garbage", raw
        await self._ask(f"garbage/{next(self._garbage)}", 0)

    async def say_half_and_cut(self, n: int) -> None:
        self._directory.fault = "cut"
        await self._ask(f"cut/{n}", n)

    def heard(self) -> list[int]:
        return [int(one.id) for one in self._told() if one.result is LookedUp.FOUND]

    async def _ask(self, about: str, n: int) -> None:
        """Returns when what came of it is in."""
        self.source.ask(about, f"0{n}")
        while about not in [one.id for one in self._told()]:
            await self.intake.until(events=len(self.intake.events) + 1)

    def _told(self) -> list[CallerLookedUp]:
        return [one for one in self.intake.events if isinstance(one, CallerLookedUp)]


@asynccontextmanager
async def caller_directory(state: Path) -> AsyncIterator[DirectoryRig]:
    intake, world = FakeIntake(), replace(fake_world(state), clock=SystemClock())
    async with DirectorySimulator({}) as directory:
        source = CallerDirectory(CallerDirectorySettings(url=directory.url, at_once=AT_ONCE), world)
        task = asyncio.create_task(source.run(intake))
        await until(intake, SourceConnected)
        try:
            yield DirectoryRig(directory, source, intake)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
