"""Whether what came out of a scenario is what its storyboard expects (O3, O2)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulators.scenario import Scenario, Step

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """A decision, or an answer of the matcher as `answer`: when, on which event, and what."""

    t: float
    kind: str
    event: str
    body: Body


def read_outcome(path: Path) -> list[Made]:
    """Everything decided after the beginning."""
    made: list[Made] = []
    for line in path.read_text(encoding="utf-8").splitlines()[1:-1]:
        frame = json.loads(line)
        if frame["f"] != "came" or frame["t"] < 0:
            continue
        event = f"{frame['event'][0]} {frame['event'][2]}"
        made += [Made(frame["t"], kind, event, body) for kind, _, body in frame["decisions"]]
        if frame.get("answer"):
            made.append(Made(frame["t"], "answer", event, frame["answer"]))
    return made


def missed(scenario: Scenario, made: list[Made]) -> list[str]:
    """What was expected and did not come out so, in words; empty when all is well."""
    return [told for step in scenario.expected if (told := _missed(step, made))]


def _missed(step: Step, made: list[Made]) -> str:
    """`decided` with `where`, `about` (part of the event's name), `between` (seconds) and `times`:
    a number, or at least one."""
    since, until = step.get("between", (0, float("inf")))
    found = [
        one
        for one in made
        if one.kind == step["decided"]
        and since <= one.t <= until
        and step.get("about", "") in one.event
        and _holds(step.get("where", {}), one.body)
    ]
    times = step.get("times")
    if (len(found) == times) if times is not None else found:
        return ""
    wanted = "at least once" if times is None else f"{times} times"
    return f"{step['why']}: {step['decided']} was expected {wanted}, and came {len(found)} times"


def _holds(wanted: Any, said: Any) -> bool:
    """Every field that is asked for; of a list, some element for each."""
    if isinstance(wanted, dict):
        return isinstance(said, dict) and all(_holds(w, said.get(k)) for k, w in wanted.items())
    if isinstance(wanted, list):
        return isinstance(said, list) and all(any(_holds(w, s) for s in said) for w in wanted)
    return bool(wanted == said)
