"""The journal on SQLite, the embedded default: one file, no server (DESIGN, "Stores")."""

import asyncio
import functools
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from adapters.stores.snapshot_file import SnapshotFile
from adapters.stores.sqlite_dropping import SIZE, drop_some
from adapters.stores.sqlite_file import as_os_error, head_of, open_for_reading
from adapters.stores.sqlite_writer import Writer
from middleware.ports import AdapterSpec, Fenced, Kind, OutOfPlace, Snapshot, World

T = TypeVar("T")

WAITING_APPENDS = 256
"""Appends that may wait for the disk; the next one waits to be let in."""
ONE_STATEMENT = 100
"""Records that one INSERT writes; more are written by more of them."""
CHUNK_RECORDS = 500
CHUNK_BYTES = 4_000_000


class SqliteJournal:
    """See ports.Store. Writing has one thread with one connection, reading another.

    A reader takes a chunk at a time, so that it never holds back a checkpoint.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = Writer(path)
        self._let_in = asyncio.Semaphore(WAITING_APPENDS)
        self._reading = ThreadPoolExecutor(1, "journal-reader")
        self._reader = open_for_reading(path)
        self._snapshot = SnapshotFile(path.with_name(path.name + ".snapshot"))
        self._closed = False

    def __str__(self) -> str:
        return str(self._path)

    async def acquire(self) -> int:
        token: int = await self._writer.submit(_next_token, 1)
        return token

    async def head(self) -> int:
        return await self._aside(head_of, self._reader)

    async def append(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        work = functools.partial(_append, expected=expected, token=token, records=list(records))
        await self._let_in.acquire()
        written = self._writer.submit(work, sum(map(len, records)))
        written.add_done_callback(self._let_next_in)
        await asyncio.shield(written)  # who stops waiting does not stop the writing

    async def read(self, after: int, limit: int | None = None) -> AsyncIterator[tuple[int, bytes]]:
        left = limit
        while left is None or left > 0:
            most = CHUNK_RECORDS if left is None else min(left, CHUNK_RECORDS)
            chunk = await self._aside(_chunk, self._reader, after, most)
            if not chunk:
                return
            for row in chunk:
                yield row
            after = chunk[-1][0]
            left = None if left is None else left - len(chunk)

    async def drop(self, until: int, token: int) -> None:
        work = functools.partial(drop_some, until=until, token=token)
        while await self._writer.submit(work, SIZE):
            pass

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        await self._aside(self._snapshot.save, snapshot)

    async def load_snapshot(self, version: str) -> Snapshot | None:
        return await self._aside(self._snapshot.load, version)

    async def close(self) -> None:
        """May be said again. The writer goes last: it moves what is left of the log."""
        if self._closed:
            return
        self._closed = True
        await self._aside(self._reader.close)
        await self._aside(self._writer.close)
        self._reading.shutdown()

    def _let_next_in(self, written: asyncio.Future[None]) -> None:
        self._let_in.release()
        if not written.cancelled():
            written.exception()  # seen, also where nobody waits any more

    async def _aside(self, work: Callable[..., T], *given: object) -> T:
        """In the reading thread, which keeps the loop free."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._reading, functools.partial(work, *given))
        except sqlite3.Error as error:
            raise as_os_error(error) from error


def _next_token(connection: sqlite3.Connection) -> int:
    told = connection.execute("UPDATE writer SET token = token + 1 RETURNING token")
    ((token,),) = told.fetchall()
    return int(token)


def _token(connection: sqlite3.Connection) -> int:
    (token,) = connection.execute("SELECT token FROM writer").fetchone()
    return int(token)


def _append(
    connection: sqlite3.Connection, *, expected: int, token: int, records: list[bytes]
) -> None:
    """One statement a slice, which looks itself whether it may: between any two of them the
    interpreter may be away for milliseconds. What is there already is compared."""
    for written in range(0, len(records), ONE_STATEMENT) or (0,):
        part = records[written : written + ONE_STATEMENT]
        if not part or not _insert(connection, expected + written, token, part):
            _demand_same(connection, expected + written, token, records[written:])
            return


def _insert(
    connection: sqlite3.Connection, expected: int, token: int, records: list[bytes]
) -> bool:
    """Whether they were written: by the last writer, right behind the head."""
    rows = ", ".join(["(?, ?)"] * len(records))
    places = zip(range(expected + 1, expected + 1 + len(records)), records, strict=True)
    done = connection.execute(
        f"INSERT INTO records SELECT * FROM (VALUES {rows}) "  # noqa: S608 - marks alone
        "WHERE ? = (SELECT token FROM writer) "
        "AND ? = (SELECT coalesce(max(position), 0) FROM records)",
        (*chain.from_iterable(places), token, expected),
    )
    return done.rowcount > 0


def _demand_same(
    connection: sqlite3.Connection, expected: int, token: int, records: list[bytes]
) -> None:
    """An append may be repeated, with the same records in the same place."""
    last = _token(connection)
    if token != last:
        raise Fenced(f"token {token} is not the last one given, {last}")
    rows = connection.execute(
        "SELECT record FROM records WHERE position > ? ORDER BY position LIMIT ?",
        (expected, len(records)),
    )
    if [record for (record,) in rows] != records:
        head = head_of(connection)
        raise OutOfPlace(f"other records lie after {expected}, the head is {head}")


def _chunk(connection: sqlite3.Connection, after: int, most: int) -> list[tuple[int, bytes]]:
    chunk: list[tuple[int, bytes]] = []
    size = 0
    rows = connection.execute(
        "SELECT position, record FROM records WHERE position > ? ORDER BY position LIMIT ?",
        (after, most),
    )
    for position, record in rows:
        chunk.append((position, record))
        size += len(record)
        if size >= CHUNK_BYTES:
            rows.close()
            break
    return chunk


class SqliteSettings(BaseModel):
    """`[store.sqlite]`"""

    model_config = ConfigDict(extra="forbid")

    path: Path = Field(
        default=Path("journal.sqlite"),
        description="The journal's file; a relative path is taken from the state directory.",
    )


def _make(settings: SqliteSettings, world: World) -> SqliteJournal:
    return SqliteJournal(world.state / settings.path)


SPEC = AdapterSpec(Kind.STORE, "sqlite", SqliteSettings, _make)
