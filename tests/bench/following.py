"""One marker, decided by a person, until the crew that is already on its way has the note.

    python -m tests.bench.following [--markers 100000] [--changes 50]

The incident is open and was checked before the marker came; the decision is committed, the index
follows, all that is live is checked again, the note goes out. The floor is a new incident at a
marker that was there before, in the same run.
"""

import argparse
import asyncio
import csv
import io
import tempfile
import time
from pathlib import Path
from random import Random
from statistics import median

import aiohttp
import uvloop

from tests.bench.load import Answers, Devices, message, open_devices
from tests.bench.pipeline import connect
from tests.bench.places import Place, markers_csv, places
from tests.bench.service import Running, broker, import_markers, service

SETTLED_S = 0.3
PATIENCE_S = 60


class Change:
    """New markers, one at a time, through the console's doors."""

    def __init__(self, session: aiohttp.ClientSession, rows: list[dict[str, str]]) -> None:
        self._session, self._rows = session, iter(enumerate(rows))

    async def stage(self) -> str:
        """The next marker, waiting for the decision; the name of its batch."""
        number, row = next(self._rows)
        batch = f"one-{number}"
        await self._post(f"/api/markers/{batch}/chunk?chunk=1", {"supplied": [row]})
        return batch

    async def decide(self, batch: str) -> None:
        await self._post(f"/api/markers/{batch}/decision", {"activate": True})

    async def _post(self, url: str, body: dict[str, object]) -> None:
        async with self._session.post(url, json=body) as answer:
            if answer.status >= 300:
                raise RuntimeError(f"{url}: {answer.status} {await answer.text()}")


class Bench:
    def __init__(self, cad: Answers, devices: Devices, change: Change) -> None:
        self._cad, self._devices, self._change = cad, devices, change
        self._random, self._number = Random(1), 0

    async def new_incident(self, place: Place) -> float:
        """Seconds from the CAD's message to the note; its marker is there already."""
        return await self._until_note(self._open(place), time.perf_counter())

    async def new_marker(self, place: Place) -> float:
        """Seconds from the decision to the note; its incident is open already."""
        number = self._open(place)
        batch = await self._change.stage()
        await asyncio.sleep(SETTLED_S)
        if number in self._devices.arrived:
            raise RuntimeError("a note came before its marker: the places are not apart")
        begun = time.perf_counter()
        await self._change.decide(batch)
        return await self._until_note(number, begun)

    def _open(self, place: Place) -> int:
        self._number += 1
        self._cad.write(message(self._number, place, self._random))
        return self._number

    async def _until_note(self, number: int, begun: float) -> float:
        while number not in self._devices.arrived:
            if time.perf_counter() - begun > PATIENCE_S:
                raise RuntimeError(f"no note within {PATIENCE_S} s: see the service's log")
            await asyncio.sleep(0.0005)
        return self._devices.arrived[number] - begun


async def measure(markers: int, changes: int) -> tuple[list[float], list[float]]:
    """Floor and changes, in turn."""
    with (
        tempfile.TemporaryDirectory() as folder,
        broker(Path(folder)) as port,
        service(Path(folder), port) as running,
    ):
        await import_markers(running, markers)
        devices = Devices()
        client = await open_devices(port, "forewarn/bench/mdt/+/+", devices, "devices")
        devices.answers = client
        cad = await connect(running.tcp, running.token)
        async with _session(running) as session:
            every = places(markers + changes)
            rows = list(csv.DictReader(io.StringIO(markers_csv(markers + changes))))
            bench = Bench(cad, devices, Change(session, rows[markers:]))
            floor, live = [], []
            for known, fresh in zip(every, every[markers:], strict=False):
                floor.append(await bench.new_incident(known))
                live.append(await bench.new_marker(fresh))
        return sorted(floor), sorted(live)


def _session(running: Running) -> aiohttp.ClientSession:
    headers = {"Authorization": f"Bearer {running.marking}"}
    return aiohttp.ClientSession(f"http://127.0.0.1:{running.console}", headers=headers)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--markers", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=50)
    given = parser.parse_args()
    print(f"One marker more among {given.markers}, until the note is out", flush=True)
    floor, live = uvloop.run(measure(given.markers, given.changes))
    print("| | median ms | worst ms |\n|---|---|---|")
    for name, took in (("a new incident at a known marker (floor)", floor),
                       ("a new marker at a live incident", live)):  # fmt: skip
        print(f"| {name} | {median(took) * 1e3:.1f} | {took[-1] * 1e3:.1f} |")
    print(f"| ratio | {median(live) / median(floor):.1f} | {live[-1] / floor[-1]:.1f} |")


if __name__ == "__main__":
    main()
