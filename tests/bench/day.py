"""A generated day of England's 999 traffic, replayed in-process at maximum speed, twice (O2).

    python -m tests.bench.day [--calls 30000] [--markers 4000] [--seed 1] [--profile]
                              [--addresses DIR]

Calls over the exchange and incidents over the CAD's stream, byte for byte, by the hours of a real
day; addresses are invented, and written as people write them, or, with labelled real ones (see
tests.bench.matching; also taken from FOREWARN_ADDRESSES), those, with the errors they have. No crew
answers: every note climbs its ladder, which is the dearest case. Prints whether both runs came out
byte-identical, and how many times faster than real time they were; --profile tells where the time
goes.
"""

import argparse
import cProfile
import heapq
import json
import os
import pstats
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from middleware.__main__ import main as forewarn
from middleware.domain.matching import MarkerIndex
from middleware.domain.rules import Rules
from middleware.flow.recording.file import Frame, Header, RecordingWriter
from middleware.flow.recording.frames import opening_frame, pack, wire_frame
from middleware.ports import OnWire, Way, WireFrame
from schemas.marker import Marker
from schemas.markers_in import MARKERS_A_CHUNK, MarkersActivated, MarkersStaged
from simulators.ami_call import Call
from simulators.ami_words import encode
from simulators.cad_messages import Pen, resource
from simulators.shift_places import Spot, written
from tests.address_markers import address_marker
from tests.bench.matching import Row, markers_of, rows_of

T = TypeVar("T")
BEGUN = datetime(2026, 12, 9, tzinfo=UTC)
HOURS = (
    30,
    25,
    22,
    20,
    19,
    20,
    26,
    36,
    46,
    52,
    55,
    56,
    55,
    54,
    53,
    54,
    55,
    56,
    56,
    54,
    50,
    46,
    41,
    36,
)
"""Calls by the hour of the day, as shares."""
DAY = 86_400.0
STREETS, HOUSES = 400, 120
ENDS = ("Street", "Road", "Lane", "Close", "Drive", "Avenue", "Terrace", "Gardens")
SYLLABLES = ("mar", "tol", "ben", "wick", "ash", "dun", "fen", "hol", "ker", "lin", "pel", "rud")
MARKED = 0.03
"""Share of incidents at an address with a marker."""


