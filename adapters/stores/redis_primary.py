"""Which server has the journal now: asked of Sentinels, or of the nodes of a cluster, at every
connecting (docs/redis-failover.md).

A room's keys share one hash tag, so in a cluster one node has them all, and one connection to that
node is all that is needed: a client that knows every slot would know too much.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import (
    ConnectCallbackT,
    Connection,
    ConnectionPool,
    SSLConnection,
)
from redis.crc import key_slot
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from adapters.stores.redis_settings import RedisSettings
from adapters.wires.redis_client import read_password
from middleware.ops.listening import HostPort, is_loopback

DOWN = ("fail", "fail?", "noaddr", "handshake")
"""What a node of a cluster says of one that it cannot reach."""


class NoPrimary(RedisError):
    """None of those that were asked, or not the newest word, names one that is there."""


class InClear(RedisError):
    """The primary is on another machine, and there is no TLS to it."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one of those that were asked says: the primary, None while it counts as gone; with each
    fail-over the epoch is greater."""

    epoch: int
    primary: HostPort | None


Ask = Callable[["Redis"], Awaitable[Word]]


class Found(Connection):
    """A connection that looks where to, each time it is made."""

    def __init__(self, *, find: Callable[[], Awaitable[HostPort]], **told: Any) -> None:
        self._find = find
        super().__init__(**told)

    async def connect(self) -> None:
        if not self.is_connected:
            self.host, self.port = await self._find()
        connection: Any = super()
        await connection.connect()


class FoundOverTls(Found, SSLConnection):
    """The same over TLS."""


class Guide:
    """Finds the primary for `key`, and makes the client that follows it."""

    def __init__(self, settings: RedisSettings, key: str) -> None:
        self._settings = settings
        if settings.sentinels:
            account = settings.sentinel_username, read_password(settings.sentinel_password_file)
            self._ask: Ask = partial(_by_sentinel, settings.primary or "")
        else:
            account = settings.username, settings.password()
            self._ask = partial(_by_node, key_slot(key.encode()), settings.tls)
        manner = self._manner(*account)
        self._asked = [
            Redis(host=place.host, port=place.port, ssl=settings.tls, **manner)
            for place in settings.sentinels or settings.cluster
        ]

    def client(self, on_connect: ConnectCallbackT) -> "Redis":
        """See RedisServer.client."""
        settings = self._settings
        return Redis.from_pool(
            ConnectionPool(
                connection_class=FoundOverTls if settings.tls else Found,
                find=self.find,
                redis_connect_func=on_connect,
                **self._manner(settings.username, settings.password()),
            )
        )

    async def find(self) -> HostPort:
        """Where the newest word says that it is. Raises RedisError."""
        words, faults = await self._words()
        newest = max((word.epoch for word in words), default=0)
        for word in words:
            if word.epoch == newest and word.primary:
                if self._settings.tls or is_loopback(word.primary.host):
                    return word.primary
                raise InClear
        for fault in faults:
            if isinstance(fault, AuthenticationError | NoPermissionError):
                raise fault
        raise NoPrimary

    async def close(self) -> None:
        for client in self._asked:
            await client.aclose()

    async def _words(self) -> tuple[list[Word], list[Exception]]:
        """All are asked together, and the first that make more than half of them are enough: one
        that was cut off says old things and cannot outnumber those that voted; one that is gone
        costs no time. Where fewer answer, what they say."""
        asking = [asyncio.ensure_future(self._ask(client)) for client in self._asked]
        words: list[Word] = []
        faults: list[Exception] = []
        try:
            for one in asyncio.as_completed(asking):
                try:
                    words.append(await one)
                except (RedisError, OSError, RuntimeError) as fault:
                    faults.append(fault)
                if 2 * len(words) > len(asking):
                    break
        finally:
            for task in asking:
                task.cancel()
            await asyncio.gather(*asking, return_exceptions=True)
        return words, faults

    def _manner(self, username: str | None, password: str | None) -> dict[str, Any]:
        within = self._settings.answer_within
        return self._settings.manner(username, password, connects=within, answers=within)


async def _by_sentinel(name: str, client: "Redis") -> Word:
    said: Any = await client.sentinel_master(name)
    down = said["is_sdown"] or said["is_odown"] or not said["is_master"]
    return Word(said["config-epoch"], None if down else HostPort(said["ip"], said["port"]))


async def _by_node(slot: int, tls: bool, client: Any) -> Word:
    """Of the nodes that say that they have the slot the newest is right."""
    nodes: Any = await client.execute_command("CLUSTER NODES")
    asked = client.connection_pool.connection_kwargs["host"]
    owners = [
        Word(int(node["epoch"]), _place(place, node, asked, tls=tls))
        for place, node in nodes.items()
        if any(int(span[0]) <= slot <= int(span[-1]) for span in node["slots"])
    ]
    return max(owners, key=lambda word: word.epoch, default=Word(0, None))


def _place(place: str, node: Any, asked: str, *, tls: bool) -> HostPort | None:
    """Its name where the certificate must bear it; a node that is alone knows no address."""
    if any(flag in DOWN for flag in node["flags"].split(",")):
        return None
    host, _, port = place.rpartition(":")
    return HostPort((tls and node["hostname"]) or host or asked, int(port))
