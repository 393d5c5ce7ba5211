"""What is demanded of a server that keeps the journal: what it has acknowledged survives a power
cut, and, where another one may take its place, a fail-over too."""

from collections.abc import Iterator, Mapping
from typing import Any

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from adapters.stores.redis_settings import RedisSettings

DEMANDED = {
    "appendonly": "yes",
    "appendfsync": "always",
    "no-appendfsync-on-rewrite": "no",
}
"""Only so is what the server has acknowledged on its disk, also while it rewrites its file."""
ASKED = ("appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory", "maxmemory-policy")
WAITS_FOR_DISKS = (7, 2)
"""The first version of Redis that can; Valkey gives one that is not lower."""


class TooWeak(RedisError):
    """`found`: how the server is set; `wanted`: what to set. It is not written to."""

    def __init__(self, shortcomings: Mapping[str, str]) -> None:
        super().__init__("the server could lose what it acknowledged")
        self.found = ", ".join(shortcomings)
        self.wanted = ", ".join(shortcomings.values())


async def demand_durable(settings: RedisSettings, connection: AbstractConnection) -> None:
    """Greet, and look how the server is set. Raises TooWeak."""
    await connection.on_connect()
    config: dict[str, str] = {}
    for name in ASKED:
        config |= _texts(await _answer(connection, "CONFIG", "GET", name))
    info = _lines(await _answer(connection, "INFO"))
    shortcomings = dict(too_weak(config, info, settings))
    if shortcomings:
        raise TooWeak(shortcomings)


def too_weak(
    config: Mapping[str, str], info: Mapping[str, str], settings: RedisSettings
) -> Iterator[tuple[str, str]]:
    """(how it is, what to set) for all that is weaker than the journal needs; what a server does
    not say of itself counts as not set."""
    for name, wanted in DEMANDED.items():
        if (found := config.get(name)) != wanted:
            yield f"{name} is {found or 'not told'}", f"{name} {wanted}"
    policy = config.get("maxmemory-policy", "not told")
    if config.get("maxmemory") != "0" and policy != "noeviction":
        yield f"maxmemory-policy is {policy}", "maxmemory-policy noeviction"
    if info.get("role") != "master":
        yield "it is a replica", "replicaof no one, or connect to the primary"
    yield from _of_another_kind(info, settings)
    if settings.replicas:
        yield from _too_few(info, settings)


def _of_another_kind(info: Mapping[str, str], settings: RedisSettings) -> Iterator[tuple[str, str]]:
    if info.get("cluster_enabled") != "0" and not settings.cluster:
        yield "it is a node of a cluster", "cluster-enabled no, or cluster in [store.redis]"
    if info.get("cluster_enabled") != "1" and settings.cluster:
        yield "it is no node of a cluster", "connect in place of cluster in [store.redis]"


def _too_few(info: Mapping[str, str], settings: RedisSettings) -> Iterator[tuple[str, str]]:
    """Too few, or so many that what was acknowledged may lie on half of the servers or less."""
    replicas = settings.replicas
    version = tuple(int(part) for part in info.get("redis_version", "0").split(".")[:2])
    if version < WAITS_FOR_DISKS:
        yield "it cannot wait for the disks of replicas", "Redis 7.2 or later, or Valkey"
    if (found := int(info.get("connected_slaves", 0))) < replicas:
        yield f"{found} of {replicas} replicas are connected", f"connect {replicas}, each with AOF"
    if settings.fails_over and 2 * (1 + replicas) <= 1 + found:
        what = f"{found} replicas are connected and {replicas} waited for"
        yield what, f"replicas = {(1 + found) // 2} or more in [store.redis]"


async def _answer(connection: AbstractConnection, *words: str) -> Any:
    await connection.send_command(*words)
    return await connection.read_response()


def _texts(told: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in told.items()}


def _lines(told: bytes) -> dict[str, str]:
    """What INFO says, which is name:value a line."""
    pairs = (line.partition(":") for line in told.decode("utf-8", "replace").splitlines())
    return {name: value for name, _, value in pairs}
