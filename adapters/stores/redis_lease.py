"""The lease of a pair, beside the journal on Redis (DESIGN, "Stores"; docs/pair.md).

`…:lease` says who writes, `…:followers` who stands by, `…:handed` holds what an instance that was
taken over had answered for. The token is that of the appends: who may write is looked up there.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis

from adapters.stores.redis_link import Commands, RedisLink
from adapters.stores.redis_settings import RedisSettings
from middleware.ports import Fenced, Held

TOGETHER = 100
"""Records handed on that are read at a time."""

TAKE = """
local token = redis.call('HGET', KEYS[1], 'token') or '0'
local beat = redis.call('HGET', KEYS[1], 'beat') or '0'
if token ~= ARGV[1] or beat ~= ARGV[2] then return 0 end
local mine = redis.call('INCRBY', KEYS[2], 1)
redis.call('HSET', KEYS[1], 'token', mine, 'beat', 1, 'name', ARGV[3], 'where', ARGV[4])
return mine
"""
"""Keys: lease, token; then what was seen, and who takes it."""
BEAT = """
local given = redis.call('GET', KEYS[2]) or '0'
if given ~= ARGV[1] then return given end
redis.call('HSET', KEYS[1], 'token', given, 'beat', ARGV[2])
return given
"""
"""Keys: lease, token; then the writer's token and its beat, 0 to release."""
TAKEN_IN = """
local given = redis.call('GET', KEYS[2]) or '0'
if given ~= ARGV[1] then return given end
redis.call('LTRIM', KEYS[1], ARGV[2], -1)
return given
"""
"""Keys: what was handed on, token; then the writer's token and how many."""


class RedisLease:
    """See ports.Lease. Its failures are those of the link to the journal."""

    def __init__(self, link: RedisLink, settings: RedisSettings, head: str) -> None:
        """`head`: what the keys of the control room begin with."""
        self._link = link
        self._lease, self._token = f"{head}:lease", f"{head}:token"
        self._followers, self._handed = f"{head}:followers", f"{head}:handed"
        self._name, self._lasts = settings.instance(), settings.lease
        self._where = settings.address or ""
        self._beat = 1

    @property
    def name(self) -> str:
        return self._name

    @property
    def lasts(self) -> timedelta:
        return self._lasts

    async def look(self) -> Held:
        said = await self._hash(self._lease)
        return Held(
            token=int(said.get(b"token", 0)),
            beat=int(said.get(b"beat", 0)),
            name=said.get(b"name", b"").decode(),
            where=said.get(b"where", b"").decode(),
        )

    async def take(self, seen: Held) -> int | None:
        given = (seen.token, seen.beat, self._name, self._where)
        token = int(await self._script(TAKE, self._lease, *given, durably=True))
        return token or None

    async def renew(self, token: int) -> None:
        self._beat += 1
        self._demand(token, await self._script(BEAT, self._lease, token, self._beat))

    async def release(self, token: int) -> None:
        await self._script(BEAT, self._lease, token, 0)

    async def stand_by(self, position: int) -> None:
        self._beat += 1
        said = f"{self._beat} {position}"

        async def send(client: "Redis") -> Any:
            return await client.hset(self._followers, self._name, said)

        await self._link.ask(send)

    async def followers(self) -> Mapping[str, tuple[int, int]]:
        said = await self._hash(self._followers)
        parts = {name.decode(): value.split() for name, value in said.items()}
        return {name: (int(beat), int(position)) for name, (beat, position) in parts.items()}

    async def hand_on(self, records: Sequence[bytes]) -> None:
        def put(together: Commands) -> None:
            together.rpush(self._handed, *records)

        if records:
            await self._link.write(put)

    async def handed_on(self) -> Sequence[bytes]:
        async def ask(client: "Redis") -> Any:
            return await client.lrange(self._handed, 0, TOGETHER - 1)

        return list(await self._link.ask(ask))

    async def taken_in(self, token: int, count: int) -> None:
        self._demand(token, await self._script(TAKEN_IN, self._handed, token, count))

    def _demand(self, token: int, answer: Any) -> None:
        if int(answer) != token:
            raise Fenced(f"token {token} is not the last one given, {int(answer)}")

    async def _script(self, script: str, key: str, *given: int | str, durably: bool = False) -> Any:
        def put(together: Commands) -> None:
            together.eval(script, 2, key, self._token, *given)

        async def send(client: "Redis") -> Any:
            return await client.eval(script, 2, key, self._token, *given)

        if not durably:
            return await self._link.ask(send)
        [answer] = await self._link.write(put)
        return answer

    async def _hash(self, key: str) -> Mapping[bytes, bytes]:
        async def ask(client: "Redis") -> Any:
            return await client.hgetall(key)

        return dict(await self._link.ask(ask))
