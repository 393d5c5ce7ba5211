"""A journal in memory, for tests and the simulation: deterministic, no thread, can be crashed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from middleware.ports import Clock, Fenced, Held, OutOfPlace, Snapshot, Spooled


@dataclass(slots=True)
class Disk:
    """What survives a crash: it outlives the journals opened on it."""

    records: list[bytes] = field(default_factory=list)
    dropped: int = 0
    """So many before them are gone."""
    token: int = 0
    snapshot: Snapshot | None = None
    spool: Spooled = field(default_factory=lambda: Spooled(None, 1, ()))
    aside: list[Spooled] = field(default_factory=list)
    held: Held = field(default_factory=Held)
    followers: dict[str, tuple[int, int]] = field(default_factory=dict)
    handed: list[bytes] = field(default_factory=list)


def _no_fault(stage: str) -> None:
    """Nothing goes wrong."""


class MemoryJournal:
    """The contract of `Journal` on a Disk.

    An append reaches the disk after `delay` (on `clock`): whoever is cancelled before that has
    written nothing, whatever was waiting. `fault` is called with "before" and with "after" the
    records became durable; what it raises (OSError, a crash of the test's own) comes out of
    `append`, so that with "after" they are kept though nobody was told. `drop` calls it too.
    """

    def __init__(
        self,
        disk: Disk | None = None,
        *,
        clock: Clock | None = None,
        delay: timedelta = timedelta(0),
        fault: Callable[[str], None] = _no_fault,
    ) -> None:
        self.disk = disk or Disk()
        self._clock = clock
        self._delay = delay
        self._fault = fault
        self._writing = asyncio.Lock()

    async def acquire(self) -> int:
        self.disk.token += 1
        return self.disk.token

    async def head(self) -> int:
        return self.disk.dropped + len(self.disk.records)

    async def append(self, expected: int, token: int, records: Sequence[bytes]) -> None:
        async with self._writing:
            self._fault("before")
            if self._clock is not None:
                await self._clock.sleep(self._delay)
            if not self._has(expected, token, list(records)):
                self.disk.records.extend(records)
            self._fault("after")

    def _has(self, expected: int, token: int, records: list[bytes]) -> bool:
        self._demand(token)
        head, begin = self.disk.dropped + len(self.disk.records), expected - self.disk.dropped
        if expected == head:
            return False
        if self.disk.records[max(0, begin) : max(0, begin + len(records))] != records:
            raise OutOfPlace(f"other records lie after {expected}, the head is {head}")
        return True

    async def read(self, after: int, limit: int | None = None) -> AsyncIterator[tuple[int, bytes]]:
        position, left = max(after, self.disk.dropped), limit
        while (index := position - self.disk.dropped) < len(self.disk.records) and left != 0:
            if index < 0:  # it was dropped meanwhile
                position = self.disk.dropped
                continue
            yield position + 1, self.disk.records[index]
            position += 1
            left = None if left is None else left - 1

    async def drop(self, until: int, token: int) -> None:
        self._fault("drop")
        self._demand(token)
        if until >= await self.head():
            raise OutOfPlace(f"{until} is not before the head")
        gone = max(0, until - self.disk.dropped)
        del self.disk.records[:gone]
        self.disk.dropped += gone

    def _demand(self, token: int) -> None:
        if token != self.disk.token:
            raise Fenced(f"token {token} is not the last one given")

    async def save_snapshot(self, snapshot: Snapshot) -> None:
        self.disk.snapshot = snapshot

    async def load_snapshot(self, version: str) -> Snapshot | None:
        saved = self.disk.snapshot
        return saved if saved is not None and saved.version == version else None

    async def close(self) -> None:
        """Nothing to give back."""


class MemorySpool:
    """The contract of `Spool` on a Disk; `fault` is called before anything is written."""

    def __init__(self, disk: Disk, fault: Callable[[str], None] = _no_fault) -> None:
        self.disk, self._fault = disk, fault

    async def load(self) -> Spooled:
        return self.disk.spool

    async def mark(self, token: int) -> None:
        self._fault("mark")
        self.disk.spool = replace(self.disk.spool, token=token)

    async def write(self, first: int, records: Sequence[bytes]) -> None:
        self._fault("write")
        spool = self.disk.spool
        begun = spool if spool.records else replace(spool, first=first)
        self.disk.spool = replace(begun, records=(*begun.records, *records))

    async def clear(self) -> None:
        self._fault("clear")
        self.disk.spool = replace(self.disk.spool, records=())

    async def set_aside(self) -> None:
        self._fault("aside")
        self.disk.aside.append(self.disk.spool)
        self.disk.spool = replace(self.disk.spool, records=())


class MemoryLease:
    """The contract of `Lease` on the Disk of the journal; `fault` is called before each call."""

    def __init__(
        self, disk: Disk, name: str, lasts: timedelta, fault: Callable[[str], None] = _no_fault
    ) -> None:
        self.disk, self.name, self.lasts, self._fault = disk, name, lasts, fault
        self._beat = 1

    async def look(self) -> Held:
        self._fault("look")
        return self.disk.held

    async def take(self, seen: Held) -> int | None:
        self._fault("take")
        if self.disk.held != seen:
            return None
        self.disk.token += 1
        self.disk.held = Held(self.disk.token, 1, self.name)
        return self.disk.token

    async def renew(self, token: int) -> None:
        self._fault("renew")
        self._demand(token)
        self._beat += 1
        self.disk.held = replace(self.disk.held, token=token, beat=self._beat)

    async def release(self, token: int) -> None:
        self._fault("release")
        if token == self.disk.token:
            self.disk.held = replace(self.disk.held, token=token, beat=0)

    async def stand_by(self, position: int) -> None:
        self._fault("stand by")
        self._beat += 1
        self.disk.followers[self.name] = self._beat, position

    async def followers(self) -> Mapping[str, tuple[int, int]]:
        self._fault("followers")
        return dict(self.disk.followers)

    async def hand_on(self, records: Sequence[bytes]) -> None:
        self._fault("hand on")
        self.disk.handed.extend(records)

    async def handed_on(self) -> Sequence[bytes]:
        self._fault("handed on")
        return list(self.disk.handed)

    async def taken_in(self, token: int, count: int) -> None:
        self._fault("taken in")
        self._demand(token)
        del self.disk.handed[:count]

    def _demand(self, token: int) -> None:
        if token != self.disk.token:
            raise Fenced(f"token {token} is not the last one given")
