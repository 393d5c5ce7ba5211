"""From the CAD's wire to the device: the service beside the floor, in the same run.

python -m tests.bench.pipeline [--rates 10,100,1000,2000] [--seconds 10] [--markers 100000]
                               [--disk-slower 1]
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import uvloop

from tests.bench.disk import slower, sync_times
from tests.bench.load import Answers, Devices, Result, message, open_devices, play
from tests.bench.places import places
from tests.bench.service import (
    Running,
    broker,
    free_port,
    import_markers,
    service,
    wait_for_port,
)


async def connect(port: int, hello: str | None) -> Answers:
    loop = asyncio.get_running_loop()
    _, cad = await loop.create_connection(Answers, "127.0.0.1", port)
    if hello is not None:
        cad.write(json.dumps({"hello": {"token": hello}}).encode() + b"\n")
    return cad


class Lines:
    """Messages that were never sent before, made before the clock runs."""

    def __init__(self, markers: int) -> None:
        self._places, self._random, self.next = places(markers), Random(1), 1

    def take(self, count: int) -> tuple[int, list[bytes]]:
        first = self.next
        self.next += count
        picked = (self._places[self._random.randrange(len(self._places))] for _ in range(count))
        return first, [message(first + n, p, self._random) for n, p in enumerate(picked)]


async def measure(
    port: int, hello: str | None, mqtt_port: int, pattern: str, lines: Lines, rates: list[int],
    seconds: int, name: str,
) -> list[Result]:  # fmt: skip
    devices = Devices()
    client = await open_devices(mqtt_port, pattern, devices, f"devices-{name}")
    cad = await connect(port, hello)
    results = []
    warm_first, warm = lines.take(200)
    await play(cad, devices, 100, 2, warm, warm_first)
    devices.notes.clear()
    for rate in rates:
        first, batch = lines.take(rate * seconds)
        result = await play(cad, devices, rate, seconds, batch, first)
        print(
            f"  {name:8} {rate:5}/s  p50 {result.p50 * 1e3:7.2f} ms  p99 {result.p99 * 1e3:8.2f} ms"
            f"  arrived {len(result.latencies)}/{result.sent}  backlog {result.backlog}",
            flush=True,
        )
        results.append(result)
        if hello is not None:
            await devices.say_displayed(client)
        devices.notes.clear()
    return results


@contextmanager
def floor(folder: Path, broker_port: int, under: Sequence[str]) -> Iterator[int]:
    port = free_port()
    command = [*under, sys.executable, "-m", "tests.bench.floor", "--listen", str(port)]
    command += ["--broker", str(broker_port), "--file", str(folder / "floor.log")]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield port
    finally:
        child.kill()
        child.wait()


async def run_floor(
    folder: Path, rates: list[int], seconds: int, lines: Lines, under: Sequence[str]
) -> list[Result]:
    with broker(folder) as mqtt_port, floor(folder, mqtt_port, under) as port:
        return await measure(port, None, mqtt_port, "floor/#", lines, rates, seconds, "floor")


async def run_service(
    folder: Path, rates: list[int], seconds: int, lines: Lines, markers: int, under: Sequence[str]
) -> list[Result]:
    with broker(folder) as mqtt_port, service(folder, mqtt_port, under=under) as running:
        took = await import_markers(running, markers)
        print(f"  {markers} markers imported and in the index after {took:.1f} s", flush=True)
        return await _measure_service(running, mqtt_port, rates, seconds, lines)


async def _measure_service(
    running: Running, mqtt_port: int, rates: list[int], seconds: int, lines: Lines
) -> list[Result]:
    pattern = "forewarn/bench/mdt/+/+"
    return await measure(
        running.tcp, running.token, mqtt_port, pattern, lines, rates, seconds, "service"
    )


def table(floors: list[Result], services: list[Result]) -> str:
    """The ratios, as docs/performance.md has them."""
    out = [
        "| incidents/s | floor p50/p99 ms | service p50/p99 ms | p50 | p99 | backlog | taken |",
        "|---|---|---|---|---|---|---|",
    ]
    for low, high in zip(floors, services, strict=True):
        steady = "steady" if high.keeps_up else f"grows to {high.backlog[-1]}"
        out.append(
            f"| {high.rate} | {low.p50 * 1e3:.2f} / {low.p99 * 1e3:.2f} "
            f"| {high.p50 * 1e3:.2f} / {high.p99 * 1e3:.2f} "
            f"| {high.p50 / low.p50:.1f} | {high.p99 / low.p99:.1f} | {steady} "
            f"| {low.taken:.1%} / {high.taken:.1%} |"
        )
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rates", default="10,100,1000,2000")
    parser.add_argument(
        "--seconds", type=int, default=4, help="of each rate (default: %(default)s)"
    )
    parser.add_argument("--markers", type=int, default=100_000)
    parser.add_argument(
        "--disk-slower", type=float, default=0, metavar="MS",
        help="let each sync of floor and service take so much longer, as on another disk",
    )  # fmt: skip
    given = parser.parse_args()
    rates, seconds = [int(rate) for rate in given.rates.split(",")], given.seconds
    under, lines = slower(given.disk_slower), Lines(given.markers)
    print("From the CAD's wire to the device, open loop, incidents of 1.5 kB", flush=True)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        median, high = (took * 1e3 + given.disk_slower for took in sync_times(Path(one)))
        print(f"  a sync of the disk takes {median:.2f} ms, 1 in 100 {high:.2f}", flush=True)
        floors = uvloop.run(run_floor(Path(one), rates, seconds, lines, under))
        run = run_service(Path(two), rates, seconds, lines, given.markers, under)
        services = uvloop.run(run)
    print(table(floors, services))


if __name__ == "__main__":
    main()
