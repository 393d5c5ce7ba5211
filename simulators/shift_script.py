"""Writes the shift: which plot when, with which vehicle, and who rings (seeded)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from simulators.shift_markers import write_markers
from simulators.shift_plots import PLOTS, Plot, Stage

LENGTH = 84.0
"""Seconds of play at speed 1."""

FIRST = (
    "marked house", "plain", "nobody acknowledges", "stood down", "not understood", "moved away",
    "in the building", "number only", "neighbour", "moved here", "which flat", "terminal off",
    "assigned late", "two vehicles", "plain", "slow crew", "marked site",
)  # fmt: skip
"""The order in which the shift begins: within 25 seconds almost everything has happened."""

LATER = (
    "marked flat", "hurried", "plain", "more urgent", "plain with a vehicle", "marked corner",
    "moved here", "plain", "stood down", "nobody acknowledges", "neighbour", "moved away",
    "marked house", "number only", "in the building", "plain", "which flat", "slow crew",
    "marked site", "plain with a vehicle", "not understood", "terminal off", "assigned late",
)  # fmt: skip

FLEET: tuple[dict[str, Any], ...] = (
    {"callsign": "A101", "device": "A101", "crew": "any", "by": "P1001", "after": [0.6, 1.8]},
    {"callsign": "A102", "device": "A102", "crew": "any", "by": "P1002", "after": [0.8, 2.2]},
    {"callsign": "A103", "device": "A103", "crew": "any", "by": "P1003", "after": [0.6, 2.5]},
    {"callsign": "A104", "device": "M2104", "crew": "slow", "by": "P1004", "after": [3.0, 4.5]},
    {"callsign": "A105", "device": "A105", "crew": "deaf", "by": "P1005", "after": None},
    {"callsign": "A106", "device": "A106", "crew": "dark", "by": "P1006", "after": [1.0, 2.0]},
    {"callsign": "A107", "device": "A107", "crew": "any", "by": "P1007", "after": [0.8, 2.0]},
    {"callsign": "R201", "device": "R201", "crew": "single", "by": "P1008", "after": [0.5, 1.2]},
)  # fmt: skip
"""`after`: the crew acknowledges so many seconds after the display, None: never."""

DARK = "A106"
ON_AND_OFF = ((31.0, "start"), (58.0, "stop"), (70.0, "start"))
"""When the terminal of the dark crew comes up and goes off; all others are on from the start."""

HANDLERS = ("handler1", "handler2", "handler3")
RINGS_BEFORE = 1.6


@dataclass(slots=True)
class Script:
    """The steps so far, and when each vehicle is free again."""

    chance: Random
    steps: list[dict[str, Any]] = field(default_factory=list)
    free: dict[str, float] = field(default_factory=dict)

    def incident(self, number: int, at: float, name: str) -> None:
        plot = PLOTS[name]
        callsigns, late = self._vehicles(plot, at)
        for after, do, about in plot.tell(Stage(self.chance, callsigns, late)):
            told: dict[str, Any] = {"number": number, **about}
            if do == "open":
                told |= {"plot": name, "expect": plot.answer}
                self._maybe_call(number, at, told)
            self.add(at + after, "cad", do, told)

    def add(self, at: float, system: str, do: str, about: dict[str, Any]) -> None:
        self.steps.append({"at": round(at, 2), "system": system, "do": do} | about)

    def _vehicles(self, plot: Plot, at: float) -> tuple[tuple[str, ...], float]:
        """Call signs, and how long the incident waits for the last of them."""
        fit = [row["callsign"] for row in FLEET if row["crew"] == plot.crew]
        chosen = sorted(fit, key=lambda name: self.free.get(name, 0.0))[: plot.vehicles]
        late = max((self.free.get(name, 0.0) - at for name in chosen), default=0.0)
        late = max(0.0, late)
        for name in chosen:
            self.free[name] = at + late + plot.busy + 0.5
        return tuple(chosen), late

    def _maybe_call(self, number: int, at: float, told: dict[str, Any]) -> None:
        """Every third incident is seen to begin as a call."""
        if number % 3 != 1:
            return
        line = self.chance.choice(("999", "999", "111"))
        phone = told["place"].setdefault("phone", f"07700 900{self.chance.randrange(500, 900)}")
        call = {"call": f"c{number}"}
        ring, handler = at - RINGS_BEFORE, self.chance.choice(HANDLERS)
        self.add(ring, "calls", "ring", call | {"number": phone.replace(" ", ""), "line": line})
        self.add(ring + 0.7, "calls", "answer", call | {"handler": handler})
        self.add(at + 3.0, "calls", "hang_up", call | {"by": "handler"})


def write_shift(seed: int) -> Iterator[dict[str, Any]]:
    """The header, then the steps in the order of their time."""
    script = Script(Random(seed))
    names = FIRST + LATER
    for number, name in enumerate(names, start=1):
        script.incident(number, _opens(number - 1, script.chance), name)
    _other_calls(script)
    _terminals(script)
    yield {"shift": 1, "seed": seed, "length": LENGTH, "incidents": len(names), "fleet": FLEET,
           "task_taken_after": 2.0, "task_taken_by": "dispatcher"}  # fmt: skip
    yield from sorted(script.steps, key=lambda step: step["at"])


def _opens(place: int, chance: Random) -> float:
    return 2.0 + 1.55 * place + chance.uniform(0.0, 0.4)


def _other_calls(script: Script) -> None:
    """A withheld number, a caller who gives up, and one whose call is ended for abuse."""
    add, abusive = script.add, {"call": "abusive"}
    add(3.1, "calls", "ring", {"call": "withheld", "number": None, "line": "999"})
    add(4.0, "calls", "answer", {"call": "withheld", "handler": "handler3"})
    add(9.0, "calls", "hang_up", {"call": "withheld", "by": "caller"})
    add(12.2, "calls", "ring", {"call": "gave up", "number": "01632960118", "line": "111"})
    add(15.0, "calls", "hang_up", {"call": "gave up", "by": "caller"})
    add(16.0, "calls", "ring", abusive | {"number": "07700900461", "line": "999"})
    add(16.9, "calls", "answer", abusive | {"handler": "handler2"})
    add(18.5, "calls", "warn", abusive)
    add(20.5, "calls", "warn", abusive)
    add(22.0, "calls", "terminate", abusive)


def _terminals(script: Script) -> None:
    """Which terminals are on when; two crews ask what is known."""
    for row in FLEET:
        if row["device"] != DARK:
            script.add(0.0, "mdt", "start", {"device": row["device"]})
    for at, do in ON_AND_OFF:
        script.add(at, "mdt", do, {"device": DARK})
    script.add(10.0, "mdt", "ask", {"device": "A101"})
    script.add(52.0, "mdt", "ask", {"device": "M2104"})


def write_files(folder: Path, seed: int) -> None:
    """shift.jsonl and markers.csv, the same to the byte for the same seed."""
    lines = (json.dumps(step, ensure_ascii=False) for step in write_shift(seed))
    (folder / "shift.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    write_markers(folder / "markers.csv", seed)
