"""The shift that is played: incidents, calls and terminals at their times.

`python -m simulators.shift --seed 7` writes the committed files anew. To play it, give `play`
something that acts on each step.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulators.shift_script import write_files

DATA = Path(__file__).with_name("data")
SHIFT = DATA / "shift.jsonl"
MARKERS = DATA / "markers.csv"


@dataclass(frozen=True, slots=True)
class Step:
    """`at` seconds from the start, `system` (cad, calls, mdt, radio) does `do` with `about`."""

    at: float
    system: str
    do: str
    about: dict[str, Any]


After = tuple[float, float]
"""The least and the most seconds until a crew acknowledges."""


@dataclass(frozen=True, slots=True)
class Telephone:
    """Hands-free, in a vehicle; `behaviour` as `python -m simulators phone --crews` reads it."""

    number: str
    behaviour: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle and its crew. It acknowledges on the MDT within `after`, by radio within
    `radio_after`; None: never."""

    callsign: str
    device: str
    single: bool
    by: str
    after: After | None
    radio: str | None
    radio_after: After | None
    phone: Telephone | None


@dataclass(frozen=True, slots=True)
class Shift:
    """Steps in the order of their time; `length` in seconds.

    A person of the role `task_taken_by` takes each task `task_taken_after` seconds after it came,
    one of `alarm_accepted_by` accepts each man-down `alarm_accepted_after` seconds after.
    """

    length: float
    incidents: int
    fleet: tuple[Vehicle, ...]
    task_taken_after: float
    task_taken_by: str
    alarm_accepted_after: float
    alarm_accepted_by: str
    steps: tuple[Step, ...] = field(repr=False)


def load(path: Path = SHIFT) -> Shift:
    """Read a shift; KeyError or ValueError where the file is none."""
    header, *lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return Shift(
        length=header["length"],
        incidents=header["incidents"],
        fleet=tuple(map(_vehicle, header["fleet"])),
        task_taken_after=header["task_taken_after"],
        task_taken_by=header["task_taken_by"],
        alarm_accepted_after=header["alarm_accepted_after"],
        alarm_accepted_by=header["alarm_accepted_by"],
        steps=tuple(map(_step, lines)),
    )


async def play(steps: Sequence[Step], act: Callable[[Step], None], *, speed: float = 1.0) -> None:
    """Act on every step at its time; `speed` 2 is twice as fast."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for step in steps:
        await asyncio.sleep(max(0.0, start + step.at / speed - loop.time()))
        act(step)


def _vehicle(row: dict[str, Any]) -> Vehicle:
    return Vehicle(
        callsign=row["callsign"],
        device=row["device"],
        single=row["crew"] in {"single", "engaged"},
        by=row["by"],
        after=_after(row["after"]),
        radio=row["radio"],
        radio_after=_after(row["radio_after"]),
        phone=Telephone(**row["phone"]) if row["phone"] else None,
    )


def _after(given: Sequence[float] | None) -> After | None:
    return (given[0], given[1]) if given else None


def _step(line: dict[str, Any]) -> Step:
    return Step(line.pop("at"), line.pop("system"), line.pop("do"), line)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m simulators.shift",
        description="Write the shift and its markers anew, the same for the same seed.",
    )
    parser.add_argument("--seed", type=int, default=7, help="of every draw (default: %(default)s)")
    parser.add_argument("--into", type=Path, default=DATA, metavar="FOLDER", help="(%(default)s)")
    asked = parser.parse_args(argv)
    write_files(asked.into, asked.seed)
    print(f"wrote {asked.into / SHIFT.name} and {asked.into / MARKERS.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
