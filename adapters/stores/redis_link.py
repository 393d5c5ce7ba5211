"""The way to the Redis that keeps the journal: what is demanded of the server, and how its failures
are told."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    NoPermissionError,
    RedisError,
    ResponseError,
)

from adapters.stores.redis_settings import RedisSettings
from middleware.ops.errors import Trouble
from middleware.ops.redaction import Fixed

T = TypeVar("T")
Commands = Pipeline

NAME = "redis"
DEMANDED = {
    "appendonly": "yes",
    "appendfsync": "always",
    "no-appendfsync-on-rewrite": "no",
}
"""Only so is what the server has acknowledged on its disk, also while it rewrites its file."""
ASKED = ("appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory", "maxmemory-policy")
WAITS_FOR_DISKS = (7, 2)
"""The first version of Redis that can; Valkey gives one that is not lower."""
REMEDIES = {
    "closed": "check that the server runs, then connect, tls and tls_ca_file in [store.redis]",
    "refused": "check username and password_file in [store.redis], and the rights of that user: "
    "docs/redis.md has them",
    "weak": "set in the server what docs/redis.md demands; nothing is written before that",
    "failed": "look at the log, disk and memory of the server; the same is tried again",
}

log = structlog.get_logger()


class TooWeak(RedisError):
    """`found`: how the server is set; `wanted`: what to set. It is not written to."""

    def __init__(self, shortcomings: Mapping[str, str]) -> None:
        super().__init__("the server could lose what it acknowledged")
        self.found = ", ".join(shortcomings)
        self.wanted = ", ".join(shortcomings.values())


class NotReplicated(RedisError):
    """The server has it, and too few of its replicas: it is said again until they have it."""


class RedisLink:
    """Every connection first looks whether what is acknowledged there survives a power cut."""

    def __init__(self, settings: RedisSettings) -> None:
        self._client = settings.client(
            settings.password(),
            connects=settings.answer_within,
            answers=settings.answer_within,
            on_connect=partial(demand_durable, settings.replicas),
        )
        self._replicas = settings.replicas
        self._within_ms = round(settings.answer_within.total_seconds() * 250)
        """A part of the wait for the server, which says itself that replicas are missing."""
        self._reached = False
        self._lost = ""

    async def ask(self, work: Callable[["Redis"], Awaitable[T]]) -> T:
        """Raises OSError; until the server was reached once, Trouble: the start ends with it."""
        try:
            answer = await _cancellable(work(self._client))
        except (RedisError, OSError, RuntimeError) as fault:
            # RuntimeError: what uvloop says of a connection that was reset
            raise self.failure(fault) from fault
        self._reached = True
        if not _failed_within(answer):
            self._lost = ""
        return answer

    async def write(self, put: Callable[[Commands], None], **how: bool) -> list[Any]:
        """What `put` into one pipeline is carried out, and on the disks of the replicas too, where
        there are to be any; the answers to it. Raises as `ask`."""

        async def send(client: "Redis") -> list[Any]:
            async with client.pipeline(transaction=False) as together:
                put(together)
                if self._replicas:  # WAIT before, or a replica says where its disk was before it
                    together.execute_command("WAIT", self._replicas, self._within_ms)
                    together.execute_command("WAITAOF", 1, self._replicas, self._within_ms)
                return await together.execute(**how)

        answers = await self.ask(send)
        if not self._replicas:
            return answers
        *others, _, there = answers
        if not isinstance(there, list) or there[1] < self._replicas:
            fault = there if isinstance(there, RedisError) else NotReplicated("too few replicas")
            raise self.failure(fault) from None
        return others

    def failure(self, fault: Exception) -> OSError | Trouble:
        """What is raised for it; said in the log once an outage."""
        cause = _cause(fault)
        what, remedy = _in_words(fault, cause)
        if not self._reached:
            return Trouble(f"the journal's Redis {what}", remedy)
        if cause != self._lost:
            self._lost = cause
            log.error("redis_lost", adapter=NAME, cause=cause, remedy=Fixed(REMEDIES[cause]))
        return OSError(f"the journal's Redis {what}; {remedy}")

    async def close(self) -> None:
        await self._client.aclose()


async def _cancellable(work: Awaitable[T]) -> T:
    """asyncio.wait_for, through which the client writes, loses a cancellation that comes when the
    writing has just been done; then whoever cancelled would wait without end."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0
    answer = await work
    if task and task.cancelling() > before:
        raise asyncio.CancelledError
    return answer


def _failed_within(answer: object) -> bool:
    """Whether the server refused one of several things that were asked together."""
    return isinstance(answer, list) and any(isinstance(one, RedisError) for one in answer)


def _cause(fault: Exception) -> str:
    match fault:
        case TooWeak() | NotReplicated():
            return "weak"
        case AuthenticationError() | NoPermissionError():
            return "refused"
        case ResponseError() | BusyLoadingError():
            return "failed"
        case _:
            return "closed"


def _in_words(fault: Exception, cause: str) -> tuple[str, str]:
    """What and remedy; none of the server's own words, which may repeat what it was sent."""
    if isinstance(fault, TooWeak):
        what = f"could lose what it has acknowledged: {fault.found}"
        return what, f"set in the server: {fault.wanted} (docs/redis.md), and start again"
    what = {
        "weak": "has too few replicas that keep up",
        "closed": "cannot be reached or does not answer",
        "refused": "refuses this user",
        "failed": "cannot carry out what it is asked",
    }[cause]
    return f"{what} ({type(fault).__name__})", REMEDIES[cause]


async def demand_durable(replicas: int, connection: AbstractConnection) -> None:
    """Greet, and look how the server is set. Raises TooWeak."""
    await connection.on_connect()
    config: dict[str, str] = {}
    for name in ASKED:
        config |= _texts(await _answer(connection, "CONFIG", "GET", name))
    shortcomings = dict(too_weak(config, _lines(await _answer(connection, "INFO")), replicas))
    if shortcomings:
        raise TooWeak(shortcomings)


def too_weak(
    config: Mapping[str, str], info: Mapping[str, str], replicas: int = 0
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
    if info.get("cluster_enabled") != "0":
        yield "it is a node of a cluster", "cluster-enabled no"
    if replicas:
        yield from _too_few(info, replicas)


def _too_few(info: Mapping[str, str], replicas: int) -> Iterator[tuple[str, str]]:
    version = tuple(int(part) for part in info.get("redis_version", "0").split(".")[:2])
    if version < WAITS_FOR_DISKS:
        yield "it cannot wait for the disks of replicas", "Redis 7.2 or later, or Valkey"
    if (found := int(info.get("connected_slaves", 0))) < replicas:
        yield f"{found} of {replicas} replicas are connected", f"connect {replicas}, each with AOF"


async def _answer(connection: AbstractConnection, *words: str) -> Any:
    await connection.send_command(*words)
    return await connection.read_response()


def _texts(told: Mapping[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in told.items()}


def _lines(told: bytes) -> dict[str, str]:
    """What INFO says, which is name:value a line."""
    pairs = (line.partition(":") for line in told.decode("utf-8", "replace").splitlines())
    return {name: value for name, _, value in pairs}
