"""A storyboard in YAML, played: what each side says, to a file for `forewarn replay` (O3, O2).

    python -m simulators scenario FILE.yaml --out scenario.jsonl
    forewarn replay scenario.jsonl --out outcome.jsonl
    python -m simulators scenario FILE.yaml --outcome outcome.jsonl     was it as expected?

The wire is written by the encoders of the simulators. docs/scenarios.md explains the file.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from schemas.safety import MAN_DOWN_CONTRACT
from simulators.ami_call import Call
from simulators.ami_words import encode
from simulators.cad_messages import Pen

BEGUN = datetime(2026, 12, 9, 21, 0, tzinfo=UTC)
SOURCES = ("cad_tcp", "asterisk_ami", "man_down_http")
ABOUT_CREWS = "resource."
MARKER = {
    "scope": "house", "category": "physical_assault", "severity": "high", "what": "Hit a paramedic",
    "happened_on": "2026-01-31", "review_on": "2027-01-31", "source": "EOC",
}  # fmt: skip
"""What a marker of a scenario is where nothing else is said."""

Step = dict[str, Any]
Frame = dict[str, Any]


class Wrong(Exception):
    """The file is no scenario; in words for who wrote it."""


@dataclass
class Scenario:
    """A storyboard: `steps` in the order of time, and what is `expected` to come out."""

    title: str
    markers: list[Step]
    steps: list[Step]
    expected: list[Step]
    rules: Step = field(default_factory=dict)
    until: float = 0.0

    @classmethod
    def read(cls, path: Path) -> "Scenario":
        """Wrong where it is none."""
        try:
            said = yaml.safe_load(path.read_text(encoding="utf-8"))
            markers = [MARKER | marker for marker in said.get("markers", ())]
            steps = sorted(said["steps"], key=lambda step: float(step["at"]))
            until = float(said.get("until", steps[-1]["at"]))
            return cls(said["title"], markers, steps, said["expect"], said.get("rules", {}), until)
        except (
            yaml.YAMLError,
            KeyError,
            TypeError,
            AttributeError,
            ValueError,
            IndexError,
        ) as fault:
            what = f"{path} is no scenario ({type(fault).__name__}: {fault}); see docs/scenarios.md"
            raise Wrong(what) from None


def write(scenario: Scenario, path: Path) -> None:
    """The file as `forewarn replay` reads it."""
    lines = [json.dumps(_header(scenario)), *map(json.dumps, Player(scenario).frames())]
    body = "".join(f"{line}\n" for line in lines).encode()
    digest = hashlib.sha256(body).hexdigest()
    seal = {"frames": len(lines) - 1, "why": "the scenario is over", "sha256": digest, "mac": None}
    path.write_bytes(body + json.dumps({"seal": seal}, separators=(",", ":")).encode() + b"\n")


def _header(scenario: Scenario) -> Frame:
    configured: Frame = {"source": {source: {} for source in SOURCES}, "channel": {"mdt": {}}}
    return {
        "forewarn": "forewarn.recording/1", "holds": "recording", "room": "eoc1",
        "build": "simulators", "matcher": "none", "begun": BEGUN.isoformat(),
        "sources": dict.fromkeys(SOURCES, "wire"), "rules": json.dumps(scenario.rules),
        "configuration": json.dumps(configured), "key": None, "made_from": None,
    }  # fmt: skip


class Player:
    """Turns steps into frames."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._now = 0.0
        self._pen = Pen(BEGUN.date(), lambda: BEGUN + timedelta(seconds=self._now))
        self._legs, self._acts = count(1), count(1)
        self._calls: dict[str, Call] = {}
        self._said: list[Frame] = []
        self._verbs: dict[str, Callable[[Step], None]] = {
            "cad": self._cad, "ring": self._ring, "answer": self._on_call, "warn": self._on_call,
            "hang_up": self._on_call, "terminate": self._on_call, "radio": self._radio,
            "shown": self._device, "acknowledged": self._device, "person": self._person,
            "garbage": self._garbage, "cut": self._cut, "back": self._back,
        }  # fmt: skip

    def frames(self) -> Iterator[Frame]:
        yield from self._opening()
        for source in SOURCES:
            yield {"t": 0.0, "f": "opened", "source": source, "link": 1, "midway": True}
        for step in self._scenario.steps:
            self._now = float(step["at"])
            verb = next((verb for verb in self._verbs if verb in step), None)
            if verb is None:
                raise Wrong(f"step at {step['at']}: say one of {', '.join(self._verbs)}")
            self._verbs[verb](step)
            yield from self._said
            self._said.clear()
        yield {"t": self._scenario.until, "f": "sent", "channel": "", "to": "", "times": 0,
               "body": ["", {}]}  # fmt: skip

    def _opening(self) -> Iterator[Frame]:
        said = {"source": "opening", "revision": 1, "occurred_at": _at(0), "batch": "opening"}
        staged = said | {"id": "opening/1", "supplied": self._scenario.markers}
        yield {"t": 0.0, "f": "opening", "event": ["markers.staged", 1, staged]}
        active = said | {"id": "opening", "decided_by": "opening"}
        yield {"t": 0.0, "f": "opening", "event": ["markers.activated", 1, active]}

    # --- the CAD, the exchange, the gateway ----------------------------------------------

    def _cad(self, step: Step) -> None:
        kind, number = step["cad"], str(step["incident"])
        parts = {key: part for key, part in step.items() if key not in ("at", "cad", "incident")}
        if kind.startswith(ABOUT_CREWS):
            callsign = step.get("callsign") or step["resource"]["callsign"]
            message = self._pen.about_resource(kind, number, callsign, parts)
        else:
            message = self._pen.about_incident(kind, number, parts)
        self._hear("cad_tcp", message.line())

    def _ring(self, step: Step) -> None:
        number = None if step["ring"] == "withheld" else str(step["ring"])
        epoch = int(BEGUN.timestamp())
        call = Call(lambda told: self._hear("asterisk_ami", encode(told)), self._legs, epoch,
                    number, str(step.get("line", "999")))  # fmt: skip
        self._calls[step["call"]] = call
        call.ring()

    def _on_call(self, step: Step) -> None:
        call = self._calls[step["call"]]
        if "answer" in step:
            call.answer(step["answer"])
        elif "warn" in step:
            call.warn()
        elif "terminate" in step:
            call.terminate_for_abuse()
        else:
            call.hang_up(step["hang_up"])

    def _radio(self, step: Step) -> None:
        more = {key: part for key, part in step.items() if key not in ("at", "radio", "kind")}
        said = {
            "contract": MAN_DOWN_CONTRACT, "type": step.get("kind", "man_down.signalled"),
            "id": f"press-{next(self._acts)}", "revision": 1, "occurred_at": _at(self._now),
            "radio": str(step["radio"]),
        }  # fmt: skip
        self._hear("man_down_http", json.dumps(said | more).encode())

    # --- devices and people ---------------------------------------------------------------

    def _device(self, step: Step) -> None:
        """The note is named by incident, marker and crew; the replay knows its id."""
        verb = "shown" if "shown" in step else "acknowledged"
        crew, revision = step[verb], step.get("revision", 1)
        incident = f"i<incident.opened cad {BEGUN.date()}/{step['incident']} 1>"
        said = {
            "note": f"note({incident}, {step['about']}, {crew}, {crew})", "note_revision": revision,
            "device": crew, "channel": "mdt",
        }  # fmt: skip
        if verb == "shown":
            self._tell("mdt", "note.displayed", said)
        else:
            self._tell("mdt", "note.acknowledged", said | {"by": step.get("by", "P1001")})

    def _person(self, step: Step) -> None:
        said = {key: part for key, part in step.items() if key not in ("at", "person")}
        if "marker" in said and isinstance(said["marker"], dict):
            said["marker"] = MARKER | said["marker"]
        self._tell("console", step["person"], said)

    def _tell(self, by: str, kind: str, said: Step) -> None:
        named = {"source": by, "id": f"{by}-{next(self._acts)}", "revision": 1}
        event = [kind, 1, named | {"occurred_at": _at(self._now)} | said]
        self._said.append({"t": self._now, "f": "told", "by": by, "event": event})

    # --- faults ---------------------------------------------------------------------------

    def _garbage(self, step: Step) -> None:
        self._hear(step["garbage"], b"\xff\xfe{ not a message")

    def _cut(self, step: Step) -> None:
        self._wire(step["cut"], "closed", why=step.get("why", "closed"))

    def _back(self, step: Step) -> None:
        self._wire(step["back"], "opened", midway=True)

    def _hear(self, source: str, data: bytes) -> None:
        try:
            self._wire(source, "heard", data=data.decode())
        except UnicodeDecodeError:
            self._wire(source, "heard", base64=base64.b64encode(data).decode())

    def _wire(self, source: str, on: str, **more: Any) -> None:
        self._said.append({"t": self._now, "f": on, "source": source, "link": 1, **more})


def _at(seconds: float) -> str:
    return (BEGUN + timedelta(seconds=seconds)).isoformat()
