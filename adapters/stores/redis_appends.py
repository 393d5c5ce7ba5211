"""Appends to the stream: the server itself looks who writes and where."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.stores.redis_link import Commands, RedisLink
from middleware.ops.errors import Trouble
from middleware.ports import Fenced, OutOfPlace

WAITING_APPENDS = 256
"""Appends that may wait for the server; the next one waits to be let in."""
GROUP_BYTES = 4_000_000
"""Records that one pipeline carries, about; more follow with the next."""
FIELD = b"r"

APPEND = """
local given = redis.call('GET', KEYS[2]) or '0'
if given ~= ARGV[1] then return {'fenced', given} end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local head = last and string.match(last[1], '^%d+') or '0'
local count = #ARGV - 2
local function id(n) return string.format('%.0f-0', ARGV[2] + n) end
if head == ARGV[2] then
  for n = 1, count do redis.call('XADD', KEYS[1], id(n), 'r', ARGV[n + 2]) end
  return {'written'}
end
redis.call('INCRBY', KEYS[2], 0)
if count > 0 then
  local there = redis.call('XRANGE', KEYS[1], id(1), id(count))
  for n = 1, count do
    if not there[n] or there[n][2][2] ~= ARGV[n + 2] then return {'elsewhere', head} end
  end
end
return {'written'}
"""
"""A script is carried out whole, and lies whole in the server's file. Keys: stream, token; then the
writer's token, the position before the records, the records. The same said again is compared, and
writes a nothing: who waits for replicas waits for those that have it."""


@dataclass(slots=True)
class Job:
    """One append, and who waits for it."""

    expected: int
    token: int
    records: list[bytes]
    done: "asyncio.Future[None]"

    def settle(self, fault: Exception | None) -> None:
        if self.done.done():
            return
        if fault is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(fault)


class Appends:
    """One writer: while one pipeline is being made durable, the next one gathers. Who stops waiting
    does not stop the writing."""

    def __init__(self, link: RedisLink, stream: str, token: str) -> None:
        self._link, self._keys = link, (stream, token)
        self._waiting: deque[Job] = deque()
        self._let_in = asyncio.Semaphore(WAITING_APPENDS)
        self._writing: asyncio.Task[None] | None = None
        self._closed = False

    async def append(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        await self._let_in.acquire()
        if self._closed:
            self._let_in.release()
            raise OSError("the journal is closed; open it again")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.add_done_callback(self._let_next_in)
        self._waiting.append(Job(expected, token, list(records), done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await asyncio.shield(done)

    async def close(self) -> None:
        """Waits until what was handed in is written, or has failed."""
        self._closed = True
        if self._writing is not None:
            await asyncio.wait([self._writing])

    def _let_next_in(self, done: "asyncio.Future[None]") -> None:
        self._let_in.release()
        if not done.cancelled():
            done.exception()  # seen, also where nobody waits any more

    async def _write(self) -> None:
        group: list[Job] = []
        try:
            while group := self._gather():
                await self._carry_out(group)
        finally:
            for job in (*group, *self._waiting):
                job.settle(OSError("the journal's writer ended; start the service again"))
            self._waiting.clear()

    def _gather(self) -> list[Job]:
        """What waits, up to the bound; at least one where any waits."""
        group: list[Job] = []
        size = 0
        while self._waiting and size < GROUP_BYTES:
            group.append(self._waiting.popleft())
            size += sum(map(len, group[-1].records))
        return group

    async def _carry_out(self, group: list[Job]) -> None:
        def put(together: Commands) -> None:
            for job in group:
                together.eval(APPEND, 2, *self._keys, job.token, job.expected, *job.records)

        try:
            answers = await self._link.write(put, raise_on_error=False)
        except (OSError, Trouble) as fault:
            answers = [fault] * len(group)
        self._settle(group, answers)

    def _settle(self, group: list[Job], answers: list[Any]) -> None:
        """Behind one that the server could not carry out none is out of place: it failed too."""
        failed: Exception | None = None
        for job, answer in zip(group, answers, strict=True):
            fault = self._fault(job, answer)
            if isinstance(fault, OSError | Trouble):
                failed = fault
            job.settle(failed or fault if fault else None)

    def _fault(self, job: Job, answer: Any) -> Exception | None:
        match answer:
            case [b"written"]:
                return None
            case [b"fenced", last]:
                return Fenced(f"token {job.token} is not the last one given, {int(last)}")
            case [b"elsewhere", head]:
                what = f"other records lie after {job.expected}, the head is {int(head)}"
                return OutOfPlace(what)
            case OSError() | Trouble():
                return answer
            case _:
                return self._link.failure(answer)
