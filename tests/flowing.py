"""Stand-ins for what the flow is put together from: a channel, keys, and a started core."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from adapters.stores.memory import Disk, MemoryJournal
from middleware.domain.rules import Rules
from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.chain import Chain
from middleware.flow.service import Limits, Parts, Service, prepare
from middleware.ops.metrics import Metrics
from middleware.ports import Channel, ChannelDown, Clock, Intake, Journal, Spool, ToDevice
from schemas.mdt import DeviceAnswer, DeviceNote
from tests.matching import TableMatcher
from tests.room import RULES
from tests.virtual import VirtualClock

ROOM = "eoc1"


class OneKey:
    """`Keys` with one key, thrown away with the test."""

    current = "k1"

    def key(self, name: str) -> bytes:
        if name != self.current:
            raise KeyError(name)
        return bytes(range(32))


class Radio:
    """A channel that accepts everything while it is up, and keeps what it was given with the
    time; `fault` is raised once by the next send."""

    name = "mdt"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.up = True
        self.came_up = asyncio.Event()
        self.came_up.set()
        self.hangs = False
        self.fault: Exception | None = None
        self.tried: list[float] = []
        self.sent: list[tuple[float, ToDevice]] = []

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        await self.came_up.wait()
        came_back()
        await asyncio.Event().wait()

    async def send(self, message: ToDevice) -> None:
        self.tried.append(self._clock.monotonic())
        if self.hangs:
            await asyncio.Event().wait()
        if self.fault:
            fault, self.fault = self.fault, None
            raise fault
        if not self.up:
            raise ChannelDown("down")
        self.sent.append((self._clock.monotonic(), message))

    def notes(self, device: str = "A1") -> list[DeviceNote]:
        bodies = [message.body for _, message in self.sent if message.device == device]
        return [body for body in bodies if isinstance(body, DeviceNote)]

    def answers(self, device: str = "A1") -> list[DeviceAnswer]:
        bodies = [message.body for _, message in self.sent if message.device == device]
        return [body for body in bodies if isinstance(body, DeviceAnswer)]

    def revisions(self, device: str = "A1") -> list[tuple[int, bool]]:
        """(revision, withdrawn) of what was sent, in order."""
        return [(note.revision, note.withdrawn) for note in self.notes(device)]


@dataclass
class Running:
    """A service that runs on a disk, and what it is made of."""

    service: Service
    clock: VirtualClock
    disk: Disk
    radio: Radio
    index: TableMatcher
    metrics: Metrics
    task: asyncio.Task[None]
    entries: list[Entry] = field(default_factory=list)

    @property
    def state(self) -> State:
        return self.service.state

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def parts_of(clock: Clock, metrics: Metrics) -> Parts:
    """A service that was never started."""
    return Parts(
        room=ROOM, build="test", rules=RULES, limits=Limits(), configuration="{}",
        journal=MemoryJournal(Disk()), keys=OneKey(), clock=clock, random=Random(1),
        meters=metrics, index=TableMatcher(),
    )  # fmt: skip


async def start(
    disk: Disk | None = None,
    *,
    journal: Journal | None = None,
    rules: Rules = RULES,
    limits: Limits | None = None,
    index: TableMatcher | None = None,
    channels: tuple[Channel, ...] | None = None,
    spool: Spool | None = None,
    told: Callable[[Sequence[Entry], State], None] = lambda new, state: None,
) -> Running:
    """A service on the disk; its index, channel and metrics are its own. `told`: a listener."""
    disk = disk or Disk()
    clock, metrics, index = VirtualClock(), Metrics(), TableMatcher() if index is None else index
    radio = Radio(clock)
    entries: list[Entry] = []
    parts = Parts(
        room=ROOM,
        build="test",
        rules=rules,
        limits=limits or Limits(),
        configuration="{}",
        journal=journal or MemoryJournal(disk),
        keys=OneKey(),
        clock=clock,
        random=Random(1),
        meters=metrics,
        index=index,
        spool=spool,
        channels=(radio,) if channels is None else channels,
        listeners=[lambda new, _: entries.extend(new), told],
    )
    service = await prepare(parts)
    task = asyncio.ensure_future(service.run())
    waiting = asyncio.ensure_future(service.ready.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    return Running(service, clock, disk, radio, index, metrics, task, entries)


def records(disk: Disk) -> list[Entry]:
    """Everything on the disk, opened, the chain verified."""
    chain = Chain(ROOM, OneKey())
    return [chain.open(n, record).entry for n, record in enumerate(disk.records, start=1)]
