"""The one thread that writes the journal: everything that waits goes into one transaction."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.stores.sqlite_checkpoints import Checkpoints
from adapters.stores.sqlite_file import as_os_error, open_for_writing
from middleware.ports import Fenced, OutOfPlace

IDLE_SECONDS = 0.5
"""Nothing to write for so long: time for a checkpoint."""


@dataclass(slots=True)
class Job:
    """`work` runs inside the transaction and may refuse before it has changed anything."""

    work: Callable[[sqlite3.Connection], Any]
    size: int
    done: asyncio.Future[Any]
    result: Any = None
    fault: Exception | None = None

    def settle(self) -> None:
        """On the loop that waits for it; whoever was cancelled meanwhile is not told."""
        if self.done.done():
            return
        if self.fault is None:
            self.done.set_result(self.result)
        else:
            self.done.set_exception(self.fault)


class Writer:
    """Group commit: while one transaction is being made durable, the next one gathers."""

    def __init__(self, path: Path) -> None:
        self._connection = open_for_writing(path)
        self._checkpoints = Checkpoints(path, self._connection)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[sqlite3.Connection], Any], size: int) -> asyncio.Future[Any]:
        """Done when `work` is durable. Cancelling it does not stop the writing."""
        if not self._thread.is_alive():
            raise OSError("the journal is closed; open it again")
        job = Job(work, size, asyncio.get_running_loop().create_future())
        self._jobs.put(job)
        return job.done

    def close(self) -> None:
        """Waits until what was submitted is durable."""
        self._jobs.put(None)
        self._thread.join()
        self._checkpoints.close()
        self._connection.close()

    def _run(self) -> None:
        group: list[Job] = []
        try:
            while group := self._gather():
                self._commit(group)
                self._checkpoints.written(sum(job.size for job in group))
        finally:
            _tell(group, OSError("the journal's writer ended; start the service again"))

    def _gather(self) -> list[Job]:
        """At least one job, and all others that wait; nothing when it is time to end."""
        while True:
            try:
                first = self._jobs.get(timeout=IDLE_SECONDS if self._checkpoints.due else None)
            except queue.Empty:
                self._checkpoints.advance()
                continue
            group = [first, *(self._jobs.get() for _ in range(self._jobs.qsize()))]
            if None in group:
                self._jobs.put(None)
            return [job for job in group if job is not None]

    def _commit(self, group: list[Job]) -> None:
        failed: OSError | None = None
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for job in group:
                self._carry_out(job)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            failed = as_os_error(error)
            with contextlib.suppress(sqlite3.Error):
                self._connection.rollback()
        _tell(group, failed)

    def _carry_out(self, job: Job) -> None:
        try:
            job.result = job.work(self._connection)
        except (Fenced, OutOfPlace) as refusal:
            job.fault = refusal


def _tell(group: list[Job], failed: OSError | None) -> None:
    """Each on its own loop, in one wake-up a loop."""
    for job in group:
        job.fault = failed or job.fault
    for loop in {job.done.get_loop() for job in group}:
        mine = [job for job in group if job.done.get_loop() is loop]
        with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, mine)


def _settle(group: list[Job]) -> None:
    for job in group:
        job.settle()
