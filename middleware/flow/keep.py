"""Snapshots while the service runs: made by a process of their own, so that nothing live waits."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.ops.redaction import Fixed
from middleware.ports import Clock
from schemas.decision import BatchActivated
from schemas.markers_in import IndexFollowed

REST = timedelta(seconds=10)
"""Between two snapshots, so that under load not one is made after the other."""

log = structlog.get_logger()


class SnapshotKeeper:
    """Asks for a snapshot whenever `every` records came since the last one, and when the index has
    taken up an import: to read 100,000 markers again would make a restart slow. Not while it
    takes them up: the two would share the processors with what is live."""

    def __init__(
        self, every: int, take: Callable[[], Awaitable[bool]], folded: int, clock: Clock
    ) -> None:
        """`take` makes one and says whether it did; `folded` records came since the last."""
        self._every, self._take, self._clock = every, take, clock
        self._since = folded
        self._imported = 0
        self._due = asyncio.Event()

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        self._since += len(entries)
        if self._since >= self._every or any(map(self._weighs, entries)):
            self._due.set()

    async def run(self) -> None:
        """Until cancelled. One that fails is tried again when as many records came again."""
        while True:
            await self._due.wait()
            self._since = 0
            self._due.clear()
            if not await self._take():
                log.error(
                    "snapshot_failed", remedy=Fixed("a restart takes longer; see what it printed")
                )
            await self._clock.sleep(REST)

    def _weighs(self, entry: Entry) -> bool:
        """Whether the index has taken up the last import with this record."""
        if any(isinstance(made, BatchActivated) for made in entry.decisions):
            self._imported = entry.position
        followed = isinstance(entry.event, IndexFollowed) and entry.event.revision
        if not self._imported or followed < self._imported:
            return False
        self._imported = 0
        return True
