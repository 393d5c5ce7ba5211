"""Records that went to the archive leave the SQLite file, a few in each transaction."""

import sqlite3

from adapters.stores.sqlite_file import head_of
from middleware.ports import Fenced, OutOfPlace

TOGETHER = 100
"""Records that one transaction lets go, so that an append waits for no more."""
SIZE = 500_000
"""Bytes that this puts into the write-ahead log, about."""


def drop_some(connection: sqlite3.Connection, until: int, token: int) -> bool:
    """Whether there may be more. The file keeps its size: what comes next is written there."""
    (last,) = connection.execute("SELECT token FROM writer").fetchone()
    if token != last:
        raise Fenced(f"token {token} is not the last one given, {last}")
    if until >= head_of(connection):
        raise OutOfPlace(f"{until} is not before the head")
    gone = connection.execute(
        "DELETE FROM records WHERE position IN "
        "(SELECT position FROM records WHERE position <= ? ORDER BY position LIMIT ?)",
        (until, TOGETHER),
    )
    return gone.rowcount == TOGETHER
