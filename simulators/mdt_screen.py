"""What a device's screen shows of the notes that reach it: the device's half of the contract.

A revision is shown once as new; an older one never comes over a newer one; what has expired is
dropped; what was taken back goes. Where two instances of the service speak, the later one's word
stands (`writer`); nothing that was never shown is kept back.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

Note = dict[str, Any]
"""A `DeviceNote` as it came, read as JSON."""


class Unreadable(Exception):
    """Bytes that are no note of the contract."""


def read_note(payload: bytes) -> Note:
    """The fields the device itself needs are there and have their types; Unreadable if not."""
    try:
        note: Note = json.loads(payload)
        if note["contract"] != "forewarn.mdt/1":
            raise Unreadable("another contract")
        wanted: dict[str, type] = {"note": str, "revision": int, "expires_at": str}
        if not all(isinstance(note[name], kind) for name, kind in wanted.items()):
            raise Unreadable("a field of another type")
        if datetime.fromisoformat(note["expires_at"]).tzinfo is None:
            raise Unreadable("a time that could be anywhere")
    except (ValueError, KeyError, TypeError) as fault:
        raise Unreadable(f"no note: {type(fault).__name__}") from fault
    return note


REMEMBERED = timedelta(days=1)
"""How long after its end a note is known, should the same revision come once more."""


class Reaction(StrEnum):
    """What a device does with a note."""

    SHOWN = "shown"
    REMOVED = "removed"
    KNOWN = "known: shown or removed before"
    OLDER = "older than what is shown"
    OUTDATED = "of a service that another one has taken over"
    EXPIRED = "expired"


@dataclass(slots=True)
class _Kept:
    revision: int
    withdrawn: bool
    expires_at: datetime
    writer: int = 0


@dataclass(slots=True)
class Screen:
    """Remembers what it has shown; in `file`, where one is given, over a restart too."""

    file: Path | None = None
    writer: int = 0
    """The last one that was heard."""
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file and self.file.exists():
            self.writer, kept = json.loads(self.file.read_text())
            for name, (revision, withdrawn, until, *more) in kept.items():
                self._kept[name] = _Kept(revision, withdrawn, datetime.fromisoformat(until), *more)

    def take(self, note: Note, now: datetime) -> Reaction:
        """What becomes of the note on the screen."""
        oldest = now - REMEMBERED
        self._kept = {n: kept for n, kept in self._kept.items() if kept.expires_at > oldest}
        expires_at = datetime.fromisoformat(note["expires_at"])
        if expires_at <= now:
            return Reaction.EXPIRED
        self.writer = max(self.writer, writer := int(note.get("writer", 0)))
        new = _Kept(note["revision"], bool(note.get("withdrawn", False)), expires_at, writer)
        before = self._kept.get(note["note"])
        if before and (why := self._left_out(before, new)):
            return why
        self._kept[note["note"]] = new
        self._save()
        return Reaction.REMOVED if new.withdrawn else Reaction.SHOWN

    def _left_out(self, before: _Kept, new: _Kept) -> Reaction | None:
        """Why it changes nothing of what is on the screen, if it does not."""
        same = new.revision == before.revision
        if new.writer < self.writer:
            return Reaction.KNOWN if same else Reaction.OUTDATED
        later = new.writer > before.writer
        if same and (not later or new.withdrawn == before.withdrawn):
            before.writer = new.writer
            return Reaction.KNOWN
        return Reaction.OLDER if new.revision < before.revision and not later else None

    def shows(self, note: str, revision: int) -> bool:
        """Whether this revision is what the crew sees now."""
        kept = self._kept.get(note)
        return kept is not None and kept.revision == revision and not kept.withdrawn

    def forget(self) -> None:
        self._kept.clear()

    def _save(self) -> None:
        if self.file:
            kept = {
                name: (k.revision, k.withdrawn, k.expires_at.isoformat(), k.writer)
                for name, k in self._kept.items()
            }
            new = self.file.with_name(f"{self.file.name}.new")
            new.write_text(json.dumps((self.writer, kept)))
            new.replace(self.file)


# --- the judge -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the log: what was put on a screen as new."""

    device: str
    note: str
    revision: int
    at: datetime


@dataclass(slots=True)
class ShownLog:
    """What every device showed as new. It forgets nothing, so it sees what a device does not."""

    shown: list[Shown] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    _newest: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """Writer and revision of what each shows."""
    _removed: set[tuple[str, str]] = field(default_factory=set)

    def add(self, device: str, note: Note, now: datetime) -> None:
        """Write it down, and every rule of the contract that it breaks."""
        key, revision, writer = (device, note["note"]), note["revision"], int(note.get("writer", 0))
        newest = self._newest.get(key, (0, 0))
        if revision == newest[1] and not (key in self._removed and writer > newest[0]):
            self._complain(key, revision, "shown twice as new")
        if (writer, revision) < newest:
            self._complain(key, revision, f"shown over revision {newest[1]}")
        if datetime.fromisoformat(note["expires_at"]) <= now:
            self._complain(key, revision, "shown after it expired")
        self._removed.discard(key)
        self._newest[key] = max(newest, (writer, revision))
        self.shown.append(Shown(device, note["note"], revision, now))

    def removed(self, device: str, note: Note) -> None:
        """Taken back: a later service may say that it stands all the same."""
        self._removed.add((device, note["note"]))

    def _complain(self, key: tuple[str, str], revision: int, what: str) -> None:
        self.violations.append(f"{key[0]}: note {key[1]} revision {revision} {what}")
