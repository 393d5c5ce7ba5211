"""The channel `voice` at work, a real SIP telephone in another process, and sound compared."""

import asyncio
import contextlib
import os
import random
import signal
import socket
import sys
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from adapters.channels.voice import SPEC, Voice
from middleware.ops.metrics import Metrics
from middleware.ports import ToDevice
from schemas.delivery import DeliveryReported, NoteAcknowledged, NoteDisplayed
from schemas.event import Event
from schemas.told import SpokenNote
from tests.brokers import real_world, until
from tests.fakes import FakeIntake

PATIENCE = 60
NUMBER = "+447700900123"
ANOTHER = "+447700900124"
Samples = npt.NDArray[np.float64]


def spoken(note: str = "n1", revision: int = 1, *, withdrawn: bool = False) -> SpokenNote:
    """A short one: a test hears it in real time."""
    words = f"Violence warning. Fourteen A, High Street. {note[1:]}."
    return SpokenNote(
        note=note, revision=revision, incident="C-1", withdrawn=withdrawn,
        expires_at=datetime(2100, 1, 1, tzinfo=UTC), sentences=(words,),
    )  # fmt: skip


@dataclass
class Line:
    """The channel, with what it brought in."""

    channel: Voice
    meters: Metrics
    intake: FakeIntake = field(default_factory=FakeIntake)
    back: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def can_send(self) -> None:
        """Wait for one `came_back` that nobody has waited for yet."""
        async with asyncio.timeout(PATIENCE):
            await self.back.acquire()

    async def tell(self, note: SpokenNote, number: str = NUMBER, times: int = 0) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.channel.send(ToDevice(number, note, times))

    async def hears(self, kind: type[Event], times: int = 1) -> list[Any]:
        """Wait until so many events of one kind were taken in; all of them."""
        await until(lambda: len(self.intake.of(kind)) >= times)
        return list(self.intake.of(kind))

    @property
    def told(self) -> list[str]:
        """What came in about notes, in order: `displayed n1/1`, `silence n1/1`."""
        said = []
        for event in self.intake.events:
            if isinstance(event, NoteDisplayed | NoteAcknowledged | DeliveryReported):
                what = event.state.value if isinstance(event, DeliveryReported) else event.kind[5:]
                said.append(f"{what} {event.note}/{event.note_revision}")
        return said


@asynccontextmanager
async def running(state: Path, **settings: Any) -> AsyncIterator[Line]:
    """Patient enough for a slow machine: a test that needs less says so."""
    world = real_world(state)
    assert isinstance(world.meters, Metrics)
    channel = SPEC.make(SPEC.settings(**{"key_within": "1m", "ring": "1m", **settings}), world)
    line = Line(channel, world.meters)
    task = asyncio.create_task(channel.run(line.intake, line.back.release))
    try:
        yield line
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def over_sip(phone: "Phone", state: Path, **settings: Any) -> AsyncIterator[Line]:
    """The channel, ready, with the telephone as its exchange."""
    to = f"sip:{{number}}@{phone.at}"
    async with running(state, sip_to=to, sip_interface="127.0.0.1", **settings) as line:
        await line.can_send()
        yield line


class Phone:
    """`python -m simulators phone`, as a process."""

    def __init__(self, at: str, process: asyncio.subprocess.Process) -> None:
        self.at = at
        self.said: list[str] = []
        self._process = process

    async def says(self, line: str, times: int = 1) -> None:
        """Wait until it has said so, so often."""
        while self.said.count(line) < times:
            async with asyncio.timeout(PATIENCE):
                await self._next()

    async def recording(self) -> Samples:
        """What was heard in the call that ended last."""
        while not (kept := [s.partition("recorded ")[2] for s in self.said if "recorded " in s]):
            async with asyncio.timeout(PATIENCE):
                await self._next()
        with wave.open(kept[-1]) as file:
            assert (file.getframerate(), file.getnchannels()) == (8_000, 1)
            return samples(file.readframes(file.getnframes()))

    async def _next(self) -> None:
        assert self._process.stdout
        line = await self._process.stdout.readline()
        assert line, f"the telephone ended; it had said {self.said}"
        self.said.append(line.decode().strip().removeprefix("phone: "))


