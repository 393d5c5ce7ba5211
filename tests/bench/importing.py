"""Live incidents while 100,000 markers are imported and come into force.

The floor is the same load on the same service just before. `python -m tests.bench.importing`
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

import uvloop

from tests.bench.load import Devices, Result, open_devices, play
from tests.bench.pipeline import Lines, connect
from tests.bench.service import broker, import_markers, service

RATE = 20
"""Incidents a second: all of England at its peak."""
SECONDS = 10


async def measure(markers: int) -> tuple[Result, Result, float]:
    """Before and meanwhile, and the seconds until all were in the index."""
    with (
        tempfile.TemporaryDirectory() as folder,
        broker(Path(folder)) as port,
        service(Path(folder), port) as running,
    ):
        await import_markers(running, 1_000)
        devices, lines = Devices(), Lines(1_000)
        client = await open_devices(port, "forewarn/bench/mdt/+/+", devices, "devices")
        cad = await connect(running.tcp, running.token)
        results = []
        for importing in (False, True):
            first, batch = lines.take(RATE * SECONDS)
            if importing:
                job = asyncio.create_task(import_markers(running, markers, "large"))
            results.append(await play(cad, devices, RATE, SECONDS, batch, first))
            await devices.say_displayed(client)
        return results[0], results[1], await job


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markers", type=int, default=100_000)
    given = parser.parse_args()
    print(f"Live incidents at {RATE} a second while {given.markers} markers are imported")
    before, meanwhile, took = uvloop.run(measure(given.markers))
    print(
        f"in the index after {took:.1f} s\n| | p50 ms | p99 ms |\n|---|---|---|\n"
        f"| before (floor) | {before.p50 * 1e3:.1f} | {before.p99 * 1e3:.1f} |\n"
        f"| meanwhile | {meanwhile.p50 * 1e3:.1f} | {meanwhile.p99 * 1e3:.1f} |\n"
        f"| ratio | {meanwhile.p50 / before.p50:.1f} | {meanwhile.p99 / before.p99:.1f} |"
    )


if __name__ == "__main__":
    main()
