"""The journal's archive in a folder: a file a segment, named by its positions, never changed.

A segment is written under another name, is on the disk before it gets its own, and the folder's
entry is on the disk before it counts. Nothing but the service's user may read it.
"""

import asyncio
import contextlib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from adapters.stores.segment import pack, unpack
from middleware.ops.files import append_durably, private_directory, sync_directory
from middleware.ports import Segment, Span

T = TypeVar("T")

NAME = re.compile(r"(\d{12,})-(\d{12,})\.segment")
UNFINISHED = re.compile(r"\d{12,}-\d{12,}\.segment\.new-(\d+)")


class ArchiveFolder:
    """See ports.Archive. `folder` is the control room's own; it is made with the first segment."""

    def __init__(self, folder: Path, room: str) -> None:
        self._folder, self._room = folder, room

    def __str__(self) -> str:
        return str(self._folder)

    async def spans(self) -> Sequence[Span]:
        return await self._aside(self._spans)

    async def write(self, first: int, records: Sequence[bytes], token: int) -> None:
        await self._aside(lambda: self._write(first, records, token))

    async def load(self, span: Span) -> Segment:
        return await self._aside(lambda: self._load(span))

    async def _aside(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.to_thread(work)
        except OSError as fault:
            why = fault.strerror or type(fault).__name__
            raise OSError(
                f"the journal's archive {self._folder} failed ({why}); see that it is there, can "
                "be read and written by this user, and has room"
            ) from fault

    def _spans(self) -> Sequence[Span]:
        if not self._folder.exists():
            return []
        names = (NAME.fullmatch(path.name) for path in self._folder.iterdir())
        return sorted(Span(int(name[1]), int(name[2])) for name in names if name)

    def _write(self, first: int, records: Sequence[bytes], token: int) -> None:
        for folder in (self._folder.parent, self._folder):
            if not folder.exists():
                private_directory(folder)
                sync_directory(folder.parent)
        self._sweep(token)
        path = self._path(Span(first, first - 1 + len(records)))
        beside = path.with_name(f"{path.name}.new-{token}")
        try:
            append_durably(beside, pack(self._room, first, records), os.O_TRUNC)
            beside.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
        sync_directory(self._folder)

    def _sweep(self, token: int) -> None:
        """What earlier writers did not finish."""
        for path in self._folder.iterdir():
            left = UNFINISHED.fullmatch(path.name)
            if left and int(left[1]) < token:
                path.unlink(missing_ok=True)

    def _load(self, span: Span) -> Segment:
        with self._path(span).open("rb") as file:
            # from the disk, and not what was given to it a moment ago
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            return unpack(file.read(), self._room, span)

    def _path(self, span: Span) -> Path:
        return self._folder / f"{span.first:012}-{span.last:012}.segment"
