"""One connection to a TETRA radio or gateway, by TCP or a serial port (N4, D1).

Commands go one at a time, each with a limit; what the radio says by itself is handed over at once,
also inside an answer. A link that is silent and does not answer a poll is dead.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

import serial_asyncio_fast
import structlog

from adapters.channels.radio_settings import RadioSettings
from adapters.codecs import tetra_commands as commands
from adapters.codecs import tetra_pei as pei
from middleware.ports import ChannelDown

CHUNK = 4_096
WAKE_TRIES = 3
FAILED = 5
"""State of `+CMGS` that says that a message was not sent; 4 says that it was."""

Hear = Callable[[pei.Item], None]
log = structlog.get_logger()


class Why(StrEnum):
    """How a link ended."""

    UNREACHABLE = "unreachable"
    UNTRUSTED = "untrusted"
    CLOSED = "closed"
    SILENT = "silent"


class Lost(Exception):
    """The link is no more."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class PerhapsSent(Exception):
    """It was handed to the radio, and what became of it nobody knows."""


def _future() -> asyncio.Future[Any]:
    return asyncio.get_running_loop().create_future()


@dataclass(slots=True)
class _Asked:
    """The command whose answer is awaited; None is the end of the link."""

    done: asyncio.Future[pei.Done | None] = field(default_factory=_future)
    state: asyncio.Future[pei.SendState | None] = field(default_factory=_future)

    def end(self) -> None:
        """The link is lost: there will be no answer."""
        for awaited in (self.done, self.state):
            if not awaited.done():
                awaited.set_result(None)


class Link:
    """`read` runs as long as the link; the others are called beside it."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        settings: RadioSettings,
        hear: Hear,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._settings, self._hear = settings, hear
        self._turn = asyncio.Lock()
        self._asked: _Asked | None = None
        self._lost: Why | None = None
        self._parser = pei.Reader()
        self._polling: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, settings: RadioSettings, hear: Hear) -> Self:
        """Raises Lost where there is no connection."""
        try:
            async with asyncio.timeout(settings.answer_within.total_seconds()):
                reader, writer = await _open(settings)
        except (OSError, TimeoutError) as fault:
            untrusted = "certificate" in str(fault).lower()
            raise Lost(Why.UNTRUSTED if untrusted else Why.UNREACHABLE) from fault
        return cls(reader, writer, settings, hear)

    async def read(self) -> None:
        """Hand over what the radio says until the link ends; raises Lost."""
        try:
            while data := await self._next():
                for item in self._parser.feed(data):
                    self._take(item)
        finally:
            self._end()
        raise Lost(self._lost or Why.CLOSED)

    async def _next(self) -> bytes:
        """What comes next; nothing at the end of the link. Polls while the radio is silent."""
        while True:
            silence = asyncio.timeout(self._settings.poll_every.total_seconds())
            try:
                async with silence:
                    return await self._reader.read(CHUNK)
            except OSError:  # a TimeoutError is one too
                if not silence.expired():
                    return b""
                self._poll()

    async def wake(self, init: Sequence[str]) -> int:
        """Make the radio hand over to us; returns how many commands it refused. Raises Lost."""
        for _ in range(WAKE_TRIES):
            if (await self._command(commands.command("AT"))).error is None:
                break
        refused = 0
        for n, words in enumerate([*init, commands.SDS_TL], 1):
            if (await self._command(commands.command(words))).error is not None:
                refused += 1
                log.error("radio_refused_a_command_of_init", adapter="radio", position=n)
        return refused

    async def send(self, radio: str, octets: bytes) -> pei.SendState | None:
        """Hand a message over; returns what the radio says of its sending, None where it says
        nothing in time. ChannelDown: nothing went out; PerhapsSent: that is not certain."""
        wire = commands.send_message(radio, octets)
        async with _Turn(self._turn, self._settings.turn_within.total_seconds()):
            if self._lost:
                raise ChannelDown("the link to the radio was lost")
            try:
                return await self._hand_over(wire)
            except Lost as lost:
                raise PerhapsSent(lost.why) from lost

    async def _hand_over(self, wire: bytes) -> pei.SendState | None:
        asked = self._ask(wire)
        try:
            if (await self._answer(asked)).error is not None:
                raise ChannelDown("the radio refused it")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.sent_within.total_seconds()):
                    return await asked.state
            return None
        finally:
            self._asked = None

    def _poll(self) -> None:
        """Ask whether it is there; a command under way asks that too."""
        if not self._turn.locked():
            self._polling = asyncio.create_task(self._ask_whether_it_is_there())

    async def _ask_whether_it_is_there(self) -> None:
        with suppress(Lost):
            await self._command(commands.command("AT"))

    async def _command(self, wire: bytes) -> pei.Done:
        async with self._turn:
            try:
                return await self._answer(self._ask(wire))
            finally:
                self._asked = None

    def _ask(self, wire: bytes) -> _Asked:
        if self._lost:
            raise Lost(self._lost)
        self._asked = _Asked()
        self._writer.write(wire)
        return self._asked

    async def _answer(self, asked: _Asked) -> pei.Done:
        """A command that is not answered, or not waited for any more, ends the link: what comes
        later must not be taken for the answer to the next one."""
        try:
            async with asyncio.timeout(self._settings.answer_within.total_seconds()):
                done = await asked.done
        except TimeoutError:
            self.lose(Why.SILENT)
            raise Lost(Why.SILENT) from None
        except asyncio.CancelledError:
            self.lose(Why.CLOSED)
            raise
        if done is None:
            raise Lost(self._lost or Why.CLOSED)
        return done

    def _take(self, item: pei.Item) -> None:
        asked = self._asked
        if isinstance(item, pei.Done):
            if asked and not asked.done.done():
                asked.done.set_result(item)
        elif isinstance(item, pei.SendState):
            if asked and item.state is not None and not asked.state.done():
                asked.state.set_result(item)
        elif not isinstance(item, pei.Other):
            self._hear(item)

    def lose(self, why: Why) -> None:
        """End the link at once; what was not sent yet is not sent."""
        self._lost = self._lost or why
        transport = self._writer.transport
        if not transport.is_closing() or transport.get_write_buffer_size():
            transport.abort()

    def _end(self) -> None:
        for item in self._parser.end():
            self._take(item)
        self.lose(Why.CLOSED)
        if self._asked:
            self._asked.end()

    async def closed(self) -> None:
        """After `read`: the port is free again."""
        if self._polling:
            self._polling.cancel()
        with suppress(OSError):
            await self._writer.wait_closed()


class _Turn:
    """A lock that is waited for so long; then nothing was done: ChannelDown."""

    def __init__(self, lock: asyncio.Lock, within: float) -> None:
        self._lock, self._within = lock, within

    async def __aenter__(self) -> None:
        try:
            async with asyncio.timeout(self._within):
                await self._lock.acquire()
        except TimeoutError:
            raise ChannelDown("too many messages wait for the radio") from None

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()


async def _open(settings: RadioSettings) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if settings.connect:
        host, port = settings.connect
        return await asyncio.open_connection(host, port, ssl=settings.tls(), limit=CHUNK)
    return await serial_asyncio_fast.open_serial_connection(
        limit=CHUNK, url=str(settings.serial), baudrate=settings.baud, exclusive=True
    )
