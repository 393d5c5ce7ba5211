"""Our ids follow from what was said and when, which differs from run to run: names that do not.

An id is named by the event that made it, a note by its incident, marker and crew. So two runs can
be laid side by side, and what a person did to an alarm of one is done to that of the other (O2).
"""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from middleware.flow.recording.file import Frame

_BEGUN = r"[a-z]{1,2}[0-9a-f]{16}(?:-[0-9]+)?"
_DIGEST = r"[nw][0-9a-f]{20}"
_IDS = re.compile(rf"(?<![A-Za-z0-9])(?:{_BEGUN}|{_DIGEST})(?![A-Za-z0-9])")
_SIXTEEN = 16
_BEGINS = {
    "incident_taken": "incident", "call_changed": "call", "alarm_raised": "alarm",
    "report_drafted": "report", "back_up_made": "request", "stand_off_begun": "stand_off",
    "mistake_taken": "mistake", "hand_on_begun": "hand_on", "frequent_caller_recognised": "caller",
}  # fmt: skip
"""The decisions that can be the first to name something, and where they name it."""
_COUNTED = frozenset({"man_down.unreadable"})
"""Kinds whose id is drawn by lot: they are told apart by their order."""
_OF_INCIDENT = {"note_issued": "note", "write_back_issued": "writing"}
_OPENING = "opening"
_NTH = re.compile("-[0-9]+$")
_NAMED = (">", ")")
"""How a name ends; no id does."""


class Names:
    """The names of one run, learned entry by entry."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()
        self._digests: dict[str, str] = {}
        self._by_name: dict[str, str] = {}

    def learn(self, frame: Frame) -> str:
        """The name of the event of a `came` frame; its ids are known from here on."""
        kind, source, name, revision, ours = frame["event"]
        told = f"{kind} {source} {self.plain(name)}"
        opening = name.startswith(_OPENING)
        counted = kind in _COUNTED and not opening
        if ours or counted:
            told = f"{kind} {source}" if counted else told
        else:
            told += f" {revision}"
        if frame["t"] < 0 and not opening:
            told = f"before {told}"  # what a replay needs to begin is not counted with the rest
        self._times[told] += 1
        label = f"{told} #{self._times[told]}" if self._times[told] > 1 else told
        for made in frame["decisions"]:
            self._learn_begun(label, *made)
            self._learn_note(*made)
        return label

    def opened(self, frame: Frame) -> None:
        """An `opening` frame: what the thing was called before the recording began."""
        if not (was := frame.get("was")):
            return
        kind, _, body = frame["event"]
        label = f"{kind} {body['source']} {body['id']} {body.get('revision', 1)}"
        self._digests[was] = _named(was, label)
        self._by_name.setdefault(self._digests[was], was)
        for note, marker, callsign, device in frame["notes"]:
            self._digests[note] = _note(self._digests[was], marker, callsign, device)

    def plain(self, text: str) -> str:
        """The text with every id of this run in it by its name."""
        return self._replaced(text, self.name)

    def name(self, one: str) -> str | None:
        """Of one id; None where this run never made it."""
        return self._digests.get(one)

    def id_of(self, name: str) -> str | None:
        """The id of this run that has the name."""
        return self._by_name.get(name)

    def translated(self, value: Any, to: "Names") -> Any:
        """JSON of this run with the ids of the other one; what it never made stays."""
        if isinstance(value, dict):
            return {key: self.translated(part, to) for key, part in value.items()}
        if isinstance(value, list):
            return [self.translated(part, to) for part in value]
        return self._text(value, to) if isinstance(value, str) else value

    def _text(self, value: str, to: "Names") -> str:
        """A scenario gives names in place of ids."""
        if value.endswith(_NAMED):
            return to.id_of(value) or value
        return self._replaced(value, lambda one: self._other(one, to))

    def _other(self, one: str, to: "Names") -> str | None:
        name = self.name(one)
        return None if name is None else to.id_of(name)

    def _learn_begun(self, label: str, kind: str, _: int, body: dict[str, Any]) -> None:
        made = body.get(_BEGINS.get(kind, ""))
        if made is None or made in self._digests:
            return
        call = self._digests.get(made[1:])  # a draft about a call is named after it
        name = f"{made[0]}{call}" if call else _named(made, label)
        self._digests[made] = name
        self._by_name.setdefault(name, made)

    def _learn_note(self, kind: str, _: int, body: dict[str, Any]) -> None:
        if kind not in _OF_INCIDENT:
            return
        crew = (body.get("callsign", ""), body.get("device", ""))
        name = _note(self.plain(body["incident"]), body["matched"]["marker"], *crew)
        made = body[_OF_INCIDENT[kind]]
        self._digests[made], self._by_name[name] = name, made

    def _replaced(self, text: str, name: Callable[[str], str | None]) -> str:
        return _IDS.sub(lambda match: name(match[0]) or match[0], text)


def _named(one: str, label: str) -> str:
    """`one` is prefix, digest and perhaps the number of those that one message begins."""
    nth = found[0] if (found := _NTH.search(one)) else ""
    return f"{one.removesuffix(nth)[:-_SIXTEEN]}<{label}>{nth}"


def _note(incident: str, marker: str, callsign: str, device: str) -> str:
    return f"note({incident}, {marker}, {callsign}, {device})"
