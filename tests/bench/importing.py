"""Live incidents while `forewarn markers import` brings 100,000 markers and they come into force.

The floor is the same stream on the same service just before. `python -m tests.bench.importing`
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from tests.bench.load import Devices, Result, open_devices, play
from tests.bench.pipeline import Lines, connect
from tests.bench.places import markers_csv
from tests.bench.service import Running, broker, import_markers, service, wait_for_index

RATE = 50
"""Incidents a second: more than twice all of England at its peak."""
FLOOR_SECONDS = 10


class Stream:
    """Incidents without end, a second at a time; the devices say displayed between."""

    def __init__(self, running: Running) -> None:
        self._running, self._devices, self._lines = running, Devices(), Lines(1_000)

    async def open(self, port: int) -> None:
        pattern = "forewarn/bench/mdt/+/+"
        self._client = await open_devices(port, pattern, self._devices, "devices")
        self._cad = await connect(self._running.tcp, self._running.token)

    async def second(self, into: Result) -> None:
        first, batch = self._lines.take(RATE)
        played = await play(self._cad, self._devices, RATE, 1, batch, first)
        into.sent += played.sent
        into.latencies += played.latencies
        await self._devices.say_displayed(self._client)


async def import_by_program(running: Running, markers: int) -> float:
    """What the marking team does; returns the seconds until all are in the index."""
    file, token = running.folder / "markers.csv", running.folder / "marking.token"
    token.write_text(running.marking)
    token.chmod(0o600)
    command = ["-m", "middleware", "markers", "import", str(file), "--decided-by", "bench"]
    command += ["--url", f"http://127.0.0.1:{running.console}", "--token-file", str(token)]
    begun = time.perf_counter()
    with (running.folder / "import.log").open("ab") as said:
        child = await asyncio.create_subprocess_exec(sys.executable, *command, stderr=said)
    if await child.wait():
        raise RuntimeError((running.folder / "import.log").read_text())
    await wait_for_index(running, markers)
    return time.perf_counter() - begun


async def measure(markers: int) -> tuple[Result, Result, float]:
    """Before and meanwhile, and the seconds until all were in the index."""
    before, meanwhile = Result(RATE, 0), Result(RATE, 0)
    with (
        tempfile.TemporaryDirectory() as folder,
        broker(Path(folder)) as port,
        service(Path(folder), port) as running,
    ):
        (Path(folder) / "markers.csv").write_text(markers_csv(markers))
        await import_markers(running, 1_000)
        stream = Stream(running)
        await stream.open(port)
        await stream.second(Result(RATE, 0))
        for _ in range(FLOOR_SECONDS):
            await stream.second(before)
        importing = asyncio.create_task(import_by_program(running, markers))
        while not importing.done():
            await stream.second(meanwhile)
        return before, meanwhile, await importing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markers", type=int, default=100_000)
    given = parser.parse_args()
    print(f"Live incidents at {RATE} a second while {given.markers} markers are imported")
    before, meanwhile, took = uvloop.run(measure(given.markers))
    print(
        f"in the index after {took:.1f} s; {len(meanwhile.latencies)} of {meanwhile.sent} arrived\n"
        f"| | p50 ms | p99 ms | worst ms |\n|---|---|---|---|\n"
        f"{row('before (floor)', before)}\n{row('meanwhile', meanwhile)}\n"
        f"| ratio | {meanwhile.p50 / before.p50:.1f} | {meanwhile.p99 / before.p99:.1f} "
        f"| {meanwhile.at(1) / before.at(1):.1f} |"
    )


def row(name: str, of: Result) -> str:
    return f"| {name} | {of.p50 * 1e3:.1f} | {of.p99 * 1e3:.1f} | {of.at(1) * 1e3:.1f} |"


if __name__ == "__main__":
    main()
