"""Old records go to the archive and leave the store, beside what is live (DESIGN, "The record").

One segment at a time: written, read back from the disk, compared with the store record by record,
and only then dropped there. Each step follows from what store and archive hold, so one that was
interrupted anywhere is gone on with, and another writer that does the same writes the same bytes.
"""

from contextlib import aclosing
from datetime import timedelta

import structlog

from middleware.flow.whole import Hole, WholeJournal
from middleware.ops.errors import Trouble
from middleware.ops.redaction import Fixed
from middleware.ports import Archive, Clock, Meters, OutOfPlace, Span

SEGMENT = 1_000
"""A segment ends at a multiple of it, or earlier where its records are large."""
SEGMENT_BYTES = 4_000_000
LOOK = timedelta(seconds=2)
"""Between two looks whether enough has come together."""
PAUSE = timedelta(milliseconds=100)
"""Between two segments, for what is live."""
AGAIN = timedelta(minutes=1)
"""After a failure."""
REMEDIES = {
    "away": "see that [journal] archive is there, can be written and has room; on Redis, that the "
    "user may xtrim (docs/redis.md); nothing leaves the store before that, it is tried again",
    "hole": "see [journal] archive: what left the store is not there; nothing more leaves it",
    "differs": "the archive is of another journal, or was changed: run `forewarn journal verify`, "
    "move that segment and those after it away; nothing leaves the store before that",
}

log = structlog.get_logger()


class Differs(Exception):
    """A segment of the archive does not hold what the store has there."""


class Archiver:
    """Keeps in the store what came after the last snapshot, and `keep` records at least."""

    def __init__(
        self, journal: WholeJournal, token: int, keep: int, clock: Clock, meters: Meters
    ) -> None:
        self._journal, self._token, self._keep = journal, token, keep
        self._clock, self._meters = clock, meters
        self._snapshot = 0
        self._failing: float | None = None
        """Since when, on the clock that never steps."""
        failing = meters.gauge("forewarn_archive_failing_seconds")
        failing.set_function(self._fails_for)

    def on_snapshot(self, position: int) -> None:
        """One was kept there and read back: a start needs nothing before it."""
        self._snapshot = max(self._snapshot, position)

    async def run(self) -> None:
        """Until cancelled; at once over without an archive. Raises Fenced when another one
        writes."""
        archive = self._journal.archive
        while archive is not None:
            await self._clock.sleep(await self._tried(archive))

    async def _tried(self, archive: Archive) -> timedelta:
        """Until the next step; a failure is said once while it lasts."""
        try:
            moved = await self._step(archive)
        except (OSError, Trouble, Differs, OutOfPlace) as fault:
            self._fail(fault)
            return AGAIN
        self._failing = None
        return PAUSE if moved else LOOK

    async def _step(self, archive: Archive) -> bool:
        first, head = await self._journal.first(), await self._journal.head()
        self._meters.gauge("forewarn_journal_stored_records").set(head - first + bool(first))
        until = min(self._snapshot, head - self._keep)
        if not first or until < _boundary(first):
            return False
        spans = await self._journal.demand_archived(first - 1)
        span = next((span for span in spans if span.first <= first <= span.last), None)
        span = span or await self._write(archive, first)
        if span.last > until:
            return False
        await self._demand_same(archive, span, first)
        await self._journal.store.drop(span.last, self._token)
        log.info("journal_archived", position=span.last, records=span.last - first + 1)
        return True

    async def _write(self, archive: Archive, first: int) -> Span:
        records: list[bytes] = []
        size = 0
        async with aclosing(self._journal.read(first - 1, _boundary(first) - first + 1)) as rows:
            async for _, record in rows:
                records.append(record)
                size += len(record)
                if size >= SEGMENT_BYTES:
                    break
        await archive.write(first, records, self._token)
        self._meters.counter("forewarn_archive_segments_total").inc()
        return Span(first, first - 1 + len(records))

    async def _demand_same(self, archive: Archive, span: Span, first: int) -> None:
        """From `first` on: what is before has left the store, and was compared then."""
        segment = await archive.load(span)
        if segment.fault:
            raise Differs
        kept = list(enumerate(segment.records[first - span.first :], start=first))
        if [row async for row in self._journal.store.read(first - 1, len(kept))] != kept:
            raise Differs

    def _fail(self, fault: Exception) -> None:
        if self._failing is None:
            self._failing = self._clock.monotonic()
            cause = CAUSES.get(type(fault), "away")
            log.error(
                "journal_not_archived", cause=cause, error=type(fault).__name__,
                remedy=Fixed(REMEDIES[cause]), exc_info=fault,
            )  # fmt: skip

    def _fails_for(self) -> float:
        return 0.0 if self._failing is None else self._clock.monotonic() - self._failing


CAUSES = {Hole: "hole", Differs: "differs", OutOfPlace: "differs"}


def _boundary(first: int) -> int:
    """The last position of the segment that begins there, where its records are not large."""
    return (first - 1) // SEGMENT * SEGMENT + SEGMENT
