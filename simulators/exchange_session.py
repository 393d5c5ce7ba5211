"""One client of a simulated exchange over TCP, and what can go wrong on its line (O3)."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Literal

END = b"\r\n\r\n"
MOST_WAITING = 4_000_000
"""Bytes a client may leave unread; then it is cut off, as Asterisk does."""


@dataclass
class Faults:
    """What shall go wrong from now on.

    `cut_after`: every new connection is cut after so many bytes; `slow`: one byte at a time;
    `silent`: nothing is said any more, but the connection stays; `drop_hang_ups`: calls end
    without a word; `repeat_headers`: the first headers of an event come twice; `spoil_list`: the
    list of channels is refused, lacks a row (short) or its end (endless); `greeting`: what is
    said first, where that is not what it should be.
    """

    cut_after: int | None = None
    slow: bool = False
    silent: bool = False
    drop_hang_ups: bool = False
    repeat_headers: bool = False
    spoil_list: Literal["", "refused", "short", "endless"] = ""
    greeting: str = ""


class Session:
    """The line to one client: whole messages, pieces of a recording, or nothing."""

    def __init__(self, writer: asyncio.StreamWriter, faults: Faults) -> None:
        writer.transport.set_write_buffer_limits(0)  # drain: until all of it is gone
        self._writer = writer
        self._faults = faults
        self._allowance = faults.cut_after
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._more = asyncio.Event()
        self._idle = asyncio.Event()
        self._held = b""
        self._tail = END
        self._in_step = False
        self.classes: frozenset[str] = frozenset()
        """Classes of events the client asked for; none before it signed in."""

    def say(self, message: bytes) -> None:
        """A whole message; while a piece of another is out, it waits for the end of that."""
        if self._tail != END:
            self._held += message
        else:
            self._put(message)

    def play(self, piece: bytes, *, at_start: bool) -> None:
        """A piece of a recording, cut anywhere; who came in mid-message gets the next one.
        `at_start`: a message begins with it."""
        if not self._in_step and not at_start:
            _, end, piece = piece.partition(END)
            if not end:
                return
        self._in_step = True
        self._tail = (self._tail + piece)[-len(END) :]
        self._put(piece)
        if self._tail == END and self._held:
            self._put(self._held)
            self._held = b""

    async def carried_out(self) -> None:
        """Wait until everything said so far has left for the client."""
        await self._idle.wait()

    def cut(self, after: int = 0) -> None:
        """End the connection when so many more bytes have gone out."""
        self._allowance = after
        self._more.set()

    def finish(self) -> None:
        """End the connection when all that was said has gone out."""
        self.cut(self._size)

    async def write(self) -> None:
        """Carry out what was said, until the line is cut."""
        try:
            while await self._write_next():
                await self._writer.drain()
                await asyncio.sleep(0)
        except ConnectionError:
            pass  # the client is gone
        finally:
            self._idle.set()
            self._writer.close()

    def _put(self, data: bytes) -> None:
        if self._faults.silent or not data:
            return
        self._idle.clear()
        self._size += len(data)
        self._waiting.append(data)
        if self._size > MOST_WAITING:
            self._writer.transport.abort()
        self._more.set()

    async def _write_next(self) -> bool:
        while not self._waiting and self._allowance != 0:
            self._idle.set()
            self._more.clear()
            await self._more.wait()
        if self._allowance == 0:
            return False
        data = self._waiting.popleft()
        most = 1 if self._faults.slow else len(data)
        if self._allowance is not None:
            most = min(most, self._allowance)
            self._allowance -= most
        if data[most:]:
            self._waiting.appendleft(data[most:])
        self._size -= most
        self._writer.write(data[:most])
        return True
