"""What one process carries: processor time, which says something on a busy machine too.

python -m tests.bench.capacity [--markers 1000,10000,100000]

For each size of one thing (incidents a second, markers, devices, consoles, open duties), all else
being equal: microseconds of processor time that the service takes for an incident, over what it
takes at rest, and milliseconds a second at rest. An incident is opened with a vehicle, its note is
shown, it is closed and the note taken back; or it has no marker, and there is no note.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median

import psutil
import uvloop

from middleware.ops.tokens import Tokens
from tests.bench.load import Answers, Devices, message, open_devices
from tests.bench.pipeline import connect
from tests.bench.places import Place, places
from tests.bench.screens import allow_files
from tests.bench.service import Running, broker, import_markers, service
from tests.bench.soak import closing
from tests.otlp import collecting

LIVES_S, TICK_S, SETTLE_S = 2.0, 0.05, 2.0
LOOKS, LOOK_S = 3, 3.0
BASE_MARKERS, BASE_RATE, BASE_DEVICES = 10_000, 50, 500
RATES, DEVICES, CONSOLES, OPEN = (10, 50, 200, 500), (50, 5_000), (10, 100, 500), (2_000, 10_000)
PATIENCE_S = 60.0
HEAD = "| what | service µs an incident | broker µs | at rest, ms a second | memory MB |"


@dataclass(frozen=True, slots=True)
class Case:
    """One size of one thing; all else as in the first."""

    name: str
    rate: int = BASE_RATE
    seconds: float = 8.0
    devices: int = BASE_DEVICES
    with_note: bool = True


@dataclass(slots=True)
class Bench:
    """A running service, its broker, and who speaks to it."""

    running: Running
    cad: Answers
    devices: Devices
    known: list[Place]
    unknown: list[Place]
    broker_process: psutil.Process
    random: Random = field(default_factory=lambda: Random(1))
    number: int = 0

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self.running.child.pid)

    def take(self, count: int, case: Case) -> list[bytes]:
        first, self.number = self.number + 1, self.number + count
        where = self.known if case.with_note else self.unknown
        return [
            message(first + n, self.random.choice(where), self.random, case.devices)
            for n in range(count)
        ]

    async def measure(self, case: Case) -> None:
        """Print what the case costs."""
        await asyncio.sleep(SETTLE_S)
        rest = await self.at_rest()
        begun, cpu, of_broker = time.monotonic(), _cpu(self.process), _cpu(self.broker_process)
        count = await self.play(case)
        await asyncio.sleep(SETTLE_S)
        took = time.monotonic() - begun
        each = (_cpu(self.process) - cpu - rest * took) / count
        brokers = (_cpu(self.broker_process) - of_broker) / count
        memory = self.process.memory_info().rss / 1e6
        print(
            f"| {case.name} | {each * 1e6:.0f} | {brokers * 1e6:.0f} | {rest * 1e3:.1f} "
            f"| {memory:.0f} |",
            flush=True,
        )

    async def at_rest(self) -> float:
        """Processor seconds a second, while nothing comes: in the middle of some looks, for what
        went before may not have ended in the first."""
        looks = []
        for _ in range(LOOKS):
            begun, cpu = time.monotonic(), _cpu(self.process)
            await asyncio.sleep(LOOK_S)
            looks.append((_cpu(self.process) - cpu) / (time.monotonic() - begun))
        return median(looks)

    async def play(self, case: Case) -> int:
        """Open and close; returns how many incidents that were, when all is told."""
        self.devices.arrived.clear()
        first, end = self.number, time.monotonic() + case.seconds
        lives: list[tuple[float, list[bytes]]] = []
        while (now := time.monotonic()) < end or lives:
            if now < end:
                lives.append((now + LIVES_S, self.take(round(case.rate * TICK_S) or 1, case)))
                self.cad.write(b"".join(lives[-1][1]))
            while lives and lives[0][0] <= now:
                self.cad.write(b"".join(map(closing, lives.pop(0)[1])))
            pace = max(TICK_S, 1 / case.rate)
            await asyncio.sleep(max(0.0, now + pace - time.monotonic()))
        if case.with_note:
            await self.all_arrived(self.number - first)
        return self.number - first

    async def hold_open(self, count: int) -> None:
        """So many duties that nobody has answered and nothing has closed."""
        self.devices.arrived.clear()
        case = Case("")
        for _ in range(count // 100):
            self.cad.write(b"".join(self.take(100, case)))
            await asyncio.sleep(0.2)
        await self.all_arrived(count)

    async def all_arrived(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while len(self.devices.arrived) < count:  # noqa: ASYNC110
                await asyncio.sleep(TICK_S)


def _cpu(process: psutil.Process) -> float:
    """Seconds of processor time so far, of all its threads, by the scheduler's own account: what
    `times` says goes in steps of 10 ms."""
    tasks = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


@asynccontextmanager
async def bench(markers: int, extra: str = "") -> AsyncIterator[Bench]:
    """A service with so many markers, and `extra` in its configuration."""
    with (
        tempfile.TemporaryDirectory() as folder,
        broker(Path(folder)) as port,
        service(Path(folder), port, extra) as running,
    ):
        await import_markers(running, markers)
        devices, every = Devices(), places(2 * markers)
        devices.answers = await open_devices(port, "forewarn/bench/mdt/+/+", devices, "devices")
        (of_broker,) = (
            child for child in psutil.Process().children() if "nats" in child.name().lower()
        )
        cad = await connect(running.tcp, running.token)
        yield Bench(running, cad, devices, every[:markers], every[markers:], of_broker)


@contextmanager
def screens(running: Running, count: int) -> Iterator[None]:
    """So many consoles of supervisors that read, in a process of their own."""
    token = Tokens(running.folder / "state" / "tokens.json").add("person:bench:supervisor")
    command = [sys.executable, "-m", "tests.bench.screens", str(running.console), token]
    child = subprocess.Popen([*command, str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert child.stdout is not None
        if child.stdout.readline().strip() != b"open":
            raise SystemExit("the screens ended early: run tests.bench.screens by hand to see why")
        yield
    finally:
        child.kill()
        child.wait()


async def run(markers: list[int]) -> None:
    print(f"{HEAD}\n|---|---|---|---|---|")
    async with bench(BASE_MARKERS) as one:
        await one.play(Case("", seconds=4.0))
        for rate in RATES:
            await one.measure(Case(f"{rate} incidents a second", rate=rate))
        await one.measure(Case("50 a second, without a marker", with_note=False))
        for devices in DEVICES:
            await one.measure(Case(f"{devices:,} devices", devices=devices))
        for count in CONSOLES:
            with screens(one.running, count):
                await one.measure(Case(f"{count} consoles"))
        for before, count in zip((0, *OPEN), OPEN, strict=False):
            await one.hold_open(count - before)
            await one.measure(Case(f"{count:,} open duties"))
    for count in markers:
        async with bench(count) as other:
            await other.play(Case("", seconds=4.0))
            await other.measure(Case(f"{count:,} markers"))
    async with collecting() as collector:
        extra = f'[traces]\nendpoint = "{collector.address}"\n'
        async with bench(BASE_MARKERS, extra) as other:
            await other.play(Case("", seconds=4.0))
            await other.measure(Case("50 a second, with traces of all"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--markers", default="1000,100000")
    given = parser.parse_args()
    allow_files(2 * max(CONSOLES))
    load = ", ".join(f"{part:.1f}" for part in psutil.getloadavg())
    print(f"{BASE_MARKERS:,} markers, {BASE_RATE} incidents a second, {BASE_DEVICES} devices, no "
          f"console, where it says nothing else; load average {load}")  # fmt: skip
    uvloop.run(run([int(count) for count in given.markers.split(",")]))


if __name__ == "__main__":
    main()
