"""Memory under a steady load: incidents are opened, their notes shown and acknowledged, and
closed again. `python -m tests.bench.soak --rate 100 --minutes 60`

What is remembered on purpose (finished incidents, what was said before) is kept for a minute, so
that after two minutes everything that grows is a leak.
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path

import psutil
import uvloop

from tests.bench.load import Answers, Devices, open_devices
from tests.bench.pipeline import Lines, connect
from tests.bench.service import broker, import_markers, service

LIVES_S = 20
Open = list[tuple[float, list[bytes]]]
EXTRA = """
[memory]
keep_finished = "1m"
same_again = "1m"
"""


def closing(line: bytes) -> bytes:
    """The message that closes the incident which this line opened."""
    said = json.loads(line)
    kept = {k: said[k] for k in ("contract", "id", "occurred_at", "number", "service_day")}
    return json.dumps(kept | {"type": "incident.closed", "revision": 2}).encode() + b"\n"


async def load(cad: Answers, lines: Lines, rate: int, seconds: float, open_lines: Open) -> None:
    """Open `rate` incidents a second and close each after LIVES_S; `open_lines` are not closed."""
    tick, end = 0.05, time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        _, batch = lines.take(max(1, int(rate * tick)))
        cad.write(b"".join(batch))
        open_lines.append((now + LIVES_S, batch))
        while open_lines and open_lines[0][0] <= now:
            cad.write(b"".join(map(closing, open_lines.pop(0)[1])))
        await asyncio.sleep(max(0.0, now + tick - time.monotonic()))


async def run(rate: int, minutes: int, markers: int) -> list[float]:
    """Megabytes of the service at the end of each minute."""
    sizes: list[float] = []
    open_lines: Open = []
    with (
        tempfile.TemporaryDirectory() as folder,
        broker(Path(folder)) as port,
        service(Path(folder), port, EXTRA) as running,
    ):
        await import_markers(running, markers)
        devices, lines = Devices(), Lines(markers)
        devices.answers = await open_devices(port, "forewarn/bench/mdt/+/+", devices, "devices")
        cad = await connect(running.tcp, running.token)
        process = psutil.Process(running.child.pid)
        for minute in range(1, minutes + 1):
            await load(cad, lines, rate, 60, open_lines)
            sizes.append(process.memory_info().rss / 1e6)
            notes = len(devices.arrived)
            print(f"  minute {minute:3}: {sizes[-1]:7.1f} MB, {notes} notes", flush=True)
            devices.arrived.clear()
    return sizes


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--markers", type=int, default=100_000)
    given = parser.parse_args()
    print(f"Memory: {given.rate} incidents a second for {given.minutes} minutes")
    sizes = uvloop.run(run(given.rate, given.minutes, given.markers))
    steady = sizes[min(3, len(sizes) - 1) :]
    first, last = steady[0], steady[-1]
    print("| after 4 minutes | at the end | ratio |\n|---|---|---|")
    print(f"| {first:.0f} MB | {last:.0f} MB | {last / first:.2f} |")


if __name__ == "__main__":
    main()
