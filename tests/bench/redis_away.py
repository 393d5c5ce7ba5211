"""Redis away for ten minutes, under load: what is told meanwhile, and what is there afterwards
(D1, N3, O4).

python -m tests.bench.redis_away [--minutes 10] [--rate 5]

The server that keeps the journal is stopped (SIGSTOP: connected, and silent), half way killed, and
at the end started again. Incidents that make notes come all the time, and a man-down every two
seconds; latency counts from when each was due.
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import uvloop

from adapters.stores.redis import RedisJournal
from adapters.stores.redis_settings import RedisSettings
from middleware.flow import anchor
from middleware.flow.records import open_record
from middleware.flow.verify import verify
from middleware.ops.keys import FileKeys
from schemas.incident import CadEvent
from schemas.safety import ManDownSignalled
from simulators.demo_figures import Figures
from tests.bench.load import Answers, Devices, open_devices
from tests.bench.mandown import STEPS, Gateway, share, with_screen
from tests.bench.pipeline import Lines, connect
from tests.bench.service import Running, broker, free_port, import_markers, service
from tests.redis_server import RedisServer, redis_server

MARKERS = 1_000
ROOM = "bench"
BEFORE_S, AFTER_S, PRESS_S = 20.0, 60.0, 2.0
COLUMNS = "| the server is | notes | untold | p50 / p99 / max ms | man-downs | p50 / p99 / max ms |"
EXTRA = """
[store.redis]
connect = "127.0.0.1:{port}"
"""


@dataclass(slots=True)
class Phase:
    """What was due in it, and how long each took; `untold` never came."""

    name: str
    notes: list[float] = field(default_factory=list)
    presses: list[float] = field(default_factory=list)
    untold: int = 0

    def row(self) -> str:
        told = [
            f"{share(took, 0.5) * 1e3:.0f} / {share(took, 0.99) * 1e3:.0f} / {max(took) * 1e3:.0f}"
            for took in (self.notes, self.presses)
            if took
        ]
        counts = f"{len(self.notes)} | {self.untold}"
        return f"| {self.name} | {counts} | {told[0]} | {len(self.presses)} | {told[-1]} |"


@dataclass(slots=True)
class Load:
    """Incidents at a steady pace; `due` says when each was, and in which phase."""

    cad: Answers
    devices: Devices
    lines: Lines
    phase: Phase
    due: dict[int, tuple[float, Phase]] = field(default_factory=dict)

    async def run(self, rate: int) -> None:
        begun, sent = time.perf_counter(), 0
        while True:
            first, batch = self.lines.take(1)
            at = begun + sent / rate
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            self.due[first] = (at, self.phase)
            self.cad.write(batch[0])
            sent += 1

    async def press(self, gateway: Gateway) -> None:
        while True:
            phase = self.phase
            seconds, alarm = await gateway.press()
            phase.presses.append(seconds)
            await gateway.end(alarm)
            await asyncio.sleep(PRESS_S)

    def settle(self) -> None:
        for number, (at, phase) in self.due.items():
            arrived = self.devices.arrived.get(number)
            if arrived is None:
                phase.untold += 1
            else:
                phase.notes.append(arrived - at)


@dataclass(slots=True)
class Spool:
    """The most that lay beside the journal."""

    records: int = 0
    megabytes: float = 0.0

    async def watch(self, running: Running) -> None:
        while True:
            with suppress(aiohttp.ClientError):
                found = await figures(running)
                self.records = max(self.records, found.total("forewarn_spool_records"))
                self.megabytes = max(self.megabytes, found.total("forewarn_spool_bytes") / 1e6)
            await asyncio.sleep(1)


async def figures(running: Running) -> Figures:
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{running.console}") as session,
        session.get("/metrics") as answer,
    ):
        return Figures.read(await answer.text())


async def play(
    running: Running, server: RedisServer, load: Load, gateway: Gateway, asked: argparse.Namespace
) -> list[Phase]:
    phases = [load.phase]
    spool = Spool()
    working = [
        asyncio.create_task(load.run(asked.rate)),
        asyncio.create_task(load.press(gateway)),
        asyncio.create_task(spool.watch(running)),
    ]
    away_s = asked.minutes * 60
    await asyncio.sleep(BEFORE_S)
    server.freeze()
    phases.append(_next(load, "stopped"))
    await asyncio.sleep(away_s / 2)
    await server.kill()
    phases.append(_next(load, "killed"))
    await asyncio.sleep(away_s / 2)
    begun = time.perf_counter()
    await server.start()
    phases.append(_next(load, "back"))
    await _until_back(running)
    took = time.perf_counter() - begun
    await asyncio.sleep(AFTER_S)
    working[0].cancel()
    await asyncio.sleep(5)
    if broken := [task for task in working[1:] if task.done()]:
        raise RuntimeError(f"the load broke off: {broken}")
    for task in working:
        task.cancel()
    print(
        f"the most beside the journal: {spool.records} records, {spool.megabytes:.1f} MB; "
        f"all of it in the journal {took:.1f} s after the server was started"
    )
    return phases


async def _until_back(running: Running) -> None:
    """All that lay beside is in the journal."""
    while (await figures(running)).total("forewarn_journal_away"):  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0.05)


def _next(load: Load, name: str) -> Phase:
    load.phase = Phase(name)
    print(f"  {name}", flush=True)
    return load.phase


async def judge(running: Running, server: RedisServer, load: Load) -> None:
    """Every message once, in order, and the chain sound."""
    keys = FileKeys(running.folder / "state" / "keys")
    journal = RedisJournal(_settings(server), ROOM)
    anchors = anchor.read_lines(running.folder / "state" / "anchors.jsonl")
    verdict = await verify(journal, keys, anchors, room=ROOM)
    said: Counter[str] = Counter()
    pressed = 0
    async for position, record in journal.read(0):
        event = open_record(record, keys, position=position).entry.event
        if isinstance(event, CadEvent):
            said[event.id] += 1
        pressed += isinstance(event, ManDownSignalled)
    await journal.close()
    print(
        f"{verdict.records} records, {len(verdict.faults)} faults of chain or anchors; "
        f"{len(load.due)} incidents sent, {len(said)} on record, "
        f"{sum(times - 1 for times in said.values())} of them twice; {pressed} man-downs on record"
    )


def _settings(server: RedisServer) -> RedisSettings:
    return RedisSettings.model_validate({"connect": f"127.0.0.1:{server.port}"})


async def run(asked: argparse.Namespace, folder: Path) -> None:
    port = free_port()
    async with redis_server(folder / "redis") as server:
        extra = STEPS.format(port=port) + EXTRA.format(port=server.port)
        with broker(folder) as mqtt_port, service(folder, mqtt_port, extra) as running:
            await import_markers(running, MARKERS)
            devices = Devices()
            client = await open_devices(mqtt_port, "forewarn/bench/mdt/+/+", devices, "devices")
            devices.answers = client
            cad = await connect(running.tcp, running.token)
            load = Load(cad, devices, Lines(MARKERS), Phase("before"))
            phases: list[Phase] = []

            async def work(gateway: Gateway) -> None:
                phases.extend(await play(running, server, load, gateway, asked))

            await with_screen(running, port, work)
            load.settle()
            await judge(running, server, load)
            print(f"{COLUMNS}\n|---|---|---|---|---|---|")
            print("\n".join(phase.row() for phase in phases))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="away (%(default)s)")
    parser.add_argument("--rate", type=int, default=5, help="incidents a second (%(default)s)")
    asked = parser.parse_args()
    print(f"Redis away for {asked.minutes:g} minutes, {asked.rate} incidents a second", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(run(asked, Path(folder)))


if __name__ == "__main__":
    main()
