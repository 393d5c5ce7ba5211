"""Snapshots while the service runs: made by a process of their own, so that nothing live waits."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path

import structlog

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.ops.redaction import Fixed
from middleware.ports import Clock
from schemas.decision import BatchActivated
from schemas.markers_in import IndexFollowed

REST = timedelta(seconds=10)
"""Between two snapshots, so that under load not one is made after the other."""
LOOK = timedelta(seconds=1)
CALM = 50
"""Records between two looks, at most: there is time to make a snapshot early."""
EARLY = 10
"""The part of `every` that is enough then."""

Take = Callable[[], Awaitable[int | None]]
"""Makes a snapshot, keeps it and reads it back: its position, or None where that failed."""

log = structlog.get_logger()


class SnapshotKeeper:
    """Asks for a snapshot whenever `every` records came since the last one, or a tenth of them and
    it is calm, and when the index has taken up an import: to read 100,000 markers again would
    make a restart slow. Not while it takes them up: the two would share the processors with what
    is live."""

    def __init__(
        self,
        every: int,
        take: Take,
        folded: int,
        clock: Clock,
        on_taken: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`folded` records came since the last one; `on_taken` is told the position of each."""
        self._every, self._take, self._clock, self._on_taken = every, take, clock, on_taken
        self._since = self._looked = folded
        self._imported = 0
        self._weighty = False

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        self._since += len(entries)
        for entry in entries:
            self._weighty |= self._weighs(entry)

    async def run(self) -> None:
        """Until cancelled. One that fails is tried again when as many records came again."""
        while True:
            await self._clock.sleep(LOOK)
            if not self._is_due():
                continue
            self._since, self._weighty = 0, False
            position = await self._take()
            if position is not None:
                self._on_taken(position)
            else:
                log.error(
                    "snapshot_failed", remedy=Fixed("a restart takes longer; see what it printed")
                )
            await self._clock.sleep(REST)

    def _is_due(self) -> bool:
        fresh, self._looked = self._since - self._looked, self._since
        calm = fresh <= CALM and self._since * EARLY >= self._every
        return self._weighty or self._since >= self._every or calm

    def _weighs(self, entry: Entry) -> bool:
        """Whether the index has taken up the last import with this record."""
        if any(isinstance(made, BatchActivated) for made in entry.decisions):
            self._imported = entry.position
        followed = isinstance(entry.event, IndexFollowed) and entry.event.revision
        if not self._imported or followed < self._imported:
            return False
        self._imported = 0
        return True


def snapshot_taker(config_file: Path | None) -> Take:
    """`forewarn journal snapshot` as a child of low priority, with our configuration."""
    command = [sys.executable, "-m", "middleware", "journal", "snapshot"]
    if config_file is not None:
        command += ["--config", str(config_file)]

    async def take() -> int | None:
        # by vfork: a fork, which the loop would make, stops everything while it copies the memory's
        # tables, and slows every page that is written for a while
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)  # noqa: ASYNC220
        try:
            said, _ = await asyncio.to_thread(child.communicate)
            return int(said) if child.returncode == 0 else None
        finally:  # it does not go on when the service has stopped
            child.kill()

    return take
