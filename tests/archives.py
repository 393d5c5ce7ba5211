"""A journal with an archive, for tests: the store in memory, the archive in a real folder, and
whatever may go wrong between them."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.stores.archive_folder import ArchiveFolder
from adapters.stores.memory import Disk, MemoryJournal
from adapters.stores.segment import pack
from middleware.flow.archiving import PAUSE, Archiver
from middleware.flow.whole import WholeJournal
from middleware.ops.metrics import Metrics
from middleware.ports import Journal, Segment, Span
from tests.fakes import FakeClock

ROOM = "eoc1"
Fault = Callable[[str], None]


class Crash(Exception):
    """The process ends here."""


class Idle(Exception):
    """Nothing is left to do."""


class UntilIdle(FakeClock):
    """Time passes while the archiver has a pause between two segments; a longer one ends it."""

    async def sleep(self, delay: timedelta) -> None:
        await self.advance(delay)
        if delay != PAUSE:
            raise Idle


class FaultyFolder(ArchiveFolder):
    """Asks at each place whether something goes wrong there; a torn write leaves what was written
    so far."""

    def __init__(self, folder: Path, fault: Fault) -> None:
        super().__init__(folder, ROOM)
        self.folder, self._fault = folder, fault

    async def spans(self) -> Sequence[Span]:
        self._fault("list")
        return await super().spans()

    async def write(self, first: int, records: Sequence[bytes], token: int) -> None:
        try:
            self._fault("write")
        except Crash:
            data, span = pack(ROOM, first, records), Span(first, first + len(records) - 1)
            self.folder.mkdir(exist_ok=True)
            torn = f"{span.first:012}-{span.last:012}.segment.new-{token}"
            (self.folder / torn).write_bytes(data[: len(data) // 2])
            raise
        await super().write(first, records, token)
        self._fault("written")

    async def load(self, span: Span) -> Segment:
        self._fault("load")
        return await super().load(span)


class MemoryArchive:
    """The contract of `Archive`, without a disk: a segment is there whole or not at all."""

    def __init__(self) -> None:
        self.segments: dict[Span, Segment] = {}

    async def spans(self) -> Sequence[Span]:
        return sorted(self.segments)

    async def write(self, first: int, records: Sequence[bytes], token: int) -> None:
        span = Span(first, first - 1 + len(records))
        self.segments[span] = Segment(span, tuple(records))

    async def load(self, span: Span) -> Segment:
        if span not in self.segments:
            raise OSError("there is no such segment")
        return self.segments[span]


class SlicingJournal(MemoryJournal):
    """Drops in slices, as a store may: something may go wrong between any two."""

    slices = 7

    async def drop(self, until: int, token: int) -> None:
        begin = self.disk.dropped
        for n in range(1, self.slices + 1):
            await super().drop(begin + (until - begin) * n // self.slices, token)


def fine(_: str) -> None:
    """Nothing goes wrong."""


@dataclass(slots=True)
class Kept:
    """What outlives the process: store and archive. `sequence` follows from the position."""

    folder: Path
    disk: Disk = field(default_factory=Disk)
    metrics: Metrics = field(default_factory=Metrics)

    def journal(self, fault: Fault = fine) -> WholeJournal:
        store = SlicingJournal(self.disk, fault=fault)
        return WholeJournal(store, FaultyFolder(self.folder, fault))

    async def write(self, count: int, make: Callable[[int], bytes]) -> None:
        head = self.disk.dropped + len(self.disk.records)
        self.disk.records += [make(head + n) for n in range(1, count + 1)]

    async def archive(self, snapshot: int, keep: int, fault: Fault = fine) -> None:
        """One run of the service, until nothing is left to do; `Crash` comes out."""
        self.disk.token += 1
        await self.go_on(self.journal(fault), self.disk.token, snapshot, keep)

    async def go_on(self, journal: WholeJournal, token: int, snapshot: int, keep: int) -> None:
        await until_idle(Archiver(journal, token, keep, UntilIdle(), self.metrics), snapshot)

    def segments(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*")) if self.folder.exists() else []

    def figure(self, name: str) -> Any:
        return self.metrics.registry.get_sample_value(name)


async def until_idle(archiver: Archiver, snapshot: int) -> None:
    """An archiver whose clock is `UntilIdle`, until nothing is left to do."""
    archiver.on_snapshot(snapshot)
    with suppress(Idle):
        await archiver.run()


async def everything(journal: Journal, after: int = 0) -> list[tuple[int, bytes]]:
    return [row async for row in journal.read(after)]
