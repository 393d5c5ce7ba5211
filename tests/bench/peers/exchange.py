"""What every matcher in the comparison is given and gives back.

Runs in the environment of the peers as well: the standard library alone, nothing of Forewarn.
"""

import argparse
import csv
import gc
import json
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

COLUMNS = ("query_id", "shown", "found", "score", "said", "microseconds", "cpu_microseconds")
TOLD_EVERY_S = 10.0


class Marker(NamedTuple):
    id: str
    address: str
    postcode: str
    level: str

    @property
    def text(self) -> str:
        return f"{self.address}, {self.postcode}"


class Query(NamedTuple):
    id: str
    text: str


class Reply(NamedTuple):
    """Markers, the best first; `score` ranks the replies of one matcher; `said` is a certainty
    from 0 to 1 where it claims one; `found` where it decides by itself."""

    shown: tuple[str, ...] = ()
    score: float | None = None
    said: float | None = None
    found: bool = False


Ask = Callable[[str], Reply]
Row = tuple[str, Reply, float, float]
"""Query, reply, microseconds by the clock, and of the processor (which other work does not lengthen
as much)."""


@dataclass
class Task:
    """One matcher at one size: what it reads, and for how long it may ask."""

    name: str
    folder: Path
    budget: float
    figures: dict[str, float] = field(default_factory=dict)

    def markers(self) -> Iterator[Marker]:
        """Read one by one, so that they do not count as memory of the index."""
        with (self.folder / "markers.csv").open(encoding="utf-8", newline="") as file:
            yield from map(Marker._make, csv.reader(file))

    def queries(self) -> list[Query]:
        with (self.folder / "queries.csv").open(encoding="utf-8", newline="") as file:
            return list(map(Query._make, csv.reader(file)))

    def tell(self, text: str) -> None:
        print(f"    {self.name}: {text}", file=sys.stderr, flush=True)

    def built(self, begun: float, before: float) -> None:
        """Seconds and megabytes that building took."""
        gc.collect()
        self.figures |= {"build_s": time.perf_counter() - begun, "memory_mb": memory() - before}
        self.tell(f"built in {self.figures['build_s']:.1f} s")

    def ask_all(self, ask: Ask) -> None:
        """Asks one query after the other until all are asked or the time is over."""
        queries = self.queries()
        rows: list[Row] = []
        begun = told = time.monotonic()
        for number, query in enumerate(queries, start=1):
            worked, start = time.thread_time(), time.perf_counter()
            reply = ask(query.text)
            took, worked = time.perf_counter() - start, time.thread_time() - worked
            rows.append((query.id, reply, took * 1e6, worked * 1e6))
            now = time.monotonic()
            if now - told > TOLD_EVERY_S:
                told = now
                self.tell(f"asked {number:,} of {len(queries):,}")
            if now - begun > self.budget:
                break
        self.write(rows)

    def write(self, rows: list[Row]) -> None:
        """The replies and the figures, for the program that compares."""
        path = self.folder / f"{self.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for query, reply, *took in rows:
                said = "" if reply.said is None else reply.said
                score = "" if reply.score is None else reply.score
                shown = "|".join(reply.shown)
                times = (f"{one:.1f}" for one in took)
                writer.writerow((query, shown, int(reply.found), score, said, *times))
        self.write_figures()

    def write_figures(self) -> None:
        """What was measured, by name; the unit is at the end of the name."""
        self.figures.setdefault("peak_mb", memory(highest=True))
        path = self.folder / f"{self.name}.json"
        path.write_text(json.dumps(self.figures), encoding="utf-8")


def memory(highest: bool = False) -> float:
    """Resident memory in megabytes, now or at its highest (which is all that is told where there
    is no /proc)."""
    status = Path("/proc/self/status")
    if status.exists():
        name = "VmHWM" if highest else "VmRSS"
        found = re.search(rf"{name}:\s+(\d+)", status.read_text(encoding="ascii"))
        return int(found[1]) / 1024 if found else 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(name: str, build: Callable[[Iterator[Marker]], Ask]) -> None:
    """The life of a matcher that answers one query after the other."""
    task = task_of(name)
    before, begun = memory(), time.perf_counter()
    ask = build(task.markers())
    task.built(begun, before)
    task.ask_all(ask)


def task_of(name: str) -> Task:
    """From the arguments: FOLDER SECONDS."""
    parser = argparse.ArgumentParser(description=f"{name}, measured on markers.csv, queries.csv")
    parser.add_argument("folder", type=Path)
    parser.add_argument("budget", type=float)
    given = parser.parse_args()
    return Task(name, given.folder, given.budget)


def words(text: str) -> list[str]:
    """Lower-case letters and digits, as the search engines cut their texts."""
    return re.findall(r"[a-z0-9]+", text.lower())
