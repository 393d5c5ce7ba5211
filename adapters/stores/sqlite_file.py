"""The SQLite file of a journal: how it is opened, and what it says when it fails."""

import os
import sqlite3
from pathlib import Path

from middleware.ops.errors import Trouble
from middleware.ops.files import PRIVATE, private_directory, sync_directory

SCHEMA = 1
BUSY_SECONDS = 5.0
_TABLES = (
    "BEGIN IMMEDIATE",
    "CREATE TABLE IF NOT EXISTS records (position INTEGER PRIMARY KEY, record BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS writer (one INTEGER PRIMARY KEY CHECK (one = 1), token INTEGER)",
    "INSERT OR IGNORE INTO writer VALUES (1, 0)",
    f"PRAGMA user_version = {SCHEMA}",
    "COMMIT",
)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The file is made when it is not there. Raises Trouble when it is no journal of ours.

    WAL with FULL: a commit is on the disk when it returns. Checkpoints are not left to the
    commits, where they would stop every append for as long as one takes.
    """
    connection: sqlite3.Connection | None = None
    try:
        _make_file(path)
        connection = connect(path, "rw")
        _demand_wal(connection)
        _demand_schema(connection)
    except (sqlite3.Error, OSError) as error:
        if connection is not None:
            connection.close()
        raise Trouble(
            f"the journal {path.name} cannot be opened: {error}",
            "see that `path` in [store.sqlite] names a journal or a new file that can be written",
        ) from error
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Beside the writing connection: it never waits for it, nor stops it."""
    return connect(path, "ro")


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """`mode` is rw or ro; any thread may use it, one at a time."""
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def head_of(connection: sqlite3.Connection) -> int:
    """The last position, 0 when empty."""
    (position,) = connection.execute("SELECT max(position) FROM records").fetchone()
    return int(position or 0)


def as_os_error(error: sqlite3.Error) -> OSError:
    """What the port promises for a store that cannot be written or read."""
    return OSError(
        f"the journal's SQLite file failed ({type(error).__name__}: {error}); "
        "see that its disk has room and is healthy, then the same is tried again"
    )


def _make_file(path: Path) -> None:
    private_directory(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)
    os.fchmod(descriptor, PRIVATE)
    os.close(descriptor)
    sync_directory(path.parent)


def _demand_wal(connection: sqlite3.Connection) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise OSError(f"its file system allows only the journal mode {mode}, WAL is needed")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")


def _demand_schema(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found == 0:
        for statement in _TABLES:
            connection.execute(statement)
    elif found != SCHEMA:
        raise OSError(f"it has schema {found} and this build knows {SCHEMA}")
