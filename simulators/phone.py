"""A hands-free telephone over SIP: rings, answers, listens, records and presses keys.

One of them a process, because of the SIP stack.
"""

import asyncio
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import baresip

from simulators.phone_refusal import Decliner


class Press(NamedTuple):
    """A key, so many seconds after the answer."""

    key: str
    after: float


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the crew does; seconds count from the ringing or from the answer."""

    answers_after: float = 1.0
    presses: tuple[Press, ...] = (Press("1", 5.0),)
    busy: bool = False
    declines: bool = False
    never_answers: bool = False
    hangs_up_after: float | None = None


class Phone:
    """Listens at `host`:`port` for calls to whatever number; `say` gets a line for each thing that
    happens. With `recordings`, each call is there as call-1.wav, call-2.wav, …"""

    def __init__(
        self,
        host: str,
        port: int,
        behaviour: Behaviour,
        say: Callable[[str], None],
        recordings: Path | None = None,
    ) -> None:
        self._host, self._port = host, port
        self._behaviour = behaviour
        self._say = say
        self._recordings = recordings
        self._calls = 0
        self._tasks: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Until cancelled."""
        if self._behaviour.declines:
            await self._decline_all()
            return
        with TemporaryDirectory(prefix="phone") as folder:
            self._tape = Path(folder) / "heard.wav"
            runtime = baresip.Runtime()
            await runtime.start(self._config())
            try:
                await self._take_calls(runtime)
            finally:
                await runtime.close()

    async def _decline_all(self) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: Decliner(lambda number: self._say(f"{number} rings; declined")),
            (self._host, self._port),
        )
        self._say(f"listening on {self._host}:{self._port}")
        try:
            await asyncio.Event().wait()
        finally:
            transport.close()

    def _config(self) -> baresip.Config:
        return baresip.Config(
            net_interface=self._host,
            audio_player=f"aufile,{self._tape}",
            max_concurrent_calls=1,
            extra_config_text=f"sip_listen {self._host}:{self._port}\n",
        )

    async def _take_calls(self, runtime: baresip.Runtime) -> None:
        account = baresip.Account(
            user="crew", domain=self._host, password="", reg_interval=0,
            audio_codecs=("pcma", "pcmu"), extra_params=("catchall=yes",),
        )  # fmt: skip
        agent = await baresip.UserAgent.create(runtime, account)
        async with asyncio.TaskGroup() as tasks:
            agent.on_incoming(lambda call: tasks.create_task(self._on_call(call)))
            self._say(f"listening on {self._host}:{self._port}")
            await asyncio.Event().wait()

    async def _on_call(self, call: baresip.Call) -> None:
        over = asyncio.Event()
        call.on(lambda event: over.set() if event.event is baresip.Event.CALL_CLOSED else None)
        self._say("rings")
        with suppress(baresip.StaleHandleError):  # the other side was quicker
            if self._behaviour.busy:
                await call.reject()
                self._say("busy")
            elif not self._behaviour.never_answers:
                await self._in_call(call, over)
        await over.wait()
        self._say("call over")
        self._keep_recording()

    async def _in_call(self, call: baresip.Call, over: asyncio.Event) -> None:
        if await _over_within(over, self._behaviour.answers_after):
            return
        await call.answer()
        self._say("answered")
        hangs_up = self._behaviour.hangs_up_after
        done = 0.0
        for key, after in self._behaviour.presses:
            if hangs_up is not None and after > hangs_up:
                break
            if await _over_within(over, after - done):
                return
            await call.send_dtmf(key)
            self._say(f"pressed {key}")
            done = after
        if hangs_up is not None and not await _over_within(over, hangs_up - done):
            await call.hangup()
            self._say("hung up")

    def _keep_recording(self) -> None:
        self._calls += 1
        if self._recordings and self._tape.exists():
            kept = self._recordings / f"call-{self._calls}.wav"
            shutil.copyfile(self._tape, kept)
            self._say(f"recorded {kept}")


async def _over_within(over: asyncio.Event, delay: float) -> bool:
    """Wait; whether the call ended meanwhile."""
    try:
        async with asyncio.timeout(max(0.0, delay)):
            await over.wait()
    except TimeoutError:
        return False
    return True
