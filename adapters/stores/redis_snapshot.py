"""The last snapshot in Redis: a cache that every instance of the control room can read."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from redis.asyncio import Redis

from adapters.stores.redis_link import RedisLink
from middleware.ops.redaction import Fixed
from middleware.ports import Snapshot

PIECE_BYTES = 1_000_000
"""Written and read at a time: an append waits for one of them at most."""
UNFINISHED = timedelta(hours=1)
"""How long one stays that was not finished, or was replaced while somebody may be reading it."""

REPLACE = """
local before = redis.call('HGET', KEYS[1], 'data')
redis.call('HSET', KEYS[1], 'position', ARGV[1], 'version', ARGV[2], 'size', ARGV[3],
  'data', KEYS[2])
redis.call('PERSIST', KEYS[2])
if before then redis.call('EXPIRE', before, ARGV[4]) end
"""
"""Keys: what says which is the last, and the list of pieces that is now."""

log = structlog.get_logger()


class RedisSnapshot:
    """Pieces in a list of their own, which is never changed; then one step to say that it is the
    last one. The key `key` says which list, how large, up to which position, and for whom."""

    def __init__(self, link: RedisLink, key: str) -> None:
        self._link, self._key = link, key

    async def save(self, snapshot: Snapshot) -> None:
        number = await self._link.ask(lambda client: client.incr(f"{self._key}:taken"))
        data = f"{self._key}:{number}"
        for begin in range(0, len(snapshot.data), PIECE_BYTES):
            await self._add(data, snapshot.data[begin : begin + PIECE_BYTES])
        said = (snapshot.position, snapshot.version, len(snapshot.data), _seconds())
        await self._link.ask(lambda client: _eval(client, self._key, data, *said))

    async def load(self, version: str) -> Snapshot | None:
        """None when there is none of this version: then the fold begins earlier."""
        said = await self._link.ask(self._said)
        if said.get(b"version") != version.encode():
            return None
        data = await self._pieces(said[b"data"].decode())
        if len(data) != int(said[b"size"]):
            log.warning(
                "snapshot_unreadable", remedy=Fixed("none needed: the journal is read instead")
            )
            return None
        return Snapshot(int(said[b"position"]), version, data)

    async def _add(self, data: str, piece: bytes) -> None:
        async def send(client: "Redis") -> None:
            async with client.pipeline(transaction=True) as together:
                together.rpush(data, piece)
                together.expire(data, UNFINISHED)
                await together.execute()

        await self._link.ask(send)

    async def _said(self, client: "Redis") -> Mapping[bytes, bytes]:
        answer: Any = await client.hgetall(self._key)
        return dict(answer)

    async def _pieces(self, data: str) -> bytes:
        pieces: list[bytes] = []
        while piece := await self._link.ask(lambda client: _piece(client, data, len(pieces))):
            pieces.append(piece)
        return b"".join(pieces)


def _seconds() -> int:
    return int(UNFINISHED.total_seconds())


async def _eval(client: "Redis", key: str, data: str, *said: int | str) -> None:
    await client.eval(REPLACE, 2, key, data, *said)


async def _piece(client: "Redis", data: str, number: int) -> bytes:
    """Empty behind the last."""
    answer: Any = await client.lrange(data, number, number)
    return answer[0] if answer else b""
