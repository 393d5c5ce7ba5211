"""The way of an instance of a pair to the store, in virtual time; it is cut, and loses answers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

from adapters.stores.memory import Disk, MemoryJournal, MemoryLease
from middleware.ports import Held, Snapshot
from tests.virtual import Life, of_life

T = TypeVar("T")
LASTS = timedelta(seconds=3)
RESET_S = 0.5
"""For so long after the lease was taken the connection is reset at what the test names."""


class Wire:
    """The way of one instance to the store. Cut off, what it says may lie on the way and arrive
    late; or arrive, and only the answer is lost. `resets`: the methods whose answers a reset takes
    away whenever this instance has just taken over."""

    def __init__(self, chance: Random, resets: Collection[str] = ()) -> None:
        self._chance, self._resets, self._taken_at = chance, resets, -RESET_S
        self._net = Life()
        self._open = asyncio.Event()
        self._open.set()
        self.loses_answers = False

    def cut(self, *, answers_only: bool) -> None:
        self.loses_answers = answers_only
        self._open.clear()

    def heal(self) -> None:
        self._open.set()

    def taken_over(self) -> None:
        """The lease was taken over this wire."""
        self._taken_at = asyncio.get_running_loop().time()

    async def carry(self, name: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """There and back; who gives up meanwhile, or is killed, does not take back what is on its
        way."""
        under_way = of_life(self._net, self._carried(work))
        under_way.add_done_callback(_seen)
        return self._back(name, await asyncio.shield(under_way))

    async def ask(self, name: str, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """As `carry`, of what changes nothing there: whether it still arrives does not matter."""
        return self._back(name, await self._carried(work))

    def _back(self, name: str, answer: T) -> T:
        just_taken = asyncio.get_running_loop().time() < self._taken_at + RESET_S
        if just_taken and name in self._resets:
            raise OSError("the connection was reset")
        return answer

    async def _carried(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        await asyncio.sleep(self._chance.uniform(0.0005, 0.01))
        if not self._open.is_set() and not self.loses_answers:
            await self._open.wait()
        answer = await work()
        await asyncio.sleep(self._chance.uniform(0.0005, 0.01))
        if not self._open.is_set():
            await self._open.wait()
            raise OSError("the connection was reset")
        return answer


def _seen(done: "asyncio.Task[Any]") -> None:
    """Also where nobody waits for it any more."""
    if not done.cancelled():
        done.exception()


class FarJournal:
    """The journal at the other end of a wire."""

    def __init__(self, journal: MemoryJournal, wire: Wire) -> None:
        self._journal, self._wire = journal, wire

    async def acquire(self) -> int:
        raise AssertionError("an instance of a pair takes the lease")

    async def head(self) -> int:
        return await self._wire.ask("head", self._journal.head)

    async def append(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        await self._wire.carry("append", lambda: self._journal.append(expected, token, records))

    async def read(self, after: int, limit: int | None = None) -> AsyncIterator[tuple[int, bytes]]:
        async def all_of_them() -> list[tuple[int, bytes]]:
            return [row async for row in self._journal.read(after, limit)]

        for row in await self._wire.ask("read", all_of_them):
            yield row

    async def drop(self, until: int, token: int) -> None:
        await self._wire.carry("drop", lambda: self._journal.drop(until, token))

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        """None is made here."""

    async def load_snapshot(self, version: str) -> Snapshot | None:
        return None

    async def close(self) -> None:
        """Nothing to give back."""


class FarLease:
    """The lease at the other end of a wire."""

    lasts = LASTS

    def __init__(self, disk: Disk, name: str, wire: Wire) -> None:
        self._lease, self._wire, self.name = MemoryLease(disk, name, LASTS), wire, name

    async def look(self) -> Held:
        return await self._wire.ask("look", self._lease.look)

    async def take(self, seen: Held) -> int | None:
        token = await self._wire.carry("take", lambda: self._lease.take(seen))
        if token is not None:
            self._wire.taken_over()
        return token

    async def renew(self, token: int) -> None:
        await self._wire.carry("renew", lambda: self._lease.renew(token))

    async def release(self, token: int) -> None:
        await self._wire.carry("release", lambda: self._lease.release(token))

    async def stand_by(self, position: int) -> None:
        await self._wire.carry("stand_by", lambda: self._lease.stand_by(position))

    async def followers(self) -> Mapping[str, tuple[int, int]]:
        return await self._wire.ask("followers", self._lease.followers)

    async def hand_on(self, records: Sequence[bytes]) -> None:
        await self._wire.carry("hand_on", lambda: self._lease.hand_on(records))

    async def handed_on(self) -> Sequence[bytes]:
        return await self._wire.ask("handed_on", self._lease.handed_on)

    async def taken_in(self, token: int, count: int) -> None:
        await self._wire.carry("taken_in", lambda: self._lease.taken_in(token, count))
