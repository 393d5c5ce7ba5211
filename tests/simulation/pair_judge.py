"""What must hold of a pair when everything has been mended: what was answered for is in the
journal, once and in its order of tokens; nothing was shown twice as new; every crew has been told
and its answer is on record; every man-down was shown, under one id (O4, D1, N3)."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from adapters.stores.memory import Disk
from middleware.engine.entry import Entry
from middleware.engine.state import Note, Phase
from middleware.flow.header import take_apart
from middleware.flow.service import Service
from schemas.alarm import AlarmRaised
from schemas.incident import CadEvent
from schemas.safety import ManDownSignalled
from simulators.mdt_screen import ShownLog
from tests.flowing import records
from tests.room import made, refold


class One(Protocol):
    """An instance of the pair; `own` is the disk of its machine."""

    name: str
    own: Disk
    service: Service | None

    @property
    def is_ready(self) -> bool: ...

    @property
    def follows_at(self) -> int:
        """The position as far as it followed."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """From outside: what was answered for, by id and revision, and what was shown."""

    disk: Disk
    log: ShownLog
    answered: AbstractSet[tuple[str, int]]
    alarms: Mapping[str, AbstractSet[str]]
    rested_at: int
    """The position of the journal when all had come to rest, a while ago."""


def is_at_rest(disk: Disk, instances: Sequence[One]) -> bool:
    """One writes, nothing lies beside the journal, and every crew has been told."""
    ready = [one.service for one in instances if one.is_ready and one.service]
    if len(ready) != 1 or _lies_beside(disk, instances):
        return False
    return not any(map(_is_untold, ready[0].state.notes.values()))


def judged(seen: Seen, instances: Sequence[One]) -> list[str]:
    """What is not as it must be."""
    entries = records(seen.disk)
    wrong = [*_lost_or_double(seen, entries), *_stale(seen.disk), *seen.log.violations]
    wrong += _alarms(seen, entries)
    wrong += _behind(instances, seen.rested_at)
    wrong += [
        f"{note.id} for {note.device} is {note.phase}, {note.shown}"
        for note in refold(entries).notes.values()
        if _is_untold(note)
    ]
    if sum(one.is_ready for one in instances) != 1:
        wrong.append("not one of them writes")
    if _lies_beside(seen.disk, instances):
        wrong.append("something still lies beside the journal")
    return wrong


def _lost_or_double(seen: Seen, entries: Sequence[Entry]) -> Iterator[str]:
    said_so = Counter(
        (entry.event.id, entry.event.revision)
        for entry in entries
        if isinstance(entry.event, CadEvent | ManDownSignalled)
    )
    yield from (f"{one} was answered for, and is lost" for one in seen.answered - {*said_so})
    yield from (f"{one} is on record {n} times" for one, n in said_so.items() if n > 1)


def _stale(disk: Disk) -> Iterator[str]:
    tokens = [take_apart(one, None)[1].token for one in disk.records]
    yield from (f"{b} wrote after {a}" for a, b in pairwise(tokens) if b < a)


def _behind(instances: Sequence[One], position: int) -> Iterator[str]:
    """Who does not write has read what there was a while ago."""
    for one in instances:
        if not one.is_ready and one.follows_at < position:
            yield f"{one.name} follows at {one.follows_at}, and the journal is beyond {position}"


def _alarms(seen: Seen, entries: Sequence[Entry]) -> Iterator[str]:
    """Each radio was pressed once."""
    raised = [(one.radio or "", one.alarm) for one in made(entries, AlarmRaised)]
    on_record = dict(raised)
    yield from (f"radio {radio} has {n} alarms" for radio, n in _times(raised) if n > 1)
    for radio in seen.alarms.keys() | on_record:
        shown, there = seen.alarms.get(radio, set()), on_record.get(radio)
        if shown != {there}:
            yield f"the alarm of {radio} was shown as {sorted(shown)}, and is on record as {there}"


def _times(raised: Sequence[tuple[str, str]]) -> list[tuple[str, int]]:
    return Counter(radio for radio, _ in raised).most_common()


def _is_untold(note: Note) -> bool:
    return note.shown.get("mdt", 0) < note.revision or note.phase is Phase.OPEN


def _lies_beside(disk: Disk, instances: Sequence[One]) -> bool:
    return bool(disk.handed) or any(one.own.spool.records for one in instances)
