"""One CAD stream: lines in, answers out in the same order (C1, O4).

A protocol, not streams: at thousands of messages a second a line costs one slice, one task and
its share of one write.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import structlog

from adapters.codecs import cad, cad_stream
from adapters.sources.cad_desk import Answer, Desk
from middleware.ops.presence import Presence
from middleware.ops.redaction import Fixed
from middleware.ports import Problem, Standing

RULE = "tcp cad"

log = structlog.get_logger()

_HEARTBEAT = Answer(Standing.KNOWN, cad_stream.HEARTBEAT)


@dataclass(slots=True)
class Streams:
    """What all streams of the source share. `open` has also those that are cut and wait for
    the journal: so what is unanswered stays bounded."""

    source: str
    room: str
    window: int
    desk: Desk
    may_speak: Callable[[str], bool]
    presence: Presence
    open: set["Stream"] = field(default_factory=set)

    def signed_in(self) -> None:
        self.presence.connected()

    def left(self, reason: str) -> None:
        if not any(stream.signed_in for stream in self.open):
            self.presence.lost(reason)

    def close(self) -> None:
        for stream in tuple(self.open):
            stream.cut("stopped")


class Stream(asyncio.Protocol):
    """The protocol of one connection."""

    def __init__(self, streams: Streams, *, admitted: bool) -> None:
        self._streams = streams
        self._admitted = admitted
        self._transport: asyncio.Transport
        self._buffer = bytearray()
        self._searched = 0
        self._kept: bytes | None = None
        self._answers: deque[asyncio.Future[Answer]] = deque()
        self._heard = True
        self._unread = False
        self._paused = False
        self._reason = "closed"
        self.signed_in = False

    # --- the connection --------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._admitted:
            self._streams.open.add(self)
        else:
            self._dismiss(Problem("hello", "finds too many streams open; close one and try again"))

    def connection_lost(self, exc: Exception | None) -> None:
        """A line cut in the middle had no answer: the CAD sends it again. What was handed in
        stays handed in, and counts as an open stream until the journal has it."""
        self._buffer.clear()
        was_signed_in, self.signed_in = self.signed_in, False
        if was_signed_in:
            log.info("stream_closed", adapter=self._streams.source, reason=Fixed(self._reason))
            self._streams.left(self._reason)
        self._leave_when_answered()

    def pause_writing(self) -> None:
        self._unread = True
        self._balance()

    def resume_writing(self) -> None:
        self._unread = False
        self._balance()

    def close_if_silent(self) -> None:
        if not self._heard and not self._answers:
            self.cut("silent")
        self._heard = False

    def cut(self, reason: str) -> None:
        self._reason = reason
        self._transport.abort()

    # --- lines in --------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        self._heard = True
        self._buffer += data
        self._balance()

    def _balance(self) -> None:
        """Take what there is room for, and read on only if there is room left."""
        while self._room() and self._take_line():
            pass
        if self._room() is self._paused and not self._transport.is_closing():
            self._paused = not self._paused
            turn = self._transport.pause_reading if self._paused else self._transport.resume_reading
            turn()

    def _room(self) -> bool:
        return len(self._answers) < self._streams.window and not self._unread

    def _take_line(self) -> bool:
        """Whether there was a whole line."""
        end = self._buffer.find(b"\n", self._searched)
        if end < 0:
            self._keep_only_the_start()
            return False
        line = self._kept if self._kept is not None else bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched, self._kept = 0, None
        self._on_line(line)
        return not self._transport.is_closing()

    def _keep_only_the_start(self) -> None:
        """Of a line that is too long only the start is kept, for the quarantine."""
        if self._kept is None and len(self._buffer) > cad.LIMIT:
            self._kept = bytes(self._buffer[: cad.LIMIT + 1])
        if self._kept is not None:
            self._buffer.clear()
        self._searched = len(self._buffer)

    def _on_line(self, line: bytes) -> None:
        if not self.signed_in:
            self._on_hello(line)
        elif cad_stream.is_heartbeat(line):
            self._owe_heartbeat()
        elif line.strip():
            self._owe(self._submit(line))

    def _submit(self, line: bytes) -> asyncio.Task[Answer]:
        desk = self._streams.desk
        return desk.submit(desk.read(line), line[: cad.LIMIT])

    def _on_hello(self, line: bytes) -> None:
        """Before it is known who speaks, nothing goes to the journal, not even to quarantine."""
        token = cad_stream.hello_token(line)
        if isinstance(token, Problem):
            self._dismiss(token)
        elif not self._streams.may_speak(token):
            self._dismiss(Problem("hello.token", "is not a system's; use the CAD's own token"))
        else:
            self.signed_in = True
            self._streams.signed_in()
            self._write(cad_stream.welcome(self._streams.room, self._streams.window, cad.LIMIT))

    def _dismiss(self, problem: Problem) -> None:
        log.warning("stream_refused", adapter=self._streams.source, field=problem.field)
        self._write(cad.refusal(problem))
        self._transport.close()

    # --- answers out -----------------------------------------------------------------

    def _owe(self, answer: asyncio.Future[Answer]) -> None:
        self._answers.append(answer)
        answer.add_done_callback(self._on_answer)

    def _owe_heartbeat(self) -> None:
        answer = asyncio.get_running_loop().create_future()
        answer.set_result(_HEARTBEAT)
        self._owe(answer)

    def _on_answer(self, _: asyncio.Future[Answer]) -> None:
        """Everything at the front that is answered goes out in one write."""
        ready = []
        while self._answers and self._answers[0].done():
            answer = self._answers.popleft()
            if answer.cancelled() or answer.exception():
                self.cut("fault")
                break
            ready.append(answer.result().body)
        if self._transport.is_closing():
            self._leave_when_answered()
        elif ready:
            self._write(*ready)
            self._balance()

    def _write(self, *lines: bytes) -> None:
        self._transport.write(b"\n".join(lines) + b"\n")

    def _leave_when_answered(self) -> None:
        if not self._answers:
            self._streams.open.discard(self)
