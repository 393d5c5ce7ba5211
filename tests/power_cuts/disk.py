"""A disk behind a cache: what was written to it, what of it is durable, and what a power cut may
leave.

A sync of a file makes its content durable as it was when the sync began, and the name it was made
under. Names are as on a journaling file system: those that no sync has made durable are lost from
some moment on, in order. Of what was written and not synced anything may be there: nothing, all, a
beginning with its last write torn, or any of its sectors and not the others. On an *ordered* disk a
file is never longer than what of it was written, as on ext4 (data=ordered, its default) and XFS.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from tests.power_cuts.trace import Did, Event

SECTOR = 512
"""What a disk writes whole or not at all."""
VOLATILE = ("-shm",)
"""Files in shared memory: what lies in them after a cut means nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """`data` written at `at`, or with `length` the file cut to it."""

    at: int
    data: bytes = b""
    length: int | None = None


@dataclass(slots=True, eq=False)
class File:
    """`content` is what programs see; `pending` the changes that `durable` lacks."""

    content: bytearray = field(default_factory=bytearray)
    durable: bytearray = field(default_factory=bytearray)
    pending: list[Change] = field(default_factory=list)
    covered: dict[str, int] = field(default_factory=dict)
    """By who syncs: how many of the pending changes were there when it began."""

    def change(self, change: Change) -> None:
        apply(self.content, change)
        self.pending.append(change)

    def sync_ended(self, pid: str) -> None:
        count = self.covered.pop(pid)
        for change in self.pending[:count]:
            apply(self.durable, change)
        del self.pending[:count]
        self.covered = {who: max(0, n - count) for who, n in self.covered.items()}


def apply(content: bytearray, change: Change) -> None:
    if change.length is not None:
        del content[change.length :]
        content.extend(bytes(change.length - len(content)))
        return
    content.extend(bytes(max(0, change.at - len(content))))
    content[change.at : change.at + len(change.data)] = change.data


@dataclass(frozen=True, slots=True)
class Naming:
    """A file gets the name `path`, or where `path` is None, loses `before`; at once."""

    file: File
    path: str | None
    before: str | None = None

    def lies_in(self, folder: str) -> bool:
        name = self.path or self.before
        return name is not None and str(Path(name).parent) == folder

    def apply(self, names: dict[str, File]) -> None:
        if self.before is not None:
            names.pop(self.before, None)
        if self.path is not None:
            names[self.path] = self.file


class Disk:
    """`happened(event)` for each event; then `after_cut`."""

    def __init__(self) -> None:
        self.names: dict[str, File] = {}
        self._durable: dict[str, File] = {}
        self._namings: list[Naming] = []
        self._appending: dict[str, bool] = {}
        self._cursors: defaultdict[str, int] = defaultdict(int)

    def happened(self, event: Event) -> None:
        match event.did:
            case Did.OPENED:
                self._opened(event)
            case Did.WROTE | Did.CUT_SHORT:
                self._changed(event)
            case Did.SYNC_BEGAN if event.path in self.names:
                file = self.names[event.path]
                file.covered[event.pid] = len(file.pending)
            case Did.SYNC_ENDED:
                self._synced(event)
            case Did.RENAMED:
                file = self.names.pop(event.path)
                self.names[event.to] = file
                self._namings.append(Naming(file, event.to, event.path))
            case Did.REMOVED if event.path in self.names:
                self._namings.append(Naming(self.names.pop(event.path), None, event.path))

    def after_cut(self, chance: Random, *, ordered: bool) -> dict[str, bytes]:
        """What is found when the power is back, by name."""
        names = dict(self._durable)
        for naming in self._namings[: chance.randint(0, len(self._namings))]:
            naming.apply(names)
        any_sectors = _any_sectors_in_order if ordered else _any_sectors
        how = chance.choice((_nothing, _everything, _a_beginning, any_sectors))
        return {
            path: chance.randbytes(len(file.content)) if path.endswith(VOLATILE)
            else bytes(how(file, chance))
            for path, file in names.items()
        }  # fmt: skip

    def _opened(self, event: Event) -> None:
        if not any(mode in event.flags for mode in ("O_WRONLY", "O_RDWR", "O_CREAT")):
            return
        if event.path not in self.names:
            if "O_CREAT" not in event.flags:
                return
            self.names[event.path] = file = File()
            self._namings.append(Naming(file, event.path))
        if "O_TRUNC" in event.flags and self.names[event.path].content:
            self.names[event.path].change(Change(0, length=0))
        self._appending[event.path] = "O_APPEND" in event.flags
        self._cursors[event.path] = 0

    def _changed(self, event: Event) -> None:
        file = self.names.get(event.path)
        if file is None:
            return  # it was removed, and nobody will find it
        if event.did is Did.CUT_SHORT:
            file.change(Change(0, length=event.at))
            return
        at = event.at
        if at is None:
            path = event.path
            at = len(file.content) if self._appending[path] else self._cursors[path]
            self._cursors[path] = at + len(event.data)
        file.change(Change(at, event.data))

    def _synced(self, event: Event) -> None:
        file = self.names.get(event.path)
        if file is None:
            here = [naming for naming in self._namings if naming.lies_in(event.path)]
        else:
            if event.pid in file.covered:
                file.sync_ended(event.pid)
            here = [naming for naming in self._namings if naming.file is file]
        for naming in here:
            naming.apply(self._durable)
            self._namings.remove(naming)


def _nothing(file: File, _: Random) -> bytearray:
    return file.durable


def _everything(file: File, _: Random) -> bytearray:
    content = bytearray(file.durable)
    for change in file.pending:
        apply(content, change)
    return content


def _a_beginning(file: File, chance: Random) -> bytearray:
    content, kept = bytearray(file.durable), chance.randint(0, len(file.pending))
    for change in file.pending[:kept]:
        apply(content, change)
    for torn in file.pending[kept : kept + 1]:
        apply(content, replace(torn, data=torn.data[: chance.randint(0, len(torn.data))]))
    return content


def _any_sectors(file: File, chance: Random) -> bytearray:
    content, share = bytearray(file.durable), chance.random()
    for change in file.pending:
        for part in _sectors(change):
            if chance.random() < share:
                apply(content, part)
    return content


def _any_sectors_in_order(file: File, chance: Random) -> bytearray:
    """Over what was durable any sectors; behind it no gap."""
    content, before = _any_sectors(file, chance), len(file.durable)
    whole = _everything(file, chance)
    return content[:before] + whole[before : chance.randint(before, max(before, len(whole)))]


def _sectors(change: Change) -> list[Change]:
    """A write as the disk makes it, a sector at a time."""
    if change.length is not None:
        return [change]
    parts, done = [], 0
    while done < len(change.data):
        most = SECTOR - (change.at + done) % SECTOR
        parts.append(Change(change.at + done, change.data[done : done + most]))
        done += most
    return parts
