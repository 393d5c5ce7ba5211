"""Ready again after kill -9 with 10,000 open deliveries: `python -m tests.bench.restart --help`.

The floor is the same kill and restart of a service that has nothing to rebuild.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

import uvloop

from tests.bench.load import Devices, open_devices, play
from tests.bench.pipeline import Lines, connect
from tests.bench.service import Running, broker, import_markers, service

PATTERN = "forewarn/bench/mdt/+/+"
TIMES = 5


async def fill(running: Running, mqtt_port: int, notes: int, markers: int) -> None:
    """Import the markers and leave so many notes that no device has shown."""
    await import_markers(running, markers)
    snapshot = running.folder / "state" / "journal.sqlite.snapshot"
    for _ in range(600):
        if snapshot.exists():
            break
        await asyncio.sleep(0.1)
    devices, lines = Devices(), Lines(markers)
    await open_devices(mqtt_port, PATTERN, devices, "devices")
    cad = await connect(running.tcp, running.token)
    first, batch = lines.take(notes)
    result = await play(cad, devices, 500, notes // 500, batch, first)
    print(f"  {len(result.latencies)} notes are out and shown by nobody", flush=True)


def restarts(running: Running) -> list[float]:
    """Seconds from the exec to /readyz, each after a kill -9."""
    took = []
    for _ in range(TIMES):
        running.kill()
        took.append(running.start())
    return sorted(took)


async def measure(notes: int, markers: int) -> tuple[list[float], list[float]]:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        with broker(Path(one)) as port, service(Path(one), port) as running:
            floor = restarts(running)
        with broker(Path(two)) as port, service(Path(two), port) as running:
            await fill(running, port, notes, markers)
            return floor, restarts(running)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notes", type=int, default=10_000)
    parser.add_argument("--markers", type=int, default=100_000)
    given = parser.parse_args()
    print(f"Ready again after kill -9: {given.notes} open deliveries, {given.markers} markers")
    floor, full = uvloop.run(measure(given.notes, given.markers))
    middle = TIMES // 2
    print(
        f"| restart | median s | worst s |\n|---|---|---|\n"
        f"| empty service (floor) | {floor[middle]:.2f} | {floor[-1]:.2f} |\n"
        f"| with {given.notes} open deliveries | {full[middle]:.2f} | {full[-1]:.2f} |\n"
        f"| ratio | {full[middle] / floor[middle]:.1f} | {full[-1] / floor[-1]:.1f} |"
    )


if __name__ == "__main__":
    main()
