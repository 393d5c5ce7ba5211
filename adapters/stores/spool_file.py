"""The spool in one file, whose room is taken beforehand, so that a full disk leaves it usable.

    header   one line of JSON, padded to HEADER bytes: {"format": 1, "token": 7}
    frames   length (4 bytes), CRC-32 of position and record (4), position (8), record
    end      a length of 0

What is read ends at the first frame that is not whole or does not follow: its writing was never
confirmed. Records are sealed as in the journal; the file is this service's alone.
"""

import asyncio
import functools
import os
import struct
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import orjson
import structlog

from middleware.ops.files import PRIVATE, private_directory, sync_directory
from middleware.ops.redaction import Fixed
from middleware.ports import Spooled

T = TypeVar("T")

HEADER = 512
SLACK = 2 << 20
"""Beyond the bound: frames, and the batch that fills it."""
REMEDY = "let [journal] spool lie on a file system that can reserve room, best not the disk"
_FRAME = struct.Struct(">IIQ")
_END = bytes(_FRAME.size)

log = structlog.get_logger()


class SpoolFile:
    """See ports.Spool. Its work is done in a thread of its own."""

    def __init__(self, path: Path, bound: int) -> None:
        self._path, self._size = path, HEADER + bound + SLACK
        self._thread = ThreadPoolExecutor(1, "journal-spool")
        self._descriptor = -1
        self._end = HEADER

    async def load(self) -> Spooled:
        return await self._aside(self._load)

    async def mark(self, token: int) -> None:
        header = orjson.dumps({"format": 1, "token": token}).ljust(HEADER - 1) + b"\n"
        await self._aside(self._put, header, 0)

    async def write(self, first: int, records: Sequence[bytes]) -> None:
        await self._aside(self._write, first, records)

    async def clear(self) -> None:
        await self._aside(self._clear)

    async def set_aside(self) -> None:
        await self._aside(self._set_aside)

    def close(self) -> None:
        """What was handed in is written first."""
        self._thread.shutdown()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    async def _aside(self, work: Callable[..., T], *given: object) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, functools.partial(work, *given))

    def _load(self) -> Spooled:
        self._open()
        data = self._read()
        records: list[bytes] = []
        first, self._end = 1, HEADER
        while (found := _frame_at(data, self._end)) is not None:
            position, record = found
            first = first if records else position
            if position != first + len(records):
                break
            records.append(record)
            self._end += _FRAME.size + len(record)
        return Spooled(_token(data[:HEADER]), first, tuple(records))

    def _open(self) -> None:
        if self._descriptor >= 0:
            return
        private_directory(self._path.parent)
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, PRIVATE)
        sync_directory(self._path.parent)
        try:
            os.posix_fallocate(self._descriptor, 0, self._size)
        except OSError as error:
            log.warning("spool_not_reserved", error=type(error).__name__, remedy=Fixed(REMEDY))

    def _read(self) -> bytes:
        """As far as something was ever written: what is reserved reads as zeros."""
        data, at = bytearray(), 0
        while (piece := os.pread(self._descriptor, 1 << 20, at)).strip(b"\0"):
            data += piece
            at += len(piece)
        return bytes(data)

    def _write(self, first: int, records: Sequence[bytes]) -> None:
        frames = [_frame(n, record) for n, record in enumerate(records, start=first)]
        data = b"".join(frames)
        self._put(data + _END, self._end)
        self._end += len(data)

    def _clear(self) -> None:
        self._put(_END, HEADER)
        self._end = HEADER

    def _set_aside(self) -> None:
        number = sum(1 for _ in self._path.parent.glob(self._path.name + ".aside-*")) + 1
        header = os.pread(self._descriptor, HEADER, 0)
        self._path.rename(self._path.with_name(f"{self._path.name}.aside-{number}"))
        os.close(self._descriptor)
        self._descriptor, self._end = -1, HEADER
        self._open()
        self._put(header + _END, 0)

    def _put(self, data: bytes, at: int) -> None:
        """Whole and durable, or OSError; where it failed the same place is written again."""
        left = memoryview(data)
        while left:
            done = os.pwrite(self._descriptor, left, at)
            left, at = left[done:], at + done
        os.fdatasync(self._descriptor)


def _frame(position: int, record: bytes) -> bytes:
    return _FRAME.pack(len(record), _check(position, record), position) + record


def _frame_at(data: bytes, at: int) -> tuple[int, bytes] | None:
    if at + _FRAME.size > len(data):
        return None
    length, check, position = _FRAME.unpack_from(data, at)
    record = data[at + _FRAME.size : at + _FRAME.size + length]
    if not length or len(record) != length or check != _check(position, record):
        return None
    return position, record


def _check(position: int, record: bytes) -> int:
    return zlib.crc32(record, zlib.crc32(position.to_bytes(8, "big")))


def _token(header: bytes) -> int | None:
    try:
        said = orjson.loads(header)
        return int(said["token"]) if said["format"] == 1 else None
    except (ValueError, KeyError, TypeError):
        return None