@dataclass
class Day:
    """The places of an invented country, and a day in it."""

    random: Random
    streets: list[tuple[str, str, str]] = field(default_factory=list)
    marked: list[Spot] = field(default_factory=list)

    def __post_init__(self) -> None:
        for _ in range(STREETS):
            name = f"{self._word()} {self.random.choice(ENDS)}"
            code = f"ZZ{self.random.randrange(1, 99)} {self.random.randrange(10)}"
            unit = "".join(self.random.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
            self.streets.append((name, self._word(), code + unit))

    def spot(self) -> Spot:
        street, town, postcode = self.random.choice(self.streets)
        house = str(self.random.randrange(1, HOUSES))
        flat = f"Flat {self.random.randrange(1, 9)}, " if self.random.random() < 0.25 else ""
        return Spot(flat + house, street, town, postcode)

    def markers(self, wanted: int) -> Iterator[Marker]:
        self.marked = [self.spot() for _ in range(wanted)]
        for number, spot in enumerate(self.marked):
            yield address_marker(f"M-{number}", spot.address, spot.postcode)

    def place(self, *, marked: bool) -> dict[str, Any]:
        """As an incident says it."""
        spot = self.random.choice(self.marked) if marked and self.marked else self.spot()
        return written(spot, self.random)

    def moments(self, calls: int) -> list[float]:
        """When calls come, in seconds of the day."""
        hours = self.random.choices(range(24), HOURS, k=calls)
        return sorted(hour * 3600 + self.random.uniform(0, 3600) for hour in hours)

    def _word(self) -> str:
        return "".join(self.random.choices(SYLLABLES, k=self.random.choice((2, 2, 3)))).capitalize()


class RealDay(Day):
    """The same at real addresses: a query is what somebody typed, with its errors."""

    def __init__(self, random: Random, addresses: Path) -> None:
        super().__init__(random)
        self._rows = rows_of(addresses / "markers.csv")
        self._queries = rows_of(addresses / "queries.csv")
        self._of_marked: list[Row] = []

    def markers(self, wanted: int) -> Iterator[Marker]:
        chosen = self.random.sample(self._rows, wanted)
        names = {row["marker_id"] for row in chosen}
        self._of_marked = [row for row in self._queries if row["expected_id"] in names]
        return iter(markers_of(chosen))

    def place(self, *, marked: bool) -> dict[str, Any]:
        return {
            "address": self.random.choice(self._of_marked if marked else self._queries)["query"]
        }


class Script:
    """What the exchange and the CAD say, in the order of time."""

    def __init__(self, day: Day) -> None:
        self._day, self._random = day, day.random
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._legs = count(1)
        self._numbers = count(1)
        self._said: list[tuple[str, bytes]] = []
        self.now = 0.0
        self._pen = Pen(BEGUN.date(), lambda: BEGUN + timedelta(seconds=self.now))

    def frames(self, calls: int) -> Iterator[Frame]:
        for source in ("asterisk_ami", "cad_tcp"):
            yield wire_frame(source, WireFrame(OnWire.OPENED, 1, midway=True), 0.0)
        for moment in self._day.moments(calls):
            self._at(moment, self._call)
        while self._waiting:
            self.now, _, act = heapq.heappop(self._waiting)
            act()
            for source, data in self._said:
                yield wire_frame(source, WireFrame(OnWire.HEARD, 1, data), round(self.now, 3))
            self._said.clear()

    def _at(self, moment: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._waiting, (moment, next(self._order), act))

    def _after(self, least: float, most: float, act: Callable[[], None]) -> None:
        self._at(self.now + self._random.uniform(least, most), act)

    def _call(self) -> None:
        number = f"07700900{self._random.randrange(1000):03}"
        given = None if self._random.random() < 0.03 else number
        call = Call(self._hear, self._legs, int(BEGUN.timestamp()), given, "999")
        call.ring()
        if self._random.random() < 0.04:
            self._after(5, 40, call.hang_up)
            return
        handler = f"handler{self._random.randrange(400)}"
        self._after(2, 20, lambda: call.answer(handler))
        self._after(120, 420, call.hang_up)
        if self._random.random() < 0.85:
            self._after(40, 110, lambda: self._incident(number))

    def _hear(self, told: Any) -> None:
        self._said.append(("asterisk_ami", encode(told)))

    def _incident(self, phone: str) -> None:
        day, number = self._day, f"{next(self._numbers):06}"
        place = day.place(marked=self._random.random() < MARKED) | {"phone": phone}
        crew = f"A{self._random.randrange(4000)}"
        self._cad(number, "incident.opened", place=place, priority="C2")
        self._after(
            30, 300, lambda: self._cad_crew(number, crew, "assigned", resource=resource(crew))
        )
        if self._random.random() < 0.1:
            other = day.place(marked=False)
            self._after(60, 200, lambda: self._cad(number, "incident.address_changed", place=other))
        for kind, least, most in (
            ("mobile", 310, 400),
            ("at_scene", 700, 1500),
            ("cleared", 3000, 5000),
        ):
            said = {"callsign": crew}
            self._after(least, most, lambda k=kind, s=said: self._cad_crew(number, crew, k, **s))
        self._after(5100, 5400, lambda: self._cad(number, "incident.closed"))

    def _cad(self, number: str, kind: str, **parts: Any) -> None:
        self._said.append(("cad_tcp", self._pen.about_incident(kind, number, parts).line()))

    def _cad_crew(self, number: str, crew: str, kind: str, **parts: Any) -> None:
        message = self._pen.about_resource(f"resource.{kind}", number, crew, parts)
        self._said.append(("cad_tcp", message.line()))


def _blocks(things: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    left = iter(things)
    while block := tuple(islice(left, size)):
        yield block


def write_day(path: Path, day: Day, calls: int, markers: int) -> int:
    """The recording; returns its frames."""
    configuration = {"source": {"asterisk_ami": {}, "cad_tcp": {}}, "channel": {"mdt": {}}}
    header = Header(
        room="eoc1", build="generated", matcher=MarkerIndex.version, begun=BEGUN,
        sources={"asterisk_ami": "wire", "cad_tcp": "wire"},
        rules=Rules(ways={"mdt": Way()}).model_dump_json(),
        configuration=json.dumps(configuration),
    )  # fmt: skip
    writer = RecordingWriter(path, header, None)
    writer.add(pack(frame) for frame in _opening(day.markers(markers)))
    frames = 0
    for block in _blocks(Script(day).frames(calls), 1_000):
        frames += len(block)
        writer.add(pack(frame) for frame in block)
    writer.close("generated")
    return frames


def _opening(markers: Iterator[Marker]) -> Iterator[Frame]:
    said: dict[str, Any] = {"source": "opening", "occurred_at": BEGUN, "batch": "opening"}
    for number, chunk in enumerate(_blocks(markers, MARKERS_A_CHUNK), start=1):
        yield opening_frame(MarkersStaged(**said, id=f"opening/{number}", supplied=chunk))
    yield opening_frame(MarkersActivated(**said, id="opening", decided_by="opening"))


def replayed(recording: Path, out: Path) -> float:
    """Seconds it took."""
    begun = time.monotonic()
    if forewarn(["replay", str(recording), "--out", str(out)]):
        sys.exit("the replay failed: see above")
    return time.monotonic() - begun


def main() -> int:
    """1 when the two runs differ."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--calls", type=int, default=30_000)
    parser.add_argument("--markers", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", action="store_true", help="where the time goes (slower)")
    parser.add_argument("--addresses", type=Path, default=os.environ.get("FOREWARN_ADDRESSES"))
    args = parser.parse_args()
    random = Random(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder) / "day.jsonl"
        day = RealDay(random, args.addresses) if args.addresses else Day(random)
        frames = write_day(recording, day, args.calls, args.markers)
        size = recording.stat().st_size / 1e6
        print(f"{args.calls} calls, {args.markers} markers: {frames} frames, {size:.0f} MB")
        outs = [Path(folder) / f"{n}.jsonl" for n in (1, 2)]
        if args.profile:
            with cProfile.Profile() as profile:
                replayed(recording, outs[0])
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
            return 0
        took = [replayed(recording, out) for out in outs]
        same = outs[0].read_bytes() == outs[1].read_bytes()
        kept = sum(1 for line in outs[0].open("rb") if b'"f":"came"' in line)
    print(f"decided events: {kept}, {kept / min(took):.0f} a second")
    print(f"took {took[0]:.1f} s and {took[1]:.1f} s: {DAY / min(took):.0f} times real time")
    print("twice byte-identical" if same else "THE TWO RUNS DIFFER")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
