"""Which note a message reference of SDS-TL stands for (N3, N4), also after a restart.

A reference is one octet, so it is used again after 255 others to the same radio; a report that
comes late must never be taken for one on another note. The file holds ids and numbers of radios.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import structlog

from middleware.ops.files import append_durably, private_directory, write_whole

FILE = "radio-references.jsonl"
KEPT_FOR = timedelta(days=1)
MOST = 20_000
"""References that are remembered; the oldest are forgotten first."""
REWRITE_AFTER = 2 * MOST

log = structlog.get_logger()


@dataclass(slots=True)
class Sent:
    """One attempt to tell a radio one revision of a note, in as many messages as it has parts."""

    radio: str
    references: tuple[int, ...]
    note: str
    revision: int
    times: int
    at: datetime
    had: set[int] = field(default_factory=set)
    """References of the parts that the radio has."""
    consumed: bool = False

    @property
    def displayed(self) -> bool:
        """Whole, and before the crew."""
        return self.consumed and self.had.issuperset(self.references)


class Book:
    """`remember` before sending, `find` when a report comes."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._sent: OrderedDict[tuple[str, int], Sent] = OrderedDict()
        self._last: dict[str, int] = {}
        self._lines = 0
        self._lock = asyncio.Lock()

    def load(self, now: datetime) -> None:
        """What was sent in the last day, before this start."""
        private_directory(self._file.parent)
        for sent in self._read():
            if sent.at > now - KEPT_FOR:
                self._keep(sent)

    def allot(self, radio: str, count: int) -> tuple[int, ...]:
        """The next references to this radio."""
        first = self._last.get(radio, -1) + 1
        references = tuple((first + n) % 256 for n in range(count))
        self._last[radio] = references[-1]
        return references

    async def remember(self, sent: Sent) -> None:
        """On disk when this returns. A disk that is full must not keep a note from its crew: then
        its reports are understood until a restart only."""
        self._keep(sent)
        async with self._lock:
            try:
                await asyncio.to_thread(self._write, sent, tuple(self._kept()))
            except OSError as fault:
                log.exception("radio_references_not_kept", error=type(fault).__name__)

    def find(self, radio: str, reference: int) -> Sent | None:
        """What was last sent to it under this reference."""
        return self._sent.get((radio, reference))

    def _keep(self, sent: Sent) -> None:
        for reference in sent.references:
            self._sent.pop((sent.radio, reference), None)
            self._sent[sent.radio, reference] = sent
        self._last[sent.radio] = sent.references[-1]
        while len(self._sent) > MOST:
            self._sent.popitem(last=False)

    def _kept(self) -> Iterable[Sent]:
        if self._lines < REWRITE_AFTER:
            return ()
        return {id(sent): sent for sent in self._sent.values()}.values()

    def _write(self, sent: Sent, kept: tuple[Sent, ...]) -> None:
        """In a thread, one at a time."""
        if kept:
            write_whole(self._file, b"".join(map(_line, kept)))
            self._lines = len(kept)
        else:
            append_durably(self._file, _line(sent))
            self._lines += 1

    def _read(self) -> Iterable[Sent]:
        try:
            lines = self._file.read_bytes().splitlines()
        except FileNotFoundError:
            return
        except OSError as fault:
            log.exception("radio_references_unreadable", error=type(fault).__name__)
            return
        self._lines = len(lines)
        for line in lines:
            try:
                yield _sent(orjson.loads(line))
            except (ValueError, TypeError, KeyError):
                log.warning("radio_reference_unreadable")  # the last line of a power cut


def _line(sent: Sent) -> bytes:
    return orjson.dumps(
        [sent.radio, sent.references, sent.note, sent.revision, sent.times, sent.at.isoformat()],
        option=orjson.OPT_APPEND_NEWLINE,
    )


def _sent(fields: Any) -> Sent:
    radio, references, note, revision, times, at = fields
    if not references:
        raise ValueError("has no reference")
    numbers = tuple(int(n) % 256 for n in references)
    when = datetime.fromisoformat(at).astimezone(UTC)
    return Sent(str(radio), numbers, str(note), int(revision), int(times), when)
