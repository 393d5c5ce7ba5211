"""The load: CAD incidents of 1.5 kB at a fixed pace, and the devices that get the notes.

Open loop: a message is sent when its time has come, whatever became of those before; latency
counts from that time, so a service that falls behind cannot hide it.
"""

import asyncio
import json
import re
import time
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import cast

from tests.bench import mqtt
from tests.bench.places import Place

VEHICLES = 500
STEAL = 7
"""Where /proc/stat has it, after user, nice, system, idle, iowait, irq and softirq."""
_NUMBER = re.compile(rb'"(?:number|incident)":\s?"([0-9]+)"')


@dataclass(slots=True)
class Result:
    """Seconds from when a message was due to when its device had the note."""

    rate: int
    sent: int
    latencies: list[float] = field(default_factory=list)
    backlog: list[int] = field(default_factory=list)
    """Sent and not yet at the device: each second, and last when all was sent."""
    taken: float = 0.0
    """Of the time of the processors, what other guests of the same host took (`steal`)."""

    def at(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    @property
    def p50(self) -> float:
        return self.at(0.50)

    @property
    def p99(self) -> float:
        return self.at(0.99)

    @property
    def keeps_up(self) -> bool:
        """Whether all arrived, and when all was sent no more than half a second's were on their
        way: what is worked off afterwards was not kept up with."""
        return len(self.latencies) == self.sent and self.backlog[-1] < self.rate / 2


def message(number: int, place: Place, random: Random, vehicles: int = VEHICLES) -> bytes:
    """One incident with its vehicle, padded to 1.5 kB by what call takers write."""
    body = {
        "contract": "forewarn.cad/1",
        "type": "incident.opened",
        "id": f"2026-11-22/{number}",
        "revision": 1,
        "occurred_at": "2026-11-22T09:30:00Z",
        "number": str(number),
        "service_day": "2026-11-22",
        "place": {"address": place.spelled(random), "postcode": place.postcode},
        "priority": "C2",
        "nature": "",
        "resources": [{"callsign": f"A{number % vehicles}"}],
    }
    body["nature"] = "chest pain, " * ((1500 - len(json.dumps(body))) // 12)
    return json.dumps(body).encode() + b"\n"


class Devices:
    """All vehicles on one connection: when did which incident's note arrive first."""

    def __init__(self) -> None:
        self.arrived: dict[int, float] = {}
        self.notes: list[tuple[bytes, bytes]] = []
        self.taken = 0
        self.answers: mqtt.Client | None = None
        """Where each note is answered at once with displayed, if anywhere."""

    def on_publish(self, topic: bytes, payload: bytes) -> None:
        now = time.perf_counter()
        if topic.endswith(b"/taken"):
            self.taken += 1
            return
        match = _NUMBER.search(payload)
        if match:
            self.arrived.setdefault(int(match[1]), now)
            if self.answers is not None:
                self.answers.write(_displayed(topic, payload))
            else:
                self.notes.append((topic, payload))

    async def say_displayed(self, client: mqtt.Client, a_second: int = 1000) -> None:
        """Answer all notes since the last time, and wait until the journal has it: otherwise
        what is measured next would share the line with notes sent again."""
        wanted = self.taken + len(self.notes)
        for number, (topic, payload) in enumerate(self.notes, start=1):
            client.write(_displayed(topic, payload))
            if number % 20 == 0:
                await asyncio.sleep(20 / a_second)
        self.notes.clear()
        for _ in range(500):
            if self.taken >= wanted:
                break
            await asyncio.sleep(0.02)


def _displayed(topic: bytes, payload: bytes) -> bytes:
    note = json.loads(payload)
    receipt = {
        "contract": "forewarn.mdt/1",
        "kind": "removed" if note.get("withdrawn") else "displayed",
        "note": note["note"],
        "revision": note["revision"],
    }
    up = topic.decode().removesuffix("notes") + "receipts"
    return mqtt.publish_0_packet(up, json.dumps(receipt).encode())


class Answers(asyncio.Protocol):
    """The CAD's side of the stream: what comes back is read and dropped."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.write = cast(asyncio.Transport, transport).write

    def data_received(self, data: bytes) -> None:
        """Answers are not what is measured."""


async def play(
    cad: Answers, devices: Devices, rate: int, seconds: int, lines: list[bytes], first: int
) -> Result:
    """Send `lines` (numbers from `first`) at `rate` a second and wait for the notes."""
    result = Result(rate, rate * seconds)
    begun, before = time.perf_counter() + 0.1, _processors()
    due = [begun + n / rate for n in range(result.sent)]
    pace = Pace(cad, lines, due, asyncio.get_running_loop())
    sending = asyncio.create_task(asyncio.to_thread(pace.send))
    while (await asyncio.wait({sending}, timeout=1))[1]:
        result.backlog.append(_on_the_way(devices, first, pace.sent))
    await sending
    result.backlog.append(_on_the_way(devices, first, result.sent))
    spent = [after - at_first for at_first, after in zip(before, _processors(), strict=True)]
    result.taken = spent[STEAL] / max(1, sum(spent))
    for _ in range(300):
        if all(first + n in devices.arrived for n in range(result.sent)):
            break
        await asyncio.sleep(0.02)
    arrived = [n for n in range(result.sent) if first + n in devices.arrived]
    result.latencies = [devices.arrived[first + n] - due[n] for n in arrived]
    return result


@dataclass(slots=True)
class Pace:
    """Sends each line when it is due, from a thread: the timers of an event loop count in
    milliseconds, so that it is late by half a one or turns round and round for a whole core."""

    cad: Answers
    lines: list[bytes]
    due: list[float]
    loop: asyncio.AbstractEventLoop
    sent: int = 0

    def send(self) -> None:
        while self.sent < len(self.due):
            time.sleep(max(0.0, self.due[self.sent] - time.perf_counter()))
            ready = bisect_right(self.due, time.perf_counter(), self.sent)
            self.loop.call_soon_threadsafe(self.cad.write, b"".join(self.lines[self.sent : ready]))
            self.sent = ready


def _processors() -> list[int]:
    """Ticks of all processors since the machine began, by what they were spent on (proc(5))."""
    return [int(ticks) for ticks in Path("/proc/stat").read_text().split()[1 : STEAL + 2]]


def _on_the_way(devices: Devices, first: int, sent: int) -> int:
    return sent - sum(1 for n in range(sent) if first + n in devices.arrived)


async def open_devices(port: int, pattern: str, devices: Devices, name: str) -> mqtt.Client:
    """Subscribe to everything that goes to devices."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(
        lambda: mqtt.Client(name, devices.on_publish), "127.0.0.1", port
    )
    await client.connected
    client.write(mqtt.subscribe_packet(pattern))
    await client.subscribed
    return client
