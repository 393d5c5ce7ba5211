"""The journal as everybody reads it: what went to the archive, then what the store has, in one
straight line (DESIGN, "The record"; E1, E3, O4)."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from middleware.ops.errors import Trouble
from middleware.ports import Archive, Lease, Segment, Snapshot, Span, Store

Rows = AsyncGenerator[tuple[int, bytes], None]
REMEDY = (
    "name the folder of the archive, which every instance must see: [journal] archive; bring back "
    "from a backup what is not there; `forewarn journal verify` lists all of it"
)


class Hole(Trouble):
    """Neither the store nor the archive has the positions from `first` to `last` as they were."""

    def __init__(self, first: int, last: int, reason: str) -> None:
        super().__init__(f"journal positions {first} to {last}: {reason}", REMEDY)
        self.first, self.last, self.reason = first, last, reason


class WholeJournal:
    """A journal (see ports.Journal). Without an archive it is the store, and what is missing
    there is told as a Hole, never passed over."""

    def __init__(self, store: Store, archive: Archive | None) -> None:
        self.store, self.archive = store, archive
        self.lease: Lease | None = getattr(store, "lease", None)
        """Of a store that two instances share."""

    def __str__(self) -> str:
        behind = f", old records in {self.archive}" if self.archive else ""
        return f"{self.store}{behind}"

    async def acquire(self) -> int:
        return await self.store.acquire()

    async def head(self) -> int:
        return await self.store.head()

    async def append(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        await self.store.append(expected, token, records)

    async def read(self, after: int, limit: int | None = None) -> Rows:
        """Raises Hole when it comes to one. What leaves the store meanwhile is found in the
        archive, which has it before."""
        end = None if limit is None else after + limit
        position, gap = after, True
        while gap and position != end:
            gap = False
            left = None if end is None else end - position
            async with aclosing(_rows(self.store, position, left)) as rows:
                async for number, record in rows:
                    if gap := number != position + 1:
                        break
                    position = number
                    yield position, record
            if gap:
                until = number - 1 if end is None else min(number - 1, end)
                async with aclosing(self._archived(position, until)) as older:
                    async for position, record in older:
                        yield position, record

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        await self.store.save_snapshot(snapshot)

    async def load_snapshot(self, version: str) -> Snapshot | None:
        """A snapshot stands for all that lies before it. Raises Hole where that is not there: who
        starts from it would not see so."""
        await self._demand_beginning()
        return await self.store.load_snapshot(version)

    async def close(self) -> None:
        await self.store.close()

    async def first(self) -> int:
        """The first position that the store has; 0 when it is empty."""
        async with aclosing(_rows(self.store, 0, 1)) as rows:
            async for position, _ in rows:
                return position
        return 0

    # --- the archive --------------------------------------------------------------------

    async def demand_archived(self, until: int) -> Sequence[Span]:
        """The spans of the archive. Raises Hole where they leave out one of the first positions,
        up to `until`."""
        spans, position = await self._spans(), 0
        while position < until:
            position = _covering(spans, position + 1, until).last
        return spans

    async def _demand_beginning(self) -> None:
        first = await self.first()
        if first > 1:
            await self.demand_archived(first - 1)
        elif not first and (spans := await self._spans()):
            raise Hole(
                spans[-1].last + 1,
                spans[-1].last + 1,
                "the store is empty, and the archive holds what came before: this is not the "
                "store of this journal, or all of it was lost",
            )

    async def _spans(self) -> Sequence[Span]:
        return await self.archive.spans() if self.archive else ()

    async def _archived(self, after: int, until: int) -> Rows:
        if self.archive is None:
            raise Hole(after + 1, until, "the store does not have them, and there is no archive")
        spans, position = await self.archive.spans(), after
        while position < until:
            span = _covering(spans, position + 1, until)
            segment = await self.archive.load(span)
            for record in segment.records[position + 1 - span.first : until + 1 - span.first]:
                position += 1
                yield position, record
            if segment.fault:
                _demand_no_more(segment, position, until)


def _demand_no_more(segment: Segment, position: int, until: int) -> None:
    """Raise Hole unless what is wrong with it lies behind all that is asked for."""
    span, what = segment.span, segment.fault
    reason = f"the segment {span.first}-{span.last} of the archive is not as it was: {what}"
    if position < min(until, span.last):
        raise Hole(position + 1, min(until, span.last), reason)
    if position == span.last:
        raise Hole(span.first, span.last, reason)


def _covering(spans: Sequence[Span], position: int, until: int) -> Span:
    """The segment in which the position lies. Raises Hole up to the next there is, or `until`."""
    there = [span for span in spans if span.first <= position <= span.last]
    if there:
        return max(there, key=lambda span: span.last)
    last = min((span.first - 1 for span in spans if span.first > position), default=until)
    raise Hole(position, min(last, until), "neither the store nor the archive has them")


async def _rows(store: Store, after: int, limit: int | None) -> Rows:
    async for row in store.read(after, limit):
        yield row
