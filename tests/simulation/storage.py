"""Storage that is slow, fails, lies about having failed, and loses what was not yet durable."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from adapters.stores.memory import Disk, MemoryJournal, MemorySpool
from adapters.stores.sqlite import SqliteJournal
from middleware.ports import Clock, Fenced, Journal, Snapshot
from tests.simulation.plan import Weather
from tests.virtual import VirtualLoop


class Store(Protocol):
    """What outlives the service: opened anew by each of its lives. `disk` has the spool."""

    disk: Disk

    def open(self) -> Journal: ...

    async def shut(self, journal: Journal) -> None:
        """Take back what a killed service held open."""
        ...


class MemoryStore:
    """A disk in memory."""

    def __init__(self) -> None:
        self.disk = Disk()

    def open(self) -> Journal:
        return MemoryJournal(self.disk)

    async def shut(self, journal: Journal) -> None:
        """It holds nothing."""


class SqliteStore:
    """The real store. Its threads work while the virtual loop stands still, so that how quick
    they are changes nothing: the same seed gives the same bytes here too."""

    def __init__(self, path: Path, loop: VirtualLoop) -> None:
        self._path, self._loop = path, loop
        self.disk = Disk()

    def open(self) -> Journal:
        return _Sqlite(self._path, self._loop)

    async def shut(self, journal: Journal) -> None:
        await journal.close()


class _Sqlite(SqliteJournal):
    """Announces to the loop what it hands to the writer's thread."""

    def __init__(self, path: Path, loop: VirtualLoop) -> None:
        super().__init__(path)
        self._virtual = loop

    async def acquire(self) -> int:
        self._virtual.outside += 1
        return await super().acquire()

    async def append(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        self._virtual.outside += 1
        await super().append(expected, token, records)


class SimJournal:
    """A journal on a store, with the faults of the plan between it and the service.

    `writing` is what was handed to the disk and is not known to be durable: at a crash all of it
    may be there, or some, or nothing (`settle`).
    """

    def __init__(self, inner: Journal, clock: Clock, weather: Weather) -> None:
        self.inner = inner
        self._clock, self._weather = clock, weather
        self._chance = weather.plan.random("storage")
        self.writing: tuple[int, int, Sequence[bytes]] | None = None
        self.superseded = False
        """Another one was started in its place: it learns so when it writes next."""

    @property
    def _is_out(self) -> bool:
        return self._weather.journal_is_out(self._clock.monotonic())

    async def acquire(self) -> int:
        if self._is_out:
            raise OSError("no space left")
        return await self.inner.acquire()

    async def head(self) -> int:
        return await self.inner.head()

    async def append(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        plan, strikes = self._weather.plan, self._weather.strikes
        if self.superseded:
            raise Fenced("another one was started")
        if self._is_out:
            await self._fails(expected, token, records)
        if strikes("append fails before", plan.append_fails):
            raise OSError("no space left")
        self.writing = (expected, token, records)
        slow = strikes("append slow", plan.append_slow)
        longest = 5 if slow else plan.append_takes
        delay = self._chance.uniform(longest / 10, longest)
        await self._clock.sleep(timedelta(seconds=delay))
        await self.inner.append(expected, token, records)
        self.writing = None
        if strikes("append fails after", plan.append_fails):
            raise OSError("timed out")

    async def _fails(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        """At once, or it hangs; then what it was given may be there all the same."""
        if self._weather.strikes("journal hangs", 0.3):
            if self._weather.strikes("written all the same", 0.5):
                await self.inner.append(expected, token, records)
            await self._clock.sleep(timedelta(hours=1))
        raise OSError("no space left")

    async def settle(self) -> None:
        """After the crash: what became of what was being written."""
        if self.writing is None:
            return
        expected, token, records = self.writing
        kept = records[: self._chance.choice((0, len(records), len(records) // 2))]
        if kept:
            await self.inner.append(expected, token, kept)

    def read(self, after: int, limit: int | None = None) -> AsyncIterator[tuple[int, bytes]]:
        return self.inner.read(after, limit)

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        await self.inner.save_snapshot(snapshot)

    async def load_snapshot(self, version: str) -> Snapshot | None:
        return await self.inner.load_snapshot(version)

    async def close(self) -> None:
        await self.inner.close()


class SimSpool(MemorySpool):
    """A spool that fails now and then, and takes its time."""

    def __init__(self, disk: Disk, journal: SimJournal, weather: Weather, clock: Clock) -> None:
        super().__init__(disk)
        self._journal, self._weather, self._clock = journal, weather, clock

    async def write(self, first: int, records: Sequence[bytes]) -> None:
        await self._clock.sleep(timedelta(milliseconds=5))
        if self._journal.superseded:
            raise Fenced("another one was started")
        if self._weather.strikes("spool fails", self._weather.plan.spool_fails):
            raise OSError("no space left")
        await super().write(first, records)
        await self._clock.sleep(timedelta(milliseconds=5))

    async def clear(self) -> None:
        if not self._journal.superseded:
            await super().clear()
