"""Sealing and appending beside the bare floor: write and fdatasync of the same bytes.

    python -m tests.bench.journal [--records 6000] [--rounds 5] [--directory DIR]

Floor and journal take turns in the same run, on the same disk; each figure is the median of the
rounds. CPU is the whole process's, all its threads. Only the ratios last.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import uvloop

from adapters.stores.sqlite import SqliteJournal
from middleware.engine.entry import Entry
from middleware.flow.chain import Chain
from middleware.flow.records import Writer
from tests.golden.examples import ANSWER, AT, decision, event
from tests.golden.files import GoldenKeys

GROUPS = (1, 8, 32)
EVENT_BYTES = 1_500
DECISIONS = ("incident_taken", "resource_moved", "assessed", "note_issued", "rung_entered",
             "timer_set")  # fmt: skip
KEYS = GoldenKeys()


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of wall clock and of CPU for one record."""

    wall: float
    cpu: float


async def timed(records: int, work: Callable[[], Awaitable[None]]) -> Took:
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    return Took((time.perf_counter() - wall) / records, (time.process_time() - cpu) / records)


def median(rounds: list[Took]) -> Took:
    return Took(statistics.median(t.wall for t in rounds), statistics.median(t.cpu for t in rounds))


def an_entry(position: int, padding: str) -> Entry:
    """An incident of 1.5 kB that makes a note."""
    opened = event("incident.opened").model_copy(update={"nature": padding})
    return Entry(position, AT, opened, ANSWER, tuple(decision(kind) for kind in DECISIONS))


class Bench:
    """One round of each, in a directory of its own."""

    def __init__(self, directory: Path, records: int, group: int) -> None:
        self.directory, self.group = directory, group
        without = len(event("incident.opened").model_dump_json())
        padding = "x" * (EVENT_BYTES - without)
        self.entries = [an_entry(position, padding) for position in range(1, records + 1)]
        self.sealed: list[bytes] = []

    async def seal(self) -> None:
        writer = Writer("eoc1", 1, KEYS)
        self.sealed = [writer.seal(entry) for entry in self.entries]

    async def floor(self) -> None:
        file = os.open(self.directory / "floor", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        for at in range(0, len(self.sealed), self.group):
            os.write(file, b"".join(self.sealed[at : at + self.group]))
            os.fdatasync(file)
        os.close(file)

    async def journal(self) -> None:
        journal = SqliteJournal(self.directory / "journal.sqlite")
        token = await journal.acquire()
        writer = Writer("eoc1", token, KEYS)
        for at in range(0, len(self.entries), self.group):
            sealed = [writer.seal(entry) for entry in self.entries[at : at + self.group]]
            await journal.append(at, token, sealed)
        await journal.close()

    async def read(self) -> None:
        journal = SqliteJournal(self.directory / "journal.sqlite")
        chain = Chain("eoc1", KEYS)
        async for position, record in journal.read(0):
            chain.open(position, record)
        await journal.close()


async def rounds_of(given: argparse.Namespace, group: int) -> dict[str, Took]:
    took: dict[str, list[Took]] = {"seal": [], "floor": [], "journal": [], "read": []}
    for number in range(given.rounds):
        print(f"\rgroups of {group}: round {number + 1} of {given.rounds}", end="", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=given.directory) as directory:
            bench = Bench(Path(directory), given.records, group)
            for name, rounds in took.items():
                rounds.append(await timed(given.records, getattr(bench, name)))
    print("\r\033[K", end="", file=sys.stderr)
    return {name: median(rounds) for name, rounds in took.items()}


async def main(given: argparse.Namespace) -> None:
    print("µs a record, wall (CPU); the floor is write and fdatasync of the same bytes")
    print(f"{'seal':>22}{'seal + append':>18}{'read + open':>16}{'floor':>10}  ratio  records/s")
    for group in GROUPS:
        took = await rounds_of(given, group)
        figures = "  ".join(
            f"{took[name].wall * 1e6:7.1f} ({took[name].cpu * 1e6:5.1f})"
            for name in ("seal", "journal", "read")
        )
        journal, floor = took["journal"].wall, took["floor"].wall
        ratio = f"{floor * 1e6:6.1f} {journal / floor:6.2f} {1 / journal:10,.0f}"
        print(f"groups of {group:<4} {figures}  {ratio}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--records", type=int, default=6_000, help="in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--directory", type=Path, help="where the files are made and removed")
    uvloop.run(main(parser.parse_args()))
