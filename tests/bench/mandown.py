"""Man-down to the supervisor's screen, unloaded and under ten times the load, in the same run (D1).

python -m tests.bench.mandown [--load 20] [--presses 300] [--seconds 30]

A press is posted by a gateway; it has arrived when the alarm is on a supervisor's screen (its
WebSocket). The load is CAD incidents that all make notes, at `--load` a second and ten times that.
Ladder lateness is from when a step was due to its record, out of the journal.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import uvloop

from adapters.stores.sqlite import SqliteJournal
from middleware.engine.entry import Entry
from middleware.flow.records import open_record
from middleware.ops.keys import FileKeys
from middleware.ops.tokens import Tokens
from schemas.decision import TimerSet
from schemas.delivery import TimerDue
from tests.bench.load import Devices, open_devices, play
from tests.bench.pipeline import Lines, connect
from tests.bench.service import Running, broker, free_port, import_markers, service

STEPS = """
[source.man_down_http]
listen = "127.0.0.1:{port}"
[[man_down.step]]
to = "supervisors"
wait = "1s"
"""
MARKERS = 10_000
LADDERS = 20
"""Alarms whose ladder runs all the time."""
LONGEST = 120
"""Seconds of load that are at hand."""
PAUSE = 0.04
"""Seconds between an alarm's end and the next press."""


@dataclass(slots=True)
class Screen:
    """A supervisor's: when was which radio's alarm on it first, and what is its id."""

    live: aiohttp.ClientWebSocketResponse
    seen: dict[str, asyncio.Future[tuple[float, str]]] = field(default_factory=dict)

    async def run(self) -> None:
        async for message in self.live:
            now = time.perf_counter()
            if message.type is aiohttp.WSMsgType.TEXT and '"alarms":' in message.data:
                self._look(now, json.loads(message.data)["alarms"])

    def _look(self, now: float, alarms: Any) -> None:
        for row in alarms if isinstance(alarms, list) else alarms["rows"]:
            waiting = self.seen.get(row["radio"])
            if waiting is not None and not waiting.done():
                waiting.set_result((now, row["id"]))


@dataclass(slots=True)
class Gateway:
    """Presses buttons and measures."""

    http: aiohttp.ClientSession
    url: str
    screen: Screen
    radios: int = 1_000_000

    async def press(self) -> tuple[float, str]:
        """Seconds until the alarm is on the screen, and its id."""
        self.radios += 1
        radio = str(self.radios)
        self.screen.seen[radio] = asyncio.get_running_loop().create_future()
        body = {
            "contract": "forewarn.man-down/1", "type": "man_down.signalled", "id": radio,
            "occurred_at": "2026-11-22T09:30:00Z", "radio": radio,
            "position": {"latitude": 51.3, "longitude": -0.5, "error_m": 20.0},
        }  # fmt: skip
        begun = time.perf_counter()
        async with self.http.post(self.url, json=body) as answer:
            answer.raise_for_status()
        async with asyncio.timeout(60):
            at, alarm = await self.screen.seen.pop(radio)
        return at - begun, alarm

    async def end(self, alarm: str) -> None:
        await self.screen.live.send_json({"do": "end-alarm", "alarm": alarm, "outcome": "test"})

    async def measure(self, presses: int) -> list[float]:
        took = []
        for _ in range(presses):
            seconds, alarm = await self.press()
            took.append(seconds)
            await self.end(alarm)
            await asyncio.sleep(PAUSE)
        return took


def share(values: list[float], of: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(of * len(ordered)))] if ordered else 0.0


def told(name: str, values: list[float]) -> str:
    shares = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
    figures = (f"{word} {share(values, of) * 1e3:.2f}" for word, of in shares.items())
    return f"  {name:34} {len(values):6}  {'  '.join(figures)} ms"


async def with_screen(
    running: Running, port: int, work: Callable[[Gateway], Awaitable[None]]
) -> None:
    tokens = Tokens(running.folder / "state" / "tokens.json")
    supervisor = {"Authorization": f"Bearer {tokens.add('person:Sue:supervisor')}"}
    system = {"Authorization": f"Bearer {running.token}"}
    async with (
        aiohttp.ClientSession(headers=supervisor) as console,
        aiohttp.ClientSession(headers=system) as http,
        console.ws_connect(f"http://127.0.0.1:{running.console}/live", max_msg_size=0) as live,
    ):
        screen = Screen(live)
        reading = asyncio.create_task(screen.run())
        await live.send_json({"do": "watch"})
        url = f"http://127.0.0.1:{port}/man-down/v1/messages"
        try:
            await work(Gateway(http, url, screen))
        finally:
            reading.cancel()