@asynccontextmanager
async def telephone(*arguments: str, folder: Path | None = None) -> AsyncIterator[Phone]:
    """One that listens on a free port."""
    at = f"127.0.0.1:{free_sip_port()}"
    record = ["--record", str(folder)] if folder else []
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators", "phone", "--listen", at, *arguments, *record,
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    phone = Phone(at, process)
    try:
        await phone.says(f"listening on {at}")
        yield phone
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()


def free_sip_port() -> int:
    """For UDP and TCP, and the one above it for TLS: the SIP stack takes all of them. Below those
    that the system gives to outgoing connections."""
    for port in random.SystemRandom().sample(range(20_000, 32_000, 2), 100):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                for taken in (port, port + 1):
                    probe = stack.enter_context(socket.socket(socket.AF_INET, kind))
                    probe.bind(("127.0.0.1", taken))
            return port
    raise AssertionError("no port is free")


def samples(sound: bytes) -> Samples:
    return np.frombuffer(sound, "<i2").astype(np.float64)


WINDOW = 4_000
"""Half a second: long enough to be like no other, short enough that a lost packet or a jitter
buffer that slips, as they do on a loaded machine, spoils few of them."""
THE_SAME = 0.9
"""Correlation above which a window is the same: what arrived whole has 0.99, A-law and all."""
LOUD = 400.0
"""Root mean square of a frame in which somebody speaks."""
FRAME = 160
"""20 ms."""
MOSTLY = 0.6
"""Of a window's frames must be loud: a window of pauses is like any other."""


def alike(said: Samples, heard: Samples) -> float:
    """How much of `said` is in `heard`, 0 to 1: the share of its half seconds full of speech that
    are found there by normalised cross-correlation.

    Another text by the same voice has none or almost none (a test holds it), a recording of the
    same one nearly all; where the machine had no time, packets are late and fewer are whole.
    """
    starts = range(0, said.size - WINDOW + 1, WINDOW // 2)
    windows = [said[n : n + WINDOW] for n in starts]
    full = [window for window in windows if _speech_in(window) >= MOSTLY]
    assert full, "nothing was said"
    return float(np.mean([best_place(window, heard)[0] > THE_SAME for window in full]))


def _speech_in(window: Samples) -> float:
    """Share of its frames in which somebody speaks."""
    frames = window[: window.size // FRAME * FRAME].reshape(-1, FRAME)
    return float(np.mean(np.sqrt(np.mean(frames**2, axis=1)) > LOUD))


def best_place(part: Samples, heard: Samples) -> tuple[float, int]:
    """The highest normalised cross-correlation, and from which sample on."""
    if heard.size < part.size:
        return 0.0, 0
    size = 1 << (heard.size + part.size).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(part, size)), size)
    product = product[: heard.size - part.size + 1]
    energy = np.concatenate(([0.0], np.cumsum(heard**2)))
    energy = energy[part.size :] - energy[: -part.size]
    alike_by = product / np.sqrt(np.maximum(energy, 1.0) * np.sum(part**2))
    at = int(np.argmax(alike_by))
    return float(alike_by[at]), at


def times_heard(said: Samples, heard: Samples, same: float) -> int:
    """How often all of it is in the recording: each is cut out before the next look."""
    left, times = heard.copy(), 0
    while alike(said, left) > same:
        times += 1
        _, at = best_place(said, left)
        left[at : at + said.size] = 0
    return times


class Registrar(asyncio.DatagramProtocol):
    """Answers each REGISTER over UDP with `status`; a telephone exchange says no more here."""

    status = "403 Forbidden"
    refused = 0
    transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        lines = data.decode().partition("\r\n\r\n")[0].split("\r\n")
        if not lines[0].startswith("REGISTER "):
            return
        echoed = ("via", "from", "to", "call-id", "cseq", "contact")
        fields = [line for line in lines[1:] if line.partition(":")[0].lower() in echoed]
        tagged = [f + ";tag=r" if f.lower().startswith("to:") else f for f in fields]
        self.refused += not self.status.startswith("200")
        answer = [f"SIP/2.0 {self.status}", *tagged, "Expires: 600", "Content-Length: 0", "", ""]
        self.transport.sendto("\r\n".join(answer).encode(), addr)


@asynccontextmanager
async def registrar() -> AsyncIterator[tuple[str, Registrar]]:
    """Where it listens, and itself."""
    at, made = f"127.0.0.1:{free_sip_port()}", Registrar()
    address = ("127.0.0.1", int(at.rpartition(":")[2]))
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: made, address)
    try:
        yield at, made
    finally:
        made.transport.close()
