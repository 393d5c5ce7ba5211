"""A million records backed up while the service writes, restored, verified and served again.

    python -m tests.bench.restore [--records 1000000] [--rate 20]

The records are two days of incidents that the engine decided, one crew each, some at a marker.
The back-up is docker/systemd/forewarn-backup, restoring is what docs/running.md says, and the
incidents that come meanwhile go over the CAD's stream. Ends with 1 when what was restored is not
sound, or lacks a record that was there when the back-up began.
"""

import argparse
import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count, islice
from pathlib import Path

import uvloop
from rich.progress import track

from adapters.stores.sqlite import SqliteJournal
from middleware.flow.records import Writer
from middleware.ops.keys import FileKeys
from tests.bench.service import wait_ready
from tests.room import Room, timer
from tests.said import HIGH_STREET, MILL_LANE, marker
from tests.service import ControlRoom
from tests.service_process import ROOM, choose_ports

BACKUP = Path(__file__).parents[2] / "docker" / "systemd" / "forewarn-backup"
AN_INCIDENT = 6
GROUP = 1_000
MARKED = 30
"""One incident in so many is at the marker."""
CREWS = 500
PATIENCE_S = 3_600


def incidents(records: int) -> Iterator[Room]:
    """The room after each incident; it is over and forgotten an hour later, as ever."""
    room = Room(now=datetime.now(UTC) - timedelta(hours=2, seconds=records / AN_INCIDENT))
    room.marker_put(marker())
    for n in count(1):
        room.now += timedelta(seconds=1)
        _lived(room, n)
        for name, due in list(islice(room.state.timers.items(), 4)):
            if due.due_at <= room.now:
                room.happens(timer(name, due.revision, room.now))
        yield room


def _lived(room: Room, n: int) -> None:
    number, crew = f"{n:06}", f"A{n % CREWS}"
    marked = n % MARKED == 0
    room.incident_opened(HIGH_STREET if marked else MILL_LANE, crew, number=number)
    if marked:
        note = next(reversed(room.state.notes.values()))
        room.displayed(note)
        room.acknowledged(note)
    room.mobile(crew, number)
    room.at_scene(crew, number)
    room.cleared(crew, number)
    room.closed(number)


async def write(state: Path, records: int) -> None:
    """A journal of at least so many records, and its keys."""
    keys, journal = FileKeys.prepare(state / "keys"), SqliteJournal(state / "journal.sqlite")
    token = await journal.acquire()
    writer, room = Writer(ROOM, token, keys), incidents(records)
    at = 0
    for _ in track(range(records // GROUP + 1), "writing the journal"):
        come = next(room)
        while len(come.entries) < GROUP:
            next(room)
        await journal.append(at, token, [writer.seal(entry) for entry in come.entries])
        at += len(come.entries)
        come.entries.clear()
    await journal.close()


@contextmanager
def took(what: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    print(f"| {what} | {time.perf_counter() - begun:.0f} s |", flush=True)


async def head(state: Path) -> int:
    journal = SqliteJournal(state / "journal.sqlite")
    try:
        return await journal.head()
    finally:
        await journal.close()


async def started(room: ControlRoom) -> None:
    room.start()
    await asyncio.to_thread(wait_ready, room.ports["console"], PATIENCE_S)


async def backed_up(room: ControlRoom, folder: Path, rate: int) -> Path:
    """The copy; incidents come meanwhile."""
    for name in ("copies", "keys"):
        (folder / name).mkdir()
    given = [BACKUP, room.state, folder / "copies", folder / "keys"]
    run = partial(subprocess.run, given, stdout=subprocess.PIPE, text=True, check=True)
    async with room.cad() as cad:
        backup = asyncio.create_task(asyncio.to_thread(run))
        for n in count(900_000):
            if backup.done():
                break
            cad.open_incident(f"{n}", {"address": MILL_LANE})
            await asyncio.sleep(1 / rate)
        await cad.settled()
    return Path(backup.result().stdout.strip())


async def measure(folder: Path, records: int, rate: int) -> int:
    room = ControlRoom(folder, choose_ports())
    room.configure()
    room.prepare()
    await write(room.state, records)
    print("| what | took |\n|---|---|")
    with took("the whole journal read into a snapshot, as a start without one does"):
        snapshot = await room.forewarn("journal", "snapshot")
    if snapshot.code:
        sys.exit(snapshot.err)
    with took("start of the service"):
        await started(room)
    await room.until((room.state / "anchors.jsonl").exists, "an anchor")
    before = await head(room.state)
    with took(f"back-up, while {rate} incidents a second came"):
        copy = await backed_up(room, folder, rate)
    after = await head(room.state)
    await room.stop()
    room.state.rename(folder / "state.before")
    with took("put in place"):
        shutil.copytree(copy, room.state)
        shutil.copytree(folder / "keys" / "keys", room.state / "keys")
    with took("`forewarn journal verify`"):
        verified = await room.forewarn("journal", "verify")
    restored = await head(room.state)
    size = (room.state / "journal.sqlite").stat().st_size / 1e9
    with took("start of the service on the restored journal"):
        await started(room)
    await room.stop()
    print(f"\n{before} records before the back-up, {after} after it, {restored} restored")
    print(f"{size:.2f} GB; {verified.err.strip().splitlines()[-1]}; {verified.out.strip()}")
    return verified.code or int(not before <= restored <= after)


def main() -> int:
    """1 when it failed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rate", type=int, default=20, help="incidents a second meanwhile")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return uvloop.run(measure(Path(folder), given.records, given.rate))


if __name__ == "__main__":
    sys.exit(main())
