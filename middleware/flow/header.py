"""The clear header of a record: what can be read, and followed, without a key."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import ClassVar, Literal, NoReturn

import orjson
from pydantic import ConfigDict, TypeAdapter, ValidationError

from middleware.flow.sealing import unframe
from middleware.ops.errors import Trouble
from schemas.base import Moment
from schemas.event import Event

FORMAT = 1


class Tampered(Trouble):
    """The record at `position` is not what was written there."""

    def __init__(self, position: int, what: str) -> None:
        super().__init__(
            f"journal position {position}: {what}",
            "keep the store as it is, run `forewarn journal verify`, compare with a backup",
        )
        self.position, self.reason = position, what


class UnknownRecord(Trouble):
    """The record at `position` is sound, and of a kind or version this build cannot read."""

    def __init__(self, position: int, what: str) -> None:
        super().__init__(
            f"journal position {position}: {what}",
            "start the build that wrote it or a later one; for an old version add its upcaster",
        )
        self.position, self.reason = position, what


@dataclass(frozen=True, slots=True)
class Part:
    """A sealed part and the name of its key."""

    name: Literal["event", "decisions"]
    key: str


@dataclass(frozen=True, slots=True)
class Header:
    """`token` is the writer's, `type` and `version` are the event's, `at` its `received_at`;
    `previous` is the hash of the record before, in hex.

    `subjects` is for the opaque ids whose keys seal the parts; empty while one key seals all.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(strict=True, extra="forbid")

    format: Literal[1]
    room: str
    position: int
    token: int
    type: str
    version: int
    at: Moment
    subjects: tuple[str, ...]
    parts: tuple[Part, Part]
    previous: str


_HEADER = TypeAdapter(Header)


def write_header(
    event: Event, at: datetime, *, room: str, place: tuple[int, int], previous: bytes, key: str
) -> bytes:
    """Canonical JSON: fields in the order of Header, no spaces. `place` is (position, token)."""
    return orjson.dumps(
        {
            "format": FORMAT,
            "room": room,
            "position": place[0],
            "token": place[1],
            "type": event.kind,
            "version": event.version,
            "at": at,
            "subjects": (),
            "parts": _parts(key),
            "previous": previous.hex(),
        },
        option=orjson.OPT_UTC_Z,
    )


def take_apart(data: bytes, position: int | None) -> tuple[list[bytes], Header]:
    """The pieces of stored bytes and the header read; Tampered or UnknownRecord if they cannot
    be, or if the header is that of another position."""
    try:
        pieces = unframe(data)
        header = _HEADER.validate_json(pieces[0])
    except (ValidationError, ValueError, IndexError):
        _refuse(data, position or 0)
    if position is not None and header.position != position:
        raise Tampered(position, f"the record of position {header.position} lies here")
    if len(pieces) != 1 + len(header.parts):
        raise Tampered(header.position, "it has not the parts that its header names")
    return pieces, header


@lru_cache(maxsize=16)
def _parts(key: str) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps((Part("event", key), Part("decisions", key))))


def _refuse(data: bytes, position: int) -> NoReturn:
    try:
        written = orjson.loads(unframe(data)[0])["format"]
    except (ValueError, IndexError, KeyError, TypeError):
        raise Tampered(position, "the header cannot be read") from None
    if isinstance(written, int) and written > FORMAT:
        raise UnknownRecord(position, f"it has format {written}, known is {FORMAT}")
    raise Tampered(position, "the header does not fit its format")
