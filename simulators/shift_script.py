"""Writes the shift: which plot when, with which vehicle, and who rings (seeded)."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from simulators.shift_markers import write_markers
from simulators.shift_plots import ON_THE_RADIO, PLOTS, Plot, Stage

LENGTH = 84.0
"""Seconds of play at speed 1."""

FIRST = (
    "single responder", "marked house", "attacked", "nobody acknowledges", "not understood",
    "moved away", "single responder, engaged", "stood down", "number only", "neighbour",
    "moved here", "which flat", "terminal off", "assigned late", "two vehicles", "plain",
    "slow crew", "marked site",
)  # fmt: skip
"""The order in which the shift begins: within 25 seconds almost everything has happened."""

LATER = (
    "marked flat", "hurried", "plain", "more urgent", "plain with a vehicle", "marked corner",
    "moved here", "stood down", "nobody acknowledges", "neighbour", "moved away",
    "marked house", "number only", "by mistake", "plain", "which flat", "slow crew",
    "marked site", "plain with a vehicle", "not understood", "terminal off", "assigned late",
)  # fmt: skip

ENGAGED = {"number": "+447700900202", "behaviour": {"busy": True}}
LISTENS = {"number": "+447700900201", "behaviour": {"presses": [["1", 25.0]]}}
RINGS_OFF = {"number": "+447700900105", "behaviour": {"presses": [], "hangs_up_after": 8.0}}


def _vehicle(
    callsign: str, crew: str, by: str, after: Sequence[float] | None, *,
    device: str | None = None, radio_after: Sequence[float] | None = (1.0, 2.0),
    phone: dict[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "callsign": callsign, "device": device or callsign, "crew": crew, "by": by, "after": after,
        "radio": f"1001{callsign[1:]}", "radio_after": radio_after, "phone": phone,
    }  # fmt: skip


FLEET: tuple[dict[str, Any], ...] = (
    _vehicle("A101", "any", "P1001", (0.6, 1.8)),
    _vehicle("A102", "any", "P1002", (0.8, 2.2)),
    _vehicle("A103", "any", "P1003", (0.6, 2.5)),
    _vehicle("A104", "slow", "P1004", (3.0, 4.5), device="M2104"),
    _vehicle("A105", "deaf", "P1005", None, radio_after=None, phone=RINGS_OFF),
    _vehicle("A106", "dark", "P1006", (1.0, 2.0)),
    _vehicle("A107", "any", "P1007", (0.8, 2.0)),
    _vehicle("R201", "single", "P1008", None, radio_after=None, phone=LISTENS),
    _vehicle("R202", "engaged", "P1009", None, radio_after=(3.0, 5.0), phone=ENGAGED),
)
"""`after`: the crew acknowledges so many seconds after the display on its MDT, `radio_after` on its
radio, None: never. Who drives alone leaves the MDT alone."""

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
            system = "radio" if do in ON_THE_RADIO else "cad"
            self.add(at + after, system, do, told)

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
    _radios(script)
    yield {"shift": 1, "seed": seed, "length": LENGTH, "incidents": len(names), "fleet": FLEET,
           "task_taken_after": 2.0, "task_taken_by": "dispatcher", "alarm_accepted_after": 7.0,
           "alarm_accepted_by": "supervisor"}  # fmt: skip
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


def _radios(script: Script) -> None:
    """Where the crews are, in passing; one asks by radio what is known."""
    for n, row in enumerate(FLEET):
        here = [round(51.36 + script.chance.uniform(0.0, 0.03), 4),
                round(1.17 + script.chance.uniform(0.0, 0.06), 4)]  # fmt: skip
        script.add(1.0 + 0.2 * n, "radio", "locate", {"callsign": row["callsign"], "where": here})
    script.add(14.0, "radio", "ask", {"callsign": "R201"})


def write_files(folder: Path, seed: int) -> None:
    """shift.jsonl and markers.csv, the same to the byte for the same seed."""
    lines = (json.dumps(step, ensure_ascii=False) for step in write_shift(seed))
    (folder / "shift.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    write_markers(folder / "markers.csv", seed)