async def loaded(
    running: Running, mqtt_port: int, lines: Lines, rate: int, work: Awaitable[list[float]]
) -> list[float]:
    """The work while incidents come at this rate and make notes."""
    devices = Devices()
    client = await open_devices(mqtt_port, "forewarn/bench/mdt/+/+", devices, f"devices-{rate}")
    devices.answers = client
    cad = await connect(running.tcp, running.token)

    first, batch = lines.take(rate * LONGEST)  # made before the clock runs
    pressing = asyncio.create_task(play(cad, devices, rate, LONGEST, batch, first))
    await asyncio.sleep(2)
    try:
        took = await work
        if pressing.done():
            raise RuntimeError(f"the load ended before the presses did, after {LONGEST} s")
        return took
    finally:
        pressing.cancel()


async def to_the_screen(folder: Path, load: int, presses: int) -> None:
    lines, port = Lines(MARKERS), free_port()
    with (
        broker(folder) as mqtt_port,
        service(folder, mqtt_port, STEPS.format(port=port)) as running,
    ):
        await import_markers(running, MARKERS)

        async def work(gateway: Gateway) -> None:
            await gateway.measure(30)
            bare = await gateway.measure(presses)
            print(told("unloaded", bare), flush=True)
            for rate in (load, 10 * load):
                task = gateway.measure(presses)
                took = await loaded(running, mqtt_port, lines, rate, task)
                print(told(f"{rate} incidents and notes a second", took), flush=True)
                print(
                    f"    p99 is {share(took, 0.99) / share(bare, 0.99):.1f} x unloaded", flush=True
                )

        await with_screen(running, port, work)


async def lateness(folder: Path, load: int, seconds: int) -> None:
    """Alarms that nobody accepts and notes that nobody answers, under ten times the load."""
    lines, port = Lines(MARKERS), free_port()
    extra = STEPS.format(port=port)
    with broker(folder) as mqtt_port, service(folder, mqtt_port, extra, wait="3s") as running:
        await import_markers(running, MARKERS)

        async def work(gateway: Gateway) -> None:
            for _ in range(LADDERS):
                await gateway.press()
            for rate in (0, 10 * load):
                begun = datetime.now().astimezone()
                if rate:
                    await loaded(running, mqtt_port, lines, rate, _wait(seconds))
                else:
                    await _wait(seconds)
                await _print_lateness(folder / "state", begun, rate)

        await with_screen(running, port, work)


async def _wait(seconds: int) -> list[float]:
    await asyncio.sleep(seconds)
    return []


async def _print_lateness(state: Path, begun: datetime, rate: int) -> None:
    """From the journal, of what was due since then."""
    due: dict[tuple[str, int], datetime] = {}
    late: dict[str, list[float]] = {"alarm": [], "rung": []}
    for entry in await _records(state):
        event = entry.event
        if isinstance(event, TimerDue) and (event.timer, event.revision) in due:
            was_due = due.pop((event.timer, event.revision))
            family = event.timer.partition(":")[0]
            if family in late and was_due > begun:
                late[family].append((entry.received_at - was_due).total_seconds())
        due |= {(m.timer, m.revision): m.due_at for m in entry.decisions if isinstance(m, TimerSet)}
    for family, name in (("alarm", "steps of alarms late"), ("rung", "rungs of notes late")):
        if late[family]:
            print(told(f"{name}, {rate} incidents/s", late[family]), flush=True)


async def _records(state: Path) -> list[Entry]:
    journal, keys = SqliteJournal(state / "journal.sqlite"), FileKeys(state / "keys")
    try:
        return [
            open_record(record, keys, position=position).entry
            async for position, record in journal.read(0)
        ]
    finally:
        await journal.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--load", type=int, default=20, help="incidents a second (%(default)s)")
    parser.add_argument("--presses", type=int, default=300, help="of each load (%(default)s)")
    parser.add_argument("--seconds", type=int, default=30, help="of lateness (%(default)s)")
    asked = parser.parse_args()
    print("Man-down: from the gateway's post to a supervisor's screen", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(to_the_screen(Path(folder), asked.load, asked.presses))
    print("How late a ladder goes on", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(lateness(Path(folder), asked.load, asked.seconds))


if __name__ == "__main__":
    main()
