"""Hands-free telephones over SIP: they ring, answer, listen, record and press keys.

One process has all of them, because of the SIP stack.
"""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import baresip

DIED = 70
"""What the process ends with when its telephone dies."""

Say = Callable[[str], None]
Act = Callable[[], Awaitable[None]]


class Press(NamedTuple):
    """A key, so many seconds after the answer."""

    key: str
    after: float


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the crew and its telephone do; seconds count from the ringing or from the answer.

    `doubled`: each key is pressed twice; `dies_after`: it is gone without a word, and with it the
    process.
    """

    answers_after: float = 1.0
    presses: tuple[Press, ...] = (Press("1", 5.0),)
    busy: bool = False
    never_answers: bool = False
    hangs_up_after: float | None = None
    doubled: bool = False
    dies_after: float | None = None


class Phone:
    """One telephone; `say` gets a line for each thing that happens. What was heard lies on `tape`
    during a call, and where there are `recordings` afterwards in `name`-1.wav, `name`-2.wav, …"""

    def __init__(
        self,
        behaviour: Behaviour,
        say: Say,
        tape: Path,
        recordings: Path | None = None,
        name: str = "call",
    ) -> None:
        self._behaviour, self._say = behaviour, say
        self._tape, self._recordings, self._name = tape, recordings, name
        self._calls = 0
        self._in_use = False

    def account(self, host: str, number: str | None) -> baresip.Account:
        """Of this number, or without one of every number that no other telephone has."""
        whose = () if number else ("catchall=yes",)
        return baresip.Account(
            user=number or "crew", domain=host, password="", reg_interval=0,
            audio_codecs=("pcma", "pcmu"),
            extra_params=(f"audio_player=aufile,{self._tape}", *whose),
        )  # fmt: skip

    async def on_call(self, call: baresip.Call) -> None:
        """From the ringing to the end."""
        over = asyncio.Event()
        call.on(lambda event: over.set() if event.event is baresip.Event.CALL_CLOSED else None)
        self._say("rings")
        engaged = self._in_use or self._behaviour.busy
        self._in_use = self._in_use or not engaged
        with suppress(baresip.StaleHandleError):  # the other side was quicker
            if engaged:
                await call.reject()
                self._say("busy")
            elif not self._behaviour.never_answers:
                await self._answer(call, over)
        await over.wait()
        if not engaged:
            self._in_use = False
            self._keep_recording()
        self._say("call over")

    async def _answer(self, call: baresip.Call, over: asyncio.Event) -> None:
        if await _over_within(over, self._behaviour.answers_after):
            return
        await call.answer()
        self._say("answered")
        done = 0.0
        for after, do in self._acts(call):
            if await _over_within(over, after - done):
                return
            await do()
            done = after

    def _acts(self, call: baresip.Call) -> Iterator[tuple[float, Act]]:
        """What the crew does in a call, in order, to the end that it makes itself."""
        ends = {
            self._behaviour.hangs_up_after: self._hang_up,
            self._behaviour.dies_after: self._die,
        }
        end = min((after for after in ends if after is not None), default=None)
        for key, after in self._behaviour.presses:
            if end is not None and after > end:
                break
            for _ in range(2 if self._behaviour.doubled else 1):
                yield after, partial(self._press, call, key)
        if end is not None:
            yield end, partial(ends[end], call)

    async def _press(self, call: baresip.Call, key: str) -> None:
        await call.send_dtmf(key)
        self._say(f"pressed {key}")

    async def _hang_up(self, call: baresip.Call) -> None:
        await call.hangup()
        self._say("hung up")

    async def _die(self, call: baresip.Call) -> None:
        self._say("dies")
        os._exit(DIED)

    def _keep_recording(self) -> None:
        self._calls += 1
        if self._recordings and self._tape.exists():
            kept = self._recordings / f"{self._name}-{self._calls}.wav"
            shutil.copyfile(self._tape, kept)
            self._say(f"recorded {kept}")


@dataclass(frozen=True, slots=True)
class Crew:
    """A telephone of its own: its number as it is called, and what its crew does."""

    number: str
    behaviour: Behaviour


@dataclass(frozen=True, slots=True)
class Phones:
    """Listens at `host`:`port` for calls to whatever number; those of `crews`, by their names,
    behave in their own way and say their name first."""

    host: str
    port: int
    behaviour: Behaviour
    say: Say
    recordings: Path | None = None
    crews: Mapping[str, Crew] = field(default_factory=dict)

    async def run(self) -> None:
        """Until cancelled."""
        with TemporaryDirectory(prefix="phone") as folder:
            runtime = baresip.Runtime()
            await runtime.start(self._config())
            try:
                async with asyncio.TaskGroup() as calls:
                    await self._plug_in(runtime, Path(folder), calls)
                    self.say(f"listening on {self.host}:{self.port}")
                    await asyncio.Event().wait()
            finally:
                await runtime.close()

    def _config(self) -> baresip.Config:
        return baresip.Config(
            net_interface=self.host,
            max_concurrent_calls=None,
            extra_config_text=f"sip_listen {self.host}:{self.port}\nsip_transports udp\n",
        )

    async def _plug_in(
        self, runtime: baresip.Runtime, folder: Path, calls: asyncio.TaskGroup
    ) -> None:
        phones: list[tuple[str | None, Phone]] = [
            (None, Phone(self.behaviour, self.say, folder / "call.wav", self.recordings))
        ]
        for name, crew in self.crews.items():
            say, tape = partial(self._named, name), folder / f"{name}.wav"
            phones.append((crew.number, Phone(crew.behaviour, say, tape, self.recordings, name)))
        for number, phone in phones:
            agent = await baresip.UserAgent.create(runtime, phone.account(self.host, number))
            agent.on_incoming(lambda call, phone=phone: calls.create_task(phone.on_call(call)))

    def _named(self, name: str, line: str) -> None:
        self.say(f"{name} {line}")


async def _over_within(over: asyncio.Event, delay: float) -> bool:
    """Wait; whether the call ended meanwhile."""
    try:
        async with asyncio.timeout(max(0.0, delay)):
            await over.wait()
    except TimeoutError:
        return False
    return True
