"""Hand-written stand-ins for the ports: an intake that keeps all, a still clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random

from middleware.ops.metrics import Metrics
from middleware.ports import Problem, Standing, Submitted, World
from schemas.event import Event

CAD_TOKEN = "cad-token-of-the-tests"
DEVICE_TOKEN = "device-token-of-the-tests"
TOKENS = {
    sha256(CAD_TOKEN.encode()).hexdigest(): "system:cad",
    sha256(DEVICE_TOKEN.encode()).hexdigest(): "device:A100",
}


class FakeIntake:
    """Takes everything in, like the journal would: de-duplicated on (source, id, revision).

    `hold` makes every call wait (push-back), `release` lets them go on, in order; `fail` makes
    every later call raise, until `mend`.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.refused: list[tuple[str, Problem, bytes]] = []
        self.conflicts: list[bytes] = []
        self.arrived = 0
        self._position = 0
        self._known: dict[tuple[str, str, int], tuple[Event, int]] = {}
        self._latest: dict[tuple[str, str], int] = {}
        self._open = asyncio.Event()
        self._open.set()
        self._changed = asyncio.Condition()
        self._fault: Exception | None = None

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def fail(self, fault: Exception) -> None:
        self._fault = fault

    def mend(self) -> None:
        self._fault = None

    async def submit(self, event: Event, raw: bytes = b"") -> Submitted:
        await self._admitted()
        submitted = self._standing(event, raw)
        await self._tell()
        return submitted

    async def refuse(self, source: str, problem: Problem, raw: bytes) -> Submitted:
        await self._admitted()
        self.refused.append((source, problem, raw))
        await self._tell()
        return Submitted(Standing.REFUSED, self._next())

    async def until(self, events: int = 0, refused: int = 0, arrived: int = 0) -> None:
        """Wait until so many were taken, refused, or stand at the door."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: (
                    len(self.events) >= events
                    and len(self.refused) >= refused
                    and self.arrived >= arrived
                )
            )

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    async def _admitted(self) -> None:
        self.arrived += 1
        await self._tell()
        await self._open.wait()
        if self._fault:
            raise self._fault

    def _standing(self, event: Event, raw: bytes) -> Submitted:
        key = (event.source, event.id, event.revision)
        if key in self._known:
            first, position = self._known[key]
            same = _content(first) == _content(event)
            if not same:
                self.conflicts.append(raw)
            return Submitted(Standing.KNOWN if same else Standing.CONFLICT, position)
        position = self._next()
        self._known[key] = event, position
        self.events.append(event)
        newest = self._latest.get(key[:2], 0)
        self._latest[key[:2]] = max(newest, event.revision)
        standing = Standing.TAKEN if event.revision > newest else Standing.SUPERSEDED
        return Submitted(standing, position)

    def _next(self) -> int:
        self._position += 1
        return self._position

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _content(event: Event) -> tuple[str, str]:
    left_out = {"occurred_at"} if event.timed_on_arrival else set()
    return event.kind, event.model_dump_json(exclude=left_out)


class FakeClock:
    """Stands still until `advance`; then sleepers whose time has come wake up."""

    def __init__(self, now: datetime = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)) -> None:
        self._now = now
        self._monotonic = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, delay: timedelta) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._monotonic + delay.total_seconds(), woken))
        await woken

    async def advance(self, by: timedelta) -> None:
        self._now += by
        self._monotonic += by.total_seconds()
        due = [s for s in self._sleepers if s[0] <= self._monotonic]
        self._sleepers = [s for s in self._sleepers if s[0] > self._monotonic]
        for _, woken in due:
            if not woken.done():
                woken.set_result(None)
        for _ in range(5):
            await asyncio.sleep(0)


def fake_world(state: Path, clock: FakeClock | None = None) -> World:
    """A world for one adapter: the room `eoc1`, the tokens above, a clock that stands still."""
    return World(
        room="eoc1",
        clock=clock or FakeClock(),
        random=Random(7),
        state=state,
        meters=Metrics(),
        tokens=TOKENS,
    )
