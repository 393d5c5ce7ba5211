"""Safety before durability, once (DESIGN.md): the journal, and what goes on while it cannot be
written.

Records are sealed, numbered and chained before they are offered to anybody, so what lies in the
spool are the very records that the journal lacks. They are offered again, the same bytes at the
same places, until it has them: nothing is decided twice, nothing can come double or out of order.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from enum import IntEnum
from functools import partial

import structlog

from middleware.flow.backlog import Backlog
from middleware.flow.pair import answered
from middleware.flow.shelf import REMEDY as REMEDY_SPOOL
from middleware.flow.shelf import Shelf
from middleware.flow.tokens import acquire_beyond
from middleware.ops.redaction import Fixed
from middleware.ports import Clock, Journal, Meters, Snapshot, Spool, Spooled
from schemas.event import Event
from schemas.service import JOURNAL, JournalAway, JournalBack

RETRY = timedelta(milliseconds=200)
OFFER = 30.0
"""Seconds after which an offer to the journal counts as failed; it is made again."""
COMPARED = timedelta(seconds=OFFER)
"""For one try to compare what lies beside the journal with what is in it."""
SELF = "self"
REMEDY = "give the journal's disk room, or mend it: what lies beside it follows by itself"

log = structlog.get_logger()


class Stand(IntEnum):
    """Where the last records are: in the journal, in the spool, or nowhere durable yet."""

    JOURNAL = 0
    SPOOL = 1
    MEMORY = 2


class Spooling:
    """A journal (see ports.Journal) whose `append` ends in time: within `limit` the records are in
    the journal or else beside it, about `bound` bytes of them at most.

    `kept` is the last position that survives a crash; `on_moved` is called when it has changed, or
    how full it is. Without a spool, or while it cannot be written, records are in memory alone.
    """

    def __init__(
        self,
        journal: Journal,
        spool: Spool | None,
        clock: Clock,
        meters: Meters,
        limit: timedelta,
        bound: int,
    ) -> None:
        self._journal, self._clock, self._meters = journal, clock, meters
        self._limit, self._bound = limit.total_seconds(), bound
        self.stand = Stand.JOURNAL
        self.kept = 0
        self.on_moved: Callable[[], None] = _nothing
        self.strays: tuple[bytes, ...] = ()
        """Lay in the spool at the start, and another writer had gone on without them."""
        self._token = 0
        self._backlog, self._shelf = Backlog(), Shelf(spool, clock)
        self._since = 0
        """The position after which the journal went away."""
        self._work, self._room, self._filing = asyncio.Event(), asyncio.Event(), asyncio.Lock()
        self._news: asyncio.Queue[Event] = asyncio.Queue()
        meters.gauge("forewarn_spool_bound_bytes").set(bound)
        self._measure()

    @property
    def fullness(self) -> float:
        """What lies beside the journal, as a share of the bound."""
        return self._backlog.size / self._bound

    # --- the journal as the others see it -----------------------------------------------

    async def acquire(self, token: int | None = None) -> int:
        """What an earlier run left in the spool comes first. While the journal cannot be written
        the token of that run goes on; the store refuses it if anybody came between. `token`: where
        it was taken with a lease."""
        left = await self._shelf.left()
        try:
            self._token = token or await acquire_beyond(self._journal, left.token or 0)
        except OSError as fault:
            if left.token is None:
                raise
            self._token = left.token
            log.exception("journal_away", error=type(fault).__name__, remedy=Fixed(REMEDY))
        else:
            await self._shelf.mark(self._token)
        compare = partial(self._compare, left)
        if token is None:
            await self._adopt(left, *await compare())
        else:
            await self._adopt(left, *await answered(compare, self._clock, COMPARED))
        return self._token

    async def head(self) -> int:
        return self._backlog.last if self._backlog else await self._journal.head()

    async def append(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        """As ports.Journal, but where that raises OSError: see `kept` and `stand`."""
        if not self._backlog and await self._written(expected, token, records):
            self.kept = expected + len(records)
        else:
            await self._keep_beside(expected, records)

    async def read(self, after: int, limit: int | None = None) -> AsyncIterator[tuple[int, bytes]]:
        """Also what lies beside it; what moves into it meanwhile is found there."""
        position, before, most = after, -1, limit
        while before < position and most != 0:
            before = position
            async for number, record in self._journal.read(position, most):
                position = number
                yield position, record
                most = None if most is None else most - 1
            if self._backlog.before > position:
                continue
            for record in self._backlog.after(position)[:most]:
                position += 1
                yield position, record

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        await self._journal.save_snapshot(snapshot)

    async def load_snapshot(self, version: str) -> Snapshot | None:
        return await self._journal.load_snapshot(version)

    async def close(self) -> None:
        await self._journal.close()

    # --- away ---------------------------------------------------------------------------

    async def _written(self, expected: int, token: int, records: Sequence[bytes]) -> bool:
        """An append can be repeated, so one that failed or timed out is asked again."""
        why = ""
        try:
            async with asyncio.timeout(self._limit):
                while True:
                    try:
                        await self._journal.append(expected, token, records)
                    except OSError as fault:
                        why = type(fault).__name__
                        await self._clock.sleep(RETRY)
                    else:
                        return True
        except TimeoutError:
            why = why or "TimeoutError"
            log.exception("journal_away", error=why, position=expected, remedy=Fixed(REMEDY))
        return False

    async def _keep_beside(self, expected: int, records: Sequence[bytes]) -> None:
        while self._backlog.size >= self._bound:
            self._room.clear()
            await self._room.wait()
        if not self._backlog:
            self._backlog.begin(expected, offered=len(records))
        if self.stand is Stand.JOURNAL:
            self._since = expected
        self._backlog.add(records)
        self._work.set()
        await self._lay_aside()

    async def _lay_aside(self) -> None:
        """Into the spool, with all that could not be written there before."""
        async with self._filing:
            written = await self._file()
        if self._backlog:
            self._turn(Stand.SPOOL if written else Stand.MEMORY)
        self._moved()

    async def _file(self) -> bool:
        begin = max(self.kept, self._backlog.before)
        records = self._backlog.after(begin)
        if not records:
            return True
        if not await self._shelf.lay(begin, records):
            return False
        self.kept = begin + len(records)
        return True

    def _turn(self, stand: Stand) -> None:
        if stand is not self.stand:
            self.stand = stand
            if stand is Stand.MEMORY:
                log.error(
                    "journal_in_memory_alone", position=self._since, remedy=Fixed(REMEDY_SPOOL)
                )
            self._say_away()

    # --- and back -----------------------------------------------------------------------

    async def run(self, post: Callable[[Event], Awaitable[None]]) -> None:
        """Bring the journal what it lacks; put on record when it goes and comes."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._reconcile())
            tasks.create_task(self._try_the_spool())
            while True:
                await post(await self._news.get())

    async def _reconcile(self) -> None:
        while True:
            await self._work.wait()
            while self._backlog:
                if not await self._offer():
                    await self._clock.sleep(RETRY)
            await self._end()

    async def _try_the_spool(self) -> None:
        """Beside the offers: one to a journal that hangs takes as long as it may."""
        while True:
            await self._work.wait()
            if self.stand is Stand.MEMORY:
                await self._lay_aside()
            await self._clock.sleep(RETRY)

    async def _offer(self) -> bool:
        """Whether the journal took the next records."""
        chunk = self._backlog.offer()
        try:
            async with asyncio.timeout(OFFER):
                await self._journal.append(self._backlog.before, self._token, chunk)
        except OSError:
            return False
        self._backlog.taken()
        self._room.set()
        self._moved()
        return True

    async def _end(self) -> None:
        """The journal has everything: the spool is emptied, unless something came meanwhile."""
        async with self._filing:
            if not self._backlog:
                await self._shelf.clear()
        if self._backlog:
            return
        self._work.clear()
        self.stand = Stand.JOURNAL
        self._moved()
        log.warning("journal_back", position=self._backlog.before)
        self.say_back(self._since, self._backlog.before)

    def _say_away(self) -> None:
        self._news.put_nowait(
            JournalAway(
                source=SELF, id=JOURNAL, revision=self._since + 1,
                occurred_at=self._clock.now(),
                after=self._since, in_memory=self.stand is Stand.MEMORY,
            )
        )  # fmt: skip

    def say_back(self, after: int, until: int) -> None:
        """Put on record that the journal now has what was kept beside it."""
        self._news.put_nowait(
            JournalBack(
                source=SELF, id=JOURNAL, revision=until + 1, occurred_at=self._clock.now(),
                after=after, until=until,
            )
        )  # fmt: skip

    # --- the start ----------------------------------------------------------------------

    async def _compare(self, left: Spooled) -> tuple[int, bool]:
        """The head of the journal, and whether what an earlier run left belongs there."""
        head = await self._journal.head()
        return head, not left.records or await self._fits(left, head)

    async def _adopt(self, left: Spooled, head: int, fits: bool) -> None:
        self.kept = head
        if not left.records:
            return
        if not fits:
            self.strays = left.records
            log.error("spool_set_aside", position=left.first, remedy=Fixed(REMEDY))
            await self._shelf.set_aside()
            return
        self._since = left.first - 1
        self._backlog.begin(head, offered=0)
        self._backlog.add(left.records[head - self._since :])
        self.kept = max(head, self._since + len(left.records))
        self.stand = Stand.SPOOL
        self._work.set()
        while self._backlog and await self._offer():
            pass
        if self._backlog:
            self._say_away()

    async def _fits(self, left: Spooled, head: int) -> bool:
        """Whether nobody wrote anything else where these belong."""
        if left.first > head + 1:
            return False
        async for position, record in self._journal.read(left.first - 1, len(left.records)):
            if record != left.records[position - left.first]:
                return False
        return True

    def _moved(self) -> None:
        self.kept = max(self.kept, self._backlog.before)
        self._measure()
        self.on_moved()

    def _measure(self) -> None:
        self._meters.gauge("forewarn_journal_away").set(self.stand)
        self._meters.gauge("forewarn_spool_records").set(len(self._backlog))
        self._meters.gauge("forewarn_spool_bytes").set(self._backlog.size)


def _nothing() -> None:
    """Nobody is told."""
