"""Checkpoints: the write-ahead log goes into the database file, off the path of the appends."""

import contextlib
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import structlog

from adapters.stores.sqlite_file import connect

log = structlog.get_logger()

WAL_BYTES = 16_000_000
"""Records in the write-ahead log before a checkpoint is due, also under load."""


class Checkpoints:
    """Called by the thread that writes, on its connection; appends go on meanwhile.

    The bulk is moved by a thread and connection of its own, beside the writing. What was
    written meanwhile, a little, the writer moves itself: only then does the log begin anew.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection
        self._thread = ThreadPoolExecutor(1, "journal-checkpoint")
        self._moving: Future[None] | None = None
        self._waiting = 0

    @property
    def due(self) -> bool:
        """Something was written that only the log has."""
        return self._waiting > 0

    def written(self, size: int) -> None:
        """The writer says how much it put into the log."""
        self._waiting += size
        if self._moving is not None or self._waiting >= WAL_BYTES:
            self.advance()

    def advance(self) -> None:
        """Begin, or end what has begun; returns at once while the bulk is being moved."""
        if self._moving is None:
            self._moving = self._thread.submit(self._move_bulk)
        elif self._moving.done():
            self._moving, self._waiting = None, 0
            with _failure_logged():
                _move(self._connection)

    def close(self) -> None:
        self._thread.shutdown()

    def _move_bulk(self) -> None:
        with _failure_logged(), contextlib.closing(connect(self._path, "rw")) as connection:
            _move(connection)


def _move(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


@contextlib.contextmanager
def _failure_logged() -> Iterator[None]:
    """The log keeps everything; the next checkpoint moves it."""
    try:
        yield
    except sqlite3.Error as error:
        log.warning("journal_checkpoint_failed", error=type(error).__name__)
