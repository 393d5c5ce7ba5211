"""What came out of two runs, side by side: added, lost, later, otherwise, worded otherwise (O2).

Both are read event by event under names that do not depend on positions. Moments are taken as
distances from when the event was taken in, in whole seconds, so that only real lateness shows.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson

from middleware.flow.recording.file import Frame, Progress, Recording
from middleware.flow.recording.frames import CAME, OPENING, SENT
from middleware.flow.replay.names import Names

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|\+00:00)")
_SELF_MADE = frozenset({"build.started", "markers.staged", "index.followed"})
"""What every run has in its own way."""
_EMPTY = frozenset({"noted", "ignored"})
_POSITIONED = {"timer_set": "revision", "rechecks_ordered": "cause"}
"""Which field of a decision is a position of the journal."""
_SUBJECTS = ("note", "writing", "incident", "call", "alarm", "subject", "task", "timer", "source")
ANSWER = "answer"


class What(StrEnum):
    """How the second run differs from the first."""

    LOST = "lost"
    ADDED = "added"
    LATER = "later"
    OTHERWISE = "otherwise"
    WORDED = "worded otherwise"


@dataclass(frozen=True, slots=True)
class Difference:
    """One: on `event`, of kind `of` (a decision, an answer, a message); each side as JSON."""

    what: What
    event: str
    of: str
    before: str = ""
    after: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class Came:
    """What one event led to."""

    at: float
    made: list[tuple[str, str, str]]
    """(kind, subject, body)"""


@dataclass(slots=True)
class Run:
    """One run, read."""

    came: dict[str, Came] = field(default_factory=dict)
    sent: dict[str, tuple[float, str]] = field(default_factory=dict)
    decisions: int = 0
    last: float = 0.0


def read_run(recording: Recording, progress: Progress = lambda *_: None) -> Run:
    """Everything that came out, by names."""
    run, names, begun = Run(), Names(), recording.header.begun
    times: Counter[str] = Counter()
    for frame in recording.frames(progress):
        run.last = max(run.last, frame["t"])
        if frame["f"] == OPENING:
            names.opened(frame)
        elif frame["f"] == CAME:
            _take(run, names, frame, begun)
        elif frame["f"] == SENT and frame["t"] >= 0:
            name, words = _sent(names, frame)
            times[name] += 1
            run.sent[f"{name} #{times[name]}"] = frame["t"], words
    return run


def compare(first: Run, second: Run, tolerance: timedelta) -> list[Difference]:
    """In the order of the first run, then what only the second has. Messages are compared where
    both have any: a recording that was made anonymous has none."""
    late = tolerance.total_seconds()
    sent = _in_sent(first, second, late) if first.sent and second.sent else ()
    return [*_in_came(first, second, late), *sent]


def _take(run: Run, names: Names, frame: Frame, begun: datetime) -> None:
    label = names.learn(frame)
    if frame["t"] < 0 or frame["event"][0] in _SELF_MADE:
        return
    at = begun + timedelta(seconds=frame["at"])
    made = [_plain(names, one, body, at) for one, _, body in frame["decisions"]]
    if frame.get("answer"):
        made.append((ANSWER, "", _answer(frame["answer"])))
    run.decisions += len(frame["decisions"])
    run.came[label] = Came(frame["at"], made)


def _plain(names: Names, kind: str, body: Any, at: datetime) -> tuple[str, str, str]:
    plain = _told(names, body, at)
    plain.pop(_POSITIONED.get(kind, ""), None)
    subject = next((str(plain[key]) for key in _SUBJECTS if key in plain), "")
    return kind, subject, orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()


def _told(names: Names, value: Any, at: datetime) -> Any:
    if isinstance(value, dict):
        return {key: _told(names, part, at) for key, part in value.items()}
    if isinstance(value, list):
        return [_told(names, part, at) for part in value]
    if not isinstance(value, str):
        return value
    if _MOMENT.fullmatch(value):
        return f"{round((datetime.fromisoformat(value) - at).total_seconds()):+d}s"
    return names.plain(value)


def _answer(answer: Any) -> str:
    found = [[m["marker"], m["relation"], m["certainty"]] for m in answer["matches"]]
    said = {"outcome": answer["outcome"], "reason": answer.get("reason"), "matches": found}
    return orjson.dumps(said).decode()


def _sent(names: Names, frame: Frame) -> tuple[str, str]:
    kind, body = frame["body"]
    note = names.plain(str(body.get("note") or body.get("ask") or ""))
    name = f"{frame['channel']} to {frame['to']}: {kind} {note} {body.get('revision', '')}"
    said = {key: value for key, value in body.items() if not _is_id(key) and not _is_moment(value)}
    return name, names.plain(orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode())


def _is_id(key: str) -> bool:
    return key in ("note", "ask", "revision")


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and _MOMENT.fullmatch(value) is not None


def _in_came(first: Run, second: Run, late: float) -> Iterator[Difference]:
    for label, came in first.came.items():
        then = second.came.get(label)
        if then is None:
            yield from _all(What.LOST, label, came)
            continue
        yield from _made(label, came, then)
        if then.at - came.at > late and came.made:
            yield Difference(What.LATER, label, "event", seconds=then.at - came.at)
    for label, came in second.came.items():
        if label not in first.came:
            yield from _all(What.ADDED, label, came)


def _all(what: What, label: str, came: Came) -> Iterator[Difference]:
    for kind, _, body in came.made:
        if kind not in _EMPTY:
            before, after = (body, "") if what is What.LOST else ("", body)
            yield Difference(what, label, kind, before, after)


def _made(label: str, first: Came, second: Came) -> Iterator[Difference]:
    """Decisions of one event: what is the same on both sides is taken away first."""
    same = Counter(first.made) & Counter(second.made)
    before, after = _rest(first.made, same), _rest(second.made, same)
    for kind, subject, body in before:
        other = next((one for one in after if one[:2] == (kind, subject)), None)
        if other is None:
            yield Difference(What.LOST, label, kind, before=body)
        else:
            after.remove(other)
            yield Difference(What.OTHERWISE, label, kind, body, other[2])
    for kind, _, body in after:
        yield Difference(What.ADDED, label, kind, after=body)


def _rest(
    made: list[tuple[str, str, str]], same: Counter[tuple[str, str, str]]
) -> list[tuple[str, str, str]]:
    left, rest = same.copy(), []
    for one in made:
        if left[one]:
            left[one] -= 1
        else:
            rest.append(one)
    return rest


def _in_sent(first: Run, second: Run, late: float) -> Iterator[Difference]:
    for name, (at, words) in first.sent.items():
        if name not in second.sent:
            yield Difference(What.LOST, name, "message", before=words)
            continue
        then, other = second.sent[name]
        if other != words:
            yield Difference(What.WORDED, name, "message", words, other)
        if then - at > late:
            yield Difference(What.LATER, name, "message", seconds=then - at)
    for name, (_, words) in second.sent.items():
        if name not in first.sent:
            yield Difference(What.ADDED, name, "message", after=words)
