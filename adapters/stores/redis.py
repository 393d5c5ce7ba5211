"""The journal on Redis or Valkey: one stream a control room (DESIGN, "Stores"; docs/redis.md).

A record is the entry `position-0` of the stream. Who may write and where is looked up by the server
in the same step that writes.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from redis.asyncio import Redis

from adapters.stores.redis_appends import FIELD, Appends
from adapters.stores.redis_dropping import drop
from adapters.stores.redis_lease import RedisLease
from adapters.stores.redis_link import NAME, Commands, RedisLink
from adapters.stores.redis_settings import RedisSettings
from adapters.stores.redis_snapshot import RedisSnapshot
from middleware.ports import AdapterSpec, Kind, Snapshot, World

CHUNK_RECORDS = 500
CHUNK_BYTES = 4_000_000
FIRST_CHUNK = 16
"""Records read before it is known how large they are."""

Row = tuple[int, bytes]


class RedisJournal:
    """See ports.Store. Whatever fails at the server is an OSError; before it was reached once, a
    Trouble that says what to set."""

    def __init__(self, settings: RedisSettings, room: str) -> None:
        """The braces keep all keys of a control room together."""
        head = f"forewarn:{{{room}}}"
        self._stream, self._token = f"{head}:journal", f"{head}:token"
        self._where = f"{settings.where()} {self._stream}"
        self._link = RedisLink(settings, self._stream)
        self._appends = Appends(self._link, self._stream, self._token)
        self._snapshot = RedisSnapshot(self._link, f"{head}:snapshot")
        self.lease = RedisLease(self._link, settings, head) if settings.pair else None
        """Whose turn it is, where two instances share the journal."""

    def __str__(self) -> str:
        return self._where

    async def acquire(self) -> int:
        [token] = await self._link.write(lambda together: _count(together, self._token))
        return int(token)

    async def head(self) -> int:
        rows = await self._link.ask(self._last)
        return rows[0][0] if rows else 0

    async def append(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        await self._appends.append(expected, token, records)

    async def read(self, after: int, limit: int | None = None) -> AsyncIterator[Row]:
        left, most = limit, FIRST_CHUNK
        while left is None or left > 0:
            rows = await self._chunk(after, most if left is None else min(left, most))
            if not rows:
                return
            for row in rows:
                yield row
            after, most = rows[-1][0], _as_many_again(rows)
            left = None if left is None else left - len(rows)

    async def drop(self, until: int, token: int) -> None:
        await drop(self._link, (self._stream, self._token), until, token)

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        await self._snapshot.save(snapshot)

    async def load_snapshot(self, version: str) -> Snapshot | None:
        return await self._snapshot.load(version)

    async def close(self) -> None:
        """May be said again."""
        await self._appends.close()
        await self._link.close()

    async def _last(self, client: "Redis") -> list[Row]:
        return _rows(await client.xrevrange(self._stream, count=1))

    async def _chunk(self, after: int, most: int) -> list[Row]:
        async def ask(client: "Redis") -> list[Row]:
            return _rows(await client.xrange(self._stream, min=f"{after + 1}-0", count=most))

        return await self._link.ask(ask)


def _count(together: Commands, key: str) -> None:
    together.incr(key)


def _rows(entries: Any) -> list[Row]:
    """An entry that is none of ours has no record: the chain of records says so, with the place."""
    return [(int(entry.split(b"-")[0]), fields.get(FIELD, b"")) for entry, fields in entries]


def _as_many_again(rows: list[Row]) -> int:
    """How many records of that size make a chunk."""
    size = sum(len(record) for _, record in rows)
    return max(1, min(CHUNK_RECORDS, CHUNK_BYTES * len(rows) // max(1, size)))


def _make(settings: RedisSettings, world: World) -> RedisJournal:
    return RedisJournal(settings, world.room)


SPEC = AdapterSpec(Kind.STORE, NAME, RedisSettings, _make)
