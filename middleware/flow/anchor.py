"""Anchors: signed heads of the chain, kept elsewhere, so that rewriting it all shows (E1).

Whoever holds the data key and the store could write a whole new chain. An anchor says what the
record at a position was; its Ed25519 signature needs the anchor key, and its file is meant to
lie where the store's administrators cannot write. One line of JSON an anchor.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import Field, ValidationError

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.records import GENESIS, Writer
from middleware.ops.files import append_durably, private_directory
from middleware.ops.keys import ANCHOR
from middleware.ports import Clock, Keys
from schemas.base import Moment, Name, Said

log = structlog.get_logger()


class Anchor(Said):
    """At `at` the record at `position` had this digest (hex); `signature` in hex."""

    room: Name
    position: Annotated[int, Field(ge=1)]
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    at: Moment
    signature: Annotated[str, Field(pattern="^[0-9a-f]{128}$")]

    def signed(self) -> bytes:
        """What the signature is over."""
        return self.model_dump_json(exclude={"signature"}).encode()


class BadAnchor(ValueError):
    """A line that is no anchor of this room, or was changed; `position` is what it claims."""

    def __init__(self, what: str, position: int = 0) -> None:
        super().__init__(what)
        self.position = position


def sign(anchor: Anchor, keys: Keys) -> Anchor:
    """The same with its signature."""
    signature = _signer(keys).sign(anchor.signed())
    return anchor.model_copy(update={"signature": signature.hex()})


def read_anchor(line: bytes, room: str, keys: Keys) -> Anchor:
    """Raises BadAnchor; KeyError without the anchor key."""
    try:
        anchor = Anchor.model_validate_json(line)
    except ValidationError:
        raise BadAnchor("it cannot be read (changed, or torn by a power cut)") from None
    try:
        _signer(keys).public_key().verify(bytes.fromhex(anchor.signature), anchor.signed())
    except InvalidSignature:
        raise BadAnchor("its signature is wrong", anchor.position) from None
    if anchor.room != room:
        raise BadAnchor(f"it is of room {anchor.room}", anchor.position)
    return anchor


def read_lines(path: Path) -> list[bytes]:
    """The lines of an anchor file; none when nothing was anchored yet."""
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


@dataclass(slots=True)
class Anchors:
    """Writes the anchors of one room. A failure is logged and tried again at the next time.

    `on_committed` is one of the core's listeners: only what is durable is ever anchored.
    """

    path: Path
    keys: Keys
    clock: Clock
    writer: Writer
    _head: tuple[int, bytes] = field(default=(0, GENESIS), init=False)
    _anchored: int = field(default=0, init=False)

    def on_committed(self, entries: Sequence[Entry], _: State) -> None:
        """The writer's last record is durable now."""
        if entries:
            self._head = entries[-1].position, self.writer.previous

    async def keep(self, every: timedelta) -> None:
        """Anchor the head at intervals until cancelled, and then once more."""
        try:
            while True:
                await self.clock.sleep(every)
                await self.write()
        finally:
            await self.write()

    async def write(self) -> None:
        """Anchor the head, unless it is anchored already or nothing was written."""
        position, digest = self._head
        if position == self._anchored:
            return
        anchor = Anchor(
            room=self.writer.room,
            position=position,
            digest=digest.hex(),
            at=self.clock.now(),
            signature="0" * 128,
        )
        try:
            await asyncio.to_thread(self._append, sign(anchor, self.keys))
        except OSError as error:
            log.warning("anchor_not_written", error=type(error).__name__, position=position)
        else:
            self._anchored = position

    def _append(self, anchor: Anchor) -> None:
        private_directory(self.path.parent)
        line = anchor.model_dump_json().encode() + b"\n"
        append_durably(self.path, b"\n" + line if _torn(self.path) else line)


def _torn(path: Path) -> bool:
    """A power cut ended the last line early; the next must not be glued to it."""
    if not path.exists() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"


def _signer(keys: Keys) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.key(ANCHOR))
