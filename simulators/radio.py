"""A TETRA radio at the control room and the radios it reaches, played (O3).

    gateway = RadioGateway(port=0)
    async with gateway.running():
        crew = gateway.handset("1001001")

It speaks PEI over TCP or a pseudo-terminal to whoever connects.
"""

import asyncio
import re
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from simulators.radio_handset import Crew, Handset
from simulators.radio_line import Line, Pty, TcpLine
from simulators.radio_words import NOT_REGISTERED, read_text, report

CREW = Crew()
CTRL_Z = b"\x1a"
_SEND = re.compile(rb"AT\+CMGS=(\d{1,8}),(\d{1,4})")


@dataclass(slots=True)
class LineFaults:
    """What goes wrong between the radio and its user; can be changed at any moment.

    `silent`: it answers nothing; `refuses`: every message gets an error; `never_says_sent`: no
    +CMGS after the OK; `not_sent`: +CMGS says failed; `interleaves`: what comes from the air is
    said inside the answers; `cut_after`: the line is cut after so many bytes of what comes next;
    `noise` is said before everything from the air.
    """

    silent: bool = False
    refuses: bool = False
    never_says_sent: bool = False
    not_sent: bool = False
    interleaves: bool = False
    cut_after: int | None = None
    noise: bytes = b""


def quiet(_: str) -> None:
    """For a simulator that nobody watches."""


class RadioGateway:
    """The radio at the control room. Radios that nobody made with `handset` are not registered."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        serial: Path | None = None,
        tls: ssl.SSLContext | None = None,
        tell: Callable[[str], None] = quiet,
        seed: int = 7,
    ) -> None:
        self.host, self.port, self.serial, self._tell = host, port, serial, tell
        self._tls = tls
        self.faults = LineFaults()
        self.handsets: dict[str, Handset] = {}
        self.tally: Counter[str] = Counter()
        self.sent: list[tuple[str, bytes]] = []
        """What it was asked to send, to whom."""
        self._pty = Pty(serial, self._heard) if serial else None
        self._server: asyncio.Server | None = None
        self._lines: dict[Line, bytearray] = {}
        self._held: list[bytes] = []
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._frozen: list[tuple[Line, bytes]] = []
        self.random = Random(seed)
        self._said = 0

    def handset(self, issi: str, crew: Crew = CREW) -> Handset:
        """A crew's radio on the air."""
        if issi not in self.handsets:
            random = Random(f"{issi} {self.random.random()}")
            made = Handset(issi, crew, self.from_air, tell=self._tell, random=random)
            self.handsets[issi] = made
        return self.handsets[issi]

    # --- coming and going --------------------------------------------------------------

    @asynccontextmanager
    async def running(self) -> AsyncIterator["RadioGateway"]:
        """It is on while the context lasts."""
        await self.start()
        try:
            yield self
        finally:
            await self.stop()
            for handset in self.handsets.values():
                await handset.off()

    async def start(self) -> None:
        """Switch it on; the port stays the same from one start to the next."""
        if self._pty:
            self._pty.open()
            self._lines[self._pty] = bytearray()
            return
        self._server = await asyncio.start_server(self._serve, self.host, self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Switch it off, in the middle of whatever it does."""
        if self._server:
            self._server.close()
        for line in tuple(self._lines):
            line.cut()
        self._lines.clear()
        self._frozen.clear()
        if self._server:
            await self._server.wait_closed()
        self._server = None

    def freeze(self) -> None:
        """From now on it reads nothing, and stays connected."""
        self._thawed.clear()

    @property
    def waits(self) -> bool:
        """Whether something was said to it since it was frozen."""
        return bool(self._frozen)

    def thaw(self) -> None:
        """It reads what came meanwhile."""
        self._thawed.set()
        waiting, self._frozen = self._frozen, []
        for line, data in waiting:
            self._heard(line, data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = TcpLine(writer)
        self._lines[line] = bytearray()
        self.tally["connected"] += 1
        with suppress(ConnectionError, asyncio.CancelledError):
            while data := await reader.read(4_096):
                self._heard(line, data)
        self._lines.pop(line, None)
        writer.close()

    # --- what it is told ---------------------------------------------------------------

    def _heard(self, line: Line, data: bytes) -> None:
        if not self._thawed.is_set():
            self._frozen.append((line, data))
            return
        if line not in self._lines:
            return
        buffer = self._lines[line]
        buffer += data
        while (command := _next_command(buffer)) is not None:
            if not self.faults.silent:
                self._obey(line, command)

    def _obey(self, line: Line, command: bytes) -> None:
        self.tally["commands"] += 1
        head, _, digits = command.partition(b"\r\n")
        found = _SEND.fullmatch(head)
        if found is None:
            line.write(b"\r\nOK\r\n" if command.startswith(b"AT") else b"\r\n+CME ERROR: 35\r\n")
        elif self.faults.refuses:
            line.write(b"\r\n+CME ERROR: 30\r\n")
        else:
            self._send(line, found[1].decode().lstrip("0"), bytes.fromhex(digits.decode()))

    def _send(self, line: Line, issi: str, octets: bytes) -> None:
        self.sent.append((issi, octets))
        inside, self._held = (b"".join(self._held) if self.faults.interleaves else b""), []
        line.write(b"\r\n+CMGS: 0\r\n" + inside + b"\r\nOK\r\n")
        if not self.faults.never_says_sent:
            self._said = (self._said + 1) % 256
            state = 5 if self.faults.not_sent else 4
            line.write(f"\r\n+CMGS: 0,{state},{self._said}\r\n".encode())
        message, handset = read_text(octets), self.handsets.get(issi)
        if message is None:
            self.tally["answers"] += 1
        elif self.faults.not_sent:
            self.tally["not sent"] += 1
        elif handset is None:
            self.from_air(report(issi, message.protocol, message.reference, NOT_REGISTERED))
        else:
            handset.receive(message)

    # --- what it says ------------------------------------------------------------------

    def from_air(self, lines: bytes) -> None:
        """Something came from the air: said at once, or inside the next answer."""
        if self.faults.silent:
            return
        if self.faults.interleaves:
            self._held.append(lines)
            return
        data = self.faults.noise + lines
        cut, self.faults.cut_after = self.faults.cut_after, None
        for line in tuple(self._lines):
            line.write(data if cut is None else data[:cut])
            if cut is not None:
                asyncio.get_running_loop().call_later(0.05, line.cut)


def _next_command(buffer: bytearray) -> bytes | None:
    """A command that is whole: a line, and of a message also its payload."""
    while buffer.startswith((b"\r", b"\n")):
        del buffer[:1]
    end = min((at for at in (buffer.find(b"\r"), buffer.find(b"\n")) if at >= 0), default=-1)
    if end < 0:
        return None
    head = bytes(buffer[:end])
    if not head.startswith(b"AT+CMGS="):
        del buffer[: end + 1]
        return head
    last = buffer.find(CTRL_Z)
    if last < 0:
        return None
    payload = bytes(buffer[end:last]).strip()
    del buffer[: last + 1]
    return head + b"\r\n" + payload
