"""The way to the Redis that keeps the journal: what is demanded of the server, and how its failures
are told."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import (
    AskError,
    AuthenticationError,
    BusyLoadingError,
    ClusterDownError,
    NoPermissionError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

from adapters.stores.redis_durable import TooWeak, demand_durable
from adapters.stores.redis_primary import Guide, InClear, NoPrimary
from adapters.stores.redis_settings import RedisSettings
from middleware.ops.errors import Trouble
from middleware.ops.redaction import Fixed

T = TypeVar("T")
Commands = Pipeline

NAME = "redis"
REMEDIES = {
    "closed": "check that the server runs, then connect, tls and tls_ca_file in [store.redis]",
    "refused": "check username and password_file in [store.redis] (at Sentinels sentinel_username "
    "and sentinel_password_file), and the rights of that user: docs/redis.md has them",
    "primary": "nothing while another server takes over: it is looked for; if it lasts, look at "
    "sentinels and primary, or cluster, in [store.redis], and at what they say",
    "in_clear": "set tls = true in [store.redis]",
    "weak": "set in the server what docs/redis.md demands; nothing is written before that",
    "failed": "look at the log, disk and memory of the server; the same is tried again",
}

log = structlog.get_logger()


class NotReplicated(RedisError):
    """The server has it, and too few of its replicas: it is said again until they have it."""


class RedisLink:
    """Every connection first looks whether what is acknowledged there survives a power cut."""

    def __init__(self, settings: RedisSettings, key: str) -> None:
        """`key`: one of the room; in a cluster, where it is all others are."""
        demand = partial(demand_durable, settings)
        self._guide = Guide(settings, key) if settings.fails_over else None
        self._client = (
            self._guide.client(demand)
            if self._guide
            else settings.client(
                settings.password(),
                connects=settings.answer_within,
                answers=settings.answer_within,
                on_connect=demand,
            )
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
            await self._look_again()
            raise self.failure(fault) from fault
        self._reached = True
        if _failed_within(answer):
            await self._look_again()
        else:
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
                answers = await together.execute(**how)
            return self._without_waits(answers) if self._replicas else answers

        return await self.ask(send)

    def _without_waits(self, answers: list[Any]) -> list[Any]:
        *others, _, there = answers
        if isinstance(there, RedisError):
            raise there
        if there[1] < self._replicas:
            raise NotReplicated("too few replicas")
        return others

    async def _look_again(self) -> None:
        """Whoever failed may be the primary no longer, or cut off from those that elect another:
        the next connection asks who it is."""
        if self._guide:
            with contextlib.suppress(RedisError, OSError, RuntimeError):
                await self._client.connection_pool.disconnect(inuse_connections=False)

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
        if self._guide:
            await self._guide.close()


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
        case InClear():
            return "in_clear"
        case AuthenticationError() | NoPermissionError():
            return "refused"
        case NoPrimary() | AskError() | ClusterDownError() | ReadOnlyError() | TryAgainError():
            return "primary"
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
        "primary": "has no primary that is known, or another one than a moment ago",
        "in_clear": "is on another machine, where the password and ids would go in clear",
        "weak": "has too few replicas that keep up",
        "closed": "cannot be reached or does not answer",
        "refused": "refuses this user",
        "failed": "cannot carry out what it is asked",
    }[cause]
    return f"{what} ({type(fault).__name__})", REMEDIES[cause]
