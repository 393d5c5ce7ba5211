"""Records that went to the archive leave the stream: the server itself looks who says so.

No replica is waited for: what comes back with one that had not heard of it is dropped again.
"""

from typing import Any

from redis.asyncio import Redis

from adapters.stores.redis_link import RedisLink
from middleware.ports import Fenced, OutOfPlace

DROP = """
local given = redis.call('GET', KEYS[2]) or '0'
if given ~= ARGV[1] then return {'fenced', given} end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local head = last and string.match(last[1], '^%d+') or '0'
if tonumber(head) <= tonumber(ARGV[2]) then return {'elsewhere', head} end
redis.call('XTRIM', KEYS[1], 'MINID', '=', string.format('%.0f-0', ARGV[2] + 1))
return {'dropped'}
"""
"""Keys: stream, token; then the writer's token, and the last position that goes."""


async def drop(link: RedisLink, keys: tuple[str, str], until: int, token: int) -> None:
    """See ports.Store."""

    async def send(client: "Redis") -> Any:
        return await client.eval(DROP, 2, *keys, token, until)

    match await link.ask(send):
        case [b"fenced", last]:
            raise Fenced(f"token {token} is not the last one given, {int(last)}")
        case [b"elsewhere", head]:
            raise OutOfPlace(f"{until} is not before the head, {int(head)}")
