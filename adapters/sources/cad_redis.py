"""CAD over a Redis stream: each entry is one message of the canonical contract (C1, O4).

docs/cad-contract.md is the contract. An entry is acknowledged and deleted when the journal has it,
and answered on a stream of answers; what was read and not acknowledged is read again first.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any

import structlog
from pydantic import Field
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from adapters.sources.cad_desk import Answer, Desk
from adapters.sources.played import play_at
from adapters.wires.redis_client import RedisServer
from middleware.ops.access import demand_rules
from middleware.ops.durations import Between, Duration
from middleware.ops.presence import Presence
from middleware.ops.redaction import Fixed
from middleware.ports import Ability, AdapterSpec, Intake, Kind, Problem, World
from schemas.base import Code

NAME = "cad_redis"
RULE = "redis cad"

GROUP = CONSUMER = "forewarn"
FIELD = b"message"
SOONEST = 0.5
REMEDIES = {
    "closed": "check that the server runs, then connect, tls and tls_ca_file in [source.cad_redis]",
    "refused": "check username and password_file in [source.cad_redis], and the ACL of that user",
}

Entry = tuple[bytes, dict[bytes, bytes] | None]
HandedIn = tuple[bytes, "asyncio.Task[Answer]"]

log = structlog.get_logger()


class CadRedisSettings(RedisServer):
    """`[source.cad_redis]`"""

    said_by: Code = Field(
        "cad", description="name of the CAD; ways in that the same CAD uses have the same name"
    )
    stream: Annotated[str, Field(pattern=r"^[!-~]{1,200}$")] = Field(
        "forewarn:cad", description="key of the stream; answers go to the key with `:answers` added"
    )
    window: Annotated[int, Field(ge=1, le=10_000)] = Field(
        256, description="messages that may be unanswered; no more are handed in meanwhile"
    )
    answers: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        10_000, description="answers kept on the stream of answers, about"
    )
    wait: Annotated[Duration, Between("10ms", "1m")] = Field(
        timedelta(seconds=5), description="longest wait for an entry; twice as long is a dead link"
    )
    retry_first: Annotated[Duration, Between("1ms", "1m")] = Field(
        timedelta(milliseconds=500), description="first wait before connecting again; doubles"
    )
    retry_most: Annotated[Duration, Between("1ms", "1h")] = Field(
        timedelta(seconds=30), description="longest of these waits"
    )


class CadRedis:
    """The source `cad_redis`; replayable: the server keeps what was not acknowledged."""

    name = NAME
    ability = Ability.REPLAYABLE

    def __init__(self, settings: CadRedisSettings, world: World) -> None:
        demand_rules([RULE])
        self._settings = settings
        self._world = world
        self._presence = Presence(NAME, world)
        self._password = settings.password()
        self._failures = 0

    async def run(self, intake: Intake) -> None:
        """Connect, read, and again; ends by cancellation only."""
        desk = Desk(NAME, self._settings.said_by, self._world, intake)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._presence.tell(intake))
                group.create_task(desk.faultless())
                group.create_task(self._keep_reading(desk))
        finally:
            await desk.close()

    async def _keep_reading(self, desk: Desk) -> None:
        while True:
            client = self._settings.client(
                self._password, connects=self._settings.wait, answers=2 * self._settings.wait
            )
            try:
                await self._read(client, desk)
            except* (AuthenticationError, NoPermissionError):
                self._on_lost("refused")
            except* (RedisError, OSError):
                self._on_lost("closed")
            finally:
                await client.aclose()
            await self._world.clock.sleep(self._pause())

    def _on_lost(self, reason: str) -> None:
        log.error("redis_lost", adapter=NAME, cause=reason, remedy=Fixed(REMEDIES[reason]))
        self._presence.lost(reason)

    async def _read(self, client: "Redis", desk: Desk) -> None:
        """Until the connection is lost: read ahead, and answer in order."""
        await self._make_group(client)
        self._presence.connected()
        handed_in: asyncio.Queue[HandedIn] = asyncio.Queue()
        room = asyncio.Semaphore(self._settings.window)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hand_in(client, desk, handed_in, room))
            group.create_task(self._answer(client, handed_in, room))

    async def _hand_in(
        self,
        client: "Redis",
        desk: Desk,
        handed_in: "asyncio.Queue[HandedIn]",
        room: asyncio.Semaphore,
    ) -> None:
        """First what an earlier run read and did not finish, then what comes."""
        after = b"0"
        while True:
            entries = await self._entries(client, after)
            self._failures = 0
            for entry, fields in entries:
                await room.acquire()
                handed_in.put_nowait((entry, desk.submit(*_message(desk, fields))))
            if after != b">":
                after = entries[-1][0] if entries else b">"

    async def _make_group(self, client: "Redis") -> None:
        try:
            await client.xgroup_create(self._settings.stream, GROUP, id="0", mkstream=True)
        except ResponseError as fault:
            if not str(fault).startswith("BUSYGROUP"):
                raise

    async def _entries(self, client: "Redis", after: bytes) -> Sequence[Entry]:
        settings = self._settings
        answer: Any = await client.xreadgroup(
            GROUP,
            CONSUMER,
            {settings.stream: after},
            count=settings.window,
            block=int(settings.wait.total_seconds() * 1000),
        )
        streams = answer.values() if isinstance(answer, dict) else [one[1] for one in answer or ()]
        return [entry for entries in streams for entry in _flat(entries)]

    async def _answer(
        self, client: "Redis", handed_in: "asyncio.Queue[HandedIn]", room: asyncio.Semaphore
    ) -> None:
        """When the journal has them: acknowledge, answer and delete what waits, together."""
        stream, most = self._settings.stream, self._settings.answers
        while True:
            waiting = [await handed_in.get()]
            while not handed_in.empty():
                waiting.append(handed_in.get_nowait())
            answers = await asyncio.gather(*(asyncio.shield(task) for _, task in waiting))
            async with client.pipeline(transaction=True) as together:
                for (entry, _), answer in zip(waiting, answers, strict=True):
                    told: dict[Any, Any] = {"entry": entry, "answer": answer.body}
                    together.xadd(f"{stream}:answers", told, maxlen=most, approximate=True)
                    together.xack(stream, GROUP, entry)
                    together.xdel(stream, entry)
                await together.execute()
            for _ in waiting:
                room.release()

    def _pause(self) -> timedelta:
        """Doubling to the longest, with jitter, so that not everybody comes back at once."""
        settings = self._settings
        doubled: timedelta = settings.retry_first * 2 ** min(self._failures, 20)
        self._failures += 1
        return min(settings.retry_most, doubled) * self._world.random.uniform(SOONEST, 1)


def _flat(entries: Sequence[Any]) -> Sequence[Entry]:
    """The entries of one stream: in RESP3 they lie one list deeper."""
    return entries[0] if entries and isinstance(entries[0], list) else entries


def _message(desk: Desk, fields: dict[bytes, bytes] | None) -> tuple[Any, bytes]:
    """What the entry says, and its raw bytes; an entry deleted meanwhile has no fields."""
    raw = (fields or {}).get(FIELD)
    if raw is not None:
        return desk.read(raw), raw
    reason = "is missing; add entries as XADD key * message JSON"
    return Problem("message", reason), b" ".join(b for pair in (fields or {}).items() for b in pair)


SPEC = AdapterSpec(Kind.SOURCE, NAME, CadRedisSettings, CadRedis, play=play_at(NAME))
