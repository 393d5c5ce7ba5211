"""The record of the journal: a clear header, then sealed parts (DESIGN, "The record").

Stored bytes: the header, the part "event" and the part "decisions", each behind its length
(4 bytes, big-endian). The header is JSON; both parts are sealed under a key by name, with the
header as associated data. The hash in the next record's header covers the stored bytes, so the
chain still holds when a key was deleted and its parts open as erased (E1, E4).
"""

import hashlib
from dataclasses import dataclass

from middleware.engine.entry import Entry, Erased
from middleware.flow.header import Header, Part, Tampered, UnknownRecord, take_apart, write_header
from middleware.flow.sealing import BadSeal, frame, open_part, seal_part
from middleware.flow.shapes import (
    UnknownShape,
    read_decisions,
    read_event,
    write_decisions,
    write_event,
)
from middleware.ports import Keys

__all__ = [
    "GENESIS",
    "Header",
    "Opened",
    "Tampered",
    "UnknownRecord",
    "Writer",
    "digest",
    "open_record",
    "seal",
]

GENESIS = bytes(32)
"""What the first record has in place of the hash of the one before."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A record, opened; `erased` names the parts whose key was deleted. An erased decisions
    part leaves the entry without decisions."""

    header: Header
    entry: Entry
    erased: tuple[str, ...]


@dataclass(slots=True)
class Writer:
    """Seals one entry after the other; `previous` is the digest of the last record sealed."""

    room: str
    token: int
    keys: Keys
    previous: bytes = GENESIS

    def seal(self, entry: Entry) -> bytes:
        record = seal(
            entry, room=self.room, token=self.token, previous=self.previous, keys=self.keys
        )
        self.previous = digest(record)
        return record


def digest(record: bytes) -> bytes:
    """The hash that the next record carries: SHA-256 of the stored bytes."""
    return hashlib.sha256(record).digest()


def seal(entry: Entry, *, room: str, token: int, previous: bytes, keys: Keys) -> bytes:
    """The stored bytes of `entry`. `previous` is the digest of the record before, or GENESIS.

    After a failed append offer the same bytes again, or acquire the journal anew
    (middleware.flow.sealing).
    """
    event, position, name = entry.event, entry.position, keys.current
    if isinstance(event, Erased):
        raise TypeError("an erased event cannot be sealed again")
    key = keys.key(name)
    header = write_header(
        event,
        entry.received_at,
        room=room,
        place=(position, token),
        previous=previous,
        key=name,
    )
    said = write_event(event, entry.answer)
    decided = write_decisions(entry.decisions)
    return frame(
        (
            header,
            seal_part(said, key, header, (token, position, "event")),
            seal_part(decided, key, header, (token, position, "decisions")),
        )
    )


def open_record(data: bytes, keys: Keys, *, position: int | None = None) -> Opened:
    """Open stored bytes; `position` is where the store has them.

    Raises Tampered when header, place or seal is wrong, UnknownRecord when the build is too
    old. The chain is checked apart, by middleware.flow.chain.
    """
    pieces, header = take_apart(data, position)
    plain: dict[str, bytes] = {}
    for part, sealed in zip(header.parts, pieces[1:], strict=True):
        try:
            key = keys.key(part.key)
        except KeyError:
            continue
        plain[part.name] = _unseal(sealed, key, pieces[0], header, part)
    erased = tuple(part.name for part in header.parts if part.name not in plain)
    return Opened(header, _entry(header, plain), erased)


def _unseal(sealed: bytes, key: bytes, head: bytes, header: Header, part: Part) -> bytes:
    try:
        return open_part(sealed, key, head, (header.token, header.position, part.name))
    except BadSeal:
        raise Tampered(header.position, f"the {part.name} or the header was changed") from None


def _entry(header: Header, plain: dict[str, bytes]) -> Entry:
    said, decided = plain.get("event"), plain.get("decisions")
    try:
        event, answer = (
            (Erased(), None) if said is None else read_event(header.type, header.version, said)
        )
        decisions = () if decided is None else read_decisions(decided)
    except UnknownShape as error:
        raise UnknownRecord(header.position, str(error)) from None
    return Entry(header.position, header.at, event, answer, decisions)
