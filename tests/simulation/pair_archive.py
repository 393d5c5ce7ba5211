"""The archive of a pair in virtual time: a folder that both see, a way of each to it that goes
away, and a witness where records are written, dropped and put into segments (E3, O4)."""

import asyncio
from collections.abc import Callable, Sequence
from random import Random

from adapters.stores.memory import Disk, MemoryJournal
from middleware.engine.entry import Entry
from middleware.flow.archiving import Archiver
from middleware.flow.whole import Hole, WholeJournal
from middleware.ports import Segment, Span
from tests.archives import MemoryArchive
from tests.simulation.pair_wires import FarJournal, Wire

SEGMENT = 20
"""Records: a seed writes some two hundred."""
KEEP = 10
TAKES_S = 0.05
"""To write or read a segment, at most."""
WAITS_S = 8.0
"""For a drop to begin."""


class Witness:
    """What was ever written, in its order; `wrong` is what must not be. It stands in store and
    archive, and sees what takes effect there, whoever said it and however late."""

    def __init__(self, disk: Disk, wrong: list[str]) -> None:
        self.disk, self.wrong, self.archive = disk, wrong, MemoryArchive()
        self.history: list[bytes] = []
        self._begun: asyncio.Future[str] | None = None

    async def who_drops(self) -> str | None:
        """The next one that begins to, at that moment; None where nobody does for a while."""
        self._begun = asyncio.get_running_loop().create_future()
        await asyncio.wait({self._begun}, timeout=WAITS_S)
        return self._begun.result() if self._begun.done() else None

    def on_drop_begun(self, name: str) -> None:
        if self._begun and not self._begun.done():
            self._begun.set_result(name)

    def on_append(self) -> None:
        self.history += self.disk.records[len(self.history) - self.disk.dropped :]

    def on_dropped(self, before: int, token: int) -> None:
        if token != self.disk.token:
            self.wrong.append(f"token {token} dropped, {self.disk.token} writes")
        if self.disk.dropped > len(self.history) - KEEP:
            self.wrong.append(f"{self.disk.dropped} of {len(self.history)} were dropped")
        kept = {n for span in self.archive.segments for n in range(span.first, span.last + 1)}
        gone = range(before + 1, self.disk.dropped + 1)
        self.wrong += [f"{n} was dropped, and is nowhere" for n in gone if n not in kept]

    def on_segment(self, first: int, records: Sequence[bytes]) -> None:
        if list(records) != self.history[first - 1 : first - 1 + len(records)]:
            self.wrong.append(f"the segment at {first} is not what was written")

    async def whole(self) -> Disk:
        """All records, as whoever starts now reads them; it is told when that is not all."""
        journal = WholeJournal(MemoryJournal(self.disk), self.archive)
        rows: list[tuple[int, bytes]] = []
        try:
            rows = [row async for row in journal.read(0)]
        except Hole as hole:
            self.wrong.append(str(hole))
        if rows != list(enumerate(self.history, start=1)):
            self.wrong.append("archive and store are not what was written")
        return Disk(records=[record for _, record in rows], handed=self.disk.handed)


class WitnessedJournal(MemoryJournal):
    """The store of a pair, in sight of the witness."""

    def __init__(self, witness: Witness) -> None:
        super().__init__(witness.disk)
        self._witness = witness

    async def append(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        await super().append(expected, token, records)
        self._witness.on_append()

    async def drop(self, until: int, token: int) -> None:
        before = self.disk.dropped
        await super().drop(until, token)
        self._witness.on_dropped(before, token)


class FarWitnessed(FarJournal):
    """That store at the other end of the wire of the instance of this name."""

    def __init__(self, witness: Witness, wire: Wire, name: str) -> None:
        super().__init__(WitnessedJournal(witness), wire)
        self._witness, self._name = witness, name

    async def drop(self, until: int, token: int) -> None:
        self._witness.on_drop_begun(self._name)
        await super().drop(until, token)


class FarArchive:
    """The archive as an instance sees it: it takes its time, and is `away` now and then."""

    def __init__(self, witness: Witness, chance: Random) -> None:
        self._witness, self._chance = witness, chance
        self.away = False

    async def spans(self) -> Sequence[Span]:
        await self._way()
        return await self._witness.archive.spans()

    async def write(self, first: int, records: Sequence[bytes], token: int) -> None:
        await self._way()
        self._witness.on_segment(first, records)
        await self._witness.archive.write(first, records, token)
        await self._way()

    async def load(self, span: Span) -> Segment:
        await self._way()
        return await self._witness.archive.load(span)

    async def _way(self) -> None:
        await asyncio.sleep(self._chance.uniform(0.001, TAKES_S))
        if self.away:
            raise OSError("the folder is not there")


def as_snapshot(archiver: Archiver) -> Callable[[Sequence[Entry], object], None]:
    """As if each commit were followed by one. None is kept: who starts reads every record."""

    def told(entries: Sequence[Entry], _: object) -> None:
        if entries:
            archiver.on_snapshot(entries[-1].position)

    return told
