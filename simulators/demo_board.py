"""Who was told, how, and who answered: from the rows that a screen of the control room is sent."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]

CHANNELS = {"mdt": "MDT", "radio": "radio", "voice": "call"}
STATES = {
    "shown": "shown", "acknowledged": "ACKNOWLEDGED", "sent": "sent",
    "stored": "kept by the network", "received": "received", "failed": "failed",
    "refused": "refused", "expired": "too late", "busy": "engaged", "no_answer": "no answer",
    "declined": "declined", "cut_off": "cut off", "silence": "nobody answered",
    "unsent": "could not be sent",
}  # fmt: skip
UNDER_WAY = {"mdt": "not shown yet", "radio": "on its way"}
SEEN = frozenset({"shown", "acknowledged"})
OPEN = frozenset({"not_told", "not_answered", "sending", "shown"})


def rows_of(said: Row, stream: str) -> list[Row]:
    """Of one stream, in a snapshot or a delta."""
    found = said.get(stream) or []
    rows: list[Row] = found if said.get("say") == "snapshot" else dict(found).get("rows", [])
    return rows


@dataclass(slots=True)
class Board:
    """Each note as the control room sees it, in the order in which they began."""

    notes: dict[str, Row] = field(default_factory=dict)

    def take(self, said: Row) -> None:
        """A frame of the screen."""
        for row in rows_of(said, "incidents"):
            for crew in row["crews"]:
                for note in crew["notes"]:
                    about = {"number": row["number"], "callsign": crew["callsign"]}
                    self._put(note | about)

    def _put(self, note: Row) -> None:
        before = self.notes.get(note["note"])
        if before and note["told"] == "withdrawn":  # then what is under way is the withdrawal
            note["ways"] = before["ways"]
        self.notes[note["note"]] = note

    def by_channel(self) -> dict[str, tuple[int, int]]:
        """How many notes went to each channel, and how many of them were shown (or heard) there."""
        went, shown = Counter[str](), Counter[str]()
        for way in (way for note in self.notes.values() for way in note["ways"]):
            went[way["channel"]] += 1
            shown[way["channel"]] += way["state"] in SEEN
        return {channel: (count, shown[channel]) for channel, count in went.items()}

    def latest(self, count: int) -> Iterator[Row]:
        """Those that are still open, those that went more than one way, then the newest; in the
        order in which they began."""
        newest = list(reversed(self.notes))
        chosen = sorted(newest, key=self._rank)[:count]
        return (note for name, note in self.notes.items() if name in set(chosen))

    def _rank(self, name: str) -> int:
        note = self.notes[name]
        if note["told"] in OPEN:
            return 0
        return 1 if len(note["ways"]) > 1 and note["told"] != "withdrawn" else 2


def ways_in_words(note: Row) -> str:
    """The channels it went to and how it stands on each: `MDT shown → radio ACKNOWLEDGED`."""
    return " → ".join(_way(way["channel"], way["state"], note["told"]) for way in note["ways"])


def _way(channel: str, state: str, told: str) -> str:
    if channel == "console":
        return "A PERSON has it" if told == "in_hands" else "a person must tell them"
    words = STATES.get(state) or UNDER_WAY.get(channel, "under way")
    if (channel, state) == ("voice", "shown"):
        words = "heard"
    return f"{CHANNELS.get(channel, channel)} {words}"
