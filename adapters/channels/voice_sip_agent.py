"""The SIP telephone in a process of its own (N4): baresip allows one a process, and is an alpha.

Lines of JSON on standard input and output, one thing each; the first line in is the account.

    in   {"do": "call", "call": "c1", "to": "sip:…"}
         {"do": "play", "call": "c1", "play": 1, "sound": "<base64 of PCM>"}
         {"do": "stop", "call": "c1"}
         {"do": "hang_up", "call": "c1"}
    out  {"said": "ready"}
         {"said": "lost", "code": "403"}
         {"said": "answered", "call": "c1"}
         {"said": "played", "call": "c1", "play": 1}
         {"said": "pressed", "call": "c1", "key": "1"}
         {"said": "over", "call": "c1", "code": "486"}

When its input ends, which it does when the service is gone however that went, it hangs up all
calls and ends.
"""

import asyncio
import base64
import json
import sys
from contextlib import suppress
from datetime import timedelta

import baresip

from adapters.channels.voice_sip_register import stay_registered
from adapters.channels.voice_sip_words import code_of, say
from middleware.ops.clock import SystemClock
from middleware.ports import Clock

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes; a note is one."""
FEED_EVERY = timedelta(milliseconds=100)
"""The stack holds two seconds of sound, so that a slow machine leaves no gap."""
CODECS = ("pcma", "pcmu")
"""What every exchange knows, at the rate at which the sound is made."""


class Call:
    """One call to make. `play` feeds the stack; whatever the stack says goes to standard output."""

    def __init__(self, name: str, call: baresip.Call, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._call = call
        self._feeding: asyncio.Task[None] | None = None
        call.on(self._on_event)
        call.on_dtmf(lambda digit: say(said="pressed", call=name, key=digit.digit))

    def play(self, number: int, sound: bytes) -> None:
        self.stop()
        self._feeding = asyncio.create_task(self._feed(number, sound))

    def stop(self) -> None:
        if self._feeding and not self._feeding.done():
            self._feeding.cancel()
            with suppress(baresip.AudioNotActive, baresip.AudioRestarted):
                self._call.audio.flush_tx()

    async def hang_up(self) -> None:
        self.stop()
        with suppress(baresip.BaresipError):  # it was over
            await self._call.hangup()

    def _on_event(self, event: baresip.StackEvent) -> None:
        if event.event is baresip.Event.CALL_ESTABLISHED:
            say(said="answered", call=self._name)
        elif event.event is baresip.Event.CALL_CLOSED:
            self.stop()
            say(said="over", call=self._name, code=code_of(event.text))

    async def _feed(self, number: int, sound: bytes) -> None:
        """Where the other side negotiates anew, what was on its way is lost: from the start."""
        done = 0
        while done < len(sound) or self._waiting():
            try:
                done += self._call.audio.write(sound[done:])
            except baresip.AudioRestarted:
                done = 0
            except baresip.AudioNotActive:
                if self._call.state is baresip.CallState.CLOSED:
                    return
            await self._clock.sleep(FEED_EVERY)
        say(said="played", call=self._name, play=number)

    def _waiting(self) -> int:
        try:
            waiting: int = self._call.audio.info().tx_buffered
        except baresip.AudioNotActive:
            return 0
        return waiting


class Agent:
    """The account and its calls."""

    def __init__(self, agent: baresip.UserAgent, clock: Clock) -> None:
        self._agent = agent
        self._clock = clock
        self._calls: dict[str, Call] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        agent.on_incoming(self._refuse)

    async def obey(self, line: bytes) -> None:
        told = json.loads(line)
        name = told["call"]
        if told["do"] == "call":
            await self._dial(name, told["to"])
        elif call := self._calls.get(name):
            if told["do"] == "play":
                call.play(told["play"], base64.b64decode(told["sound"]))
            elif told["do"] == "stop":
                call.stop()
            else:
                del self._calls[name]
                await call.hang_up()

    async def _dial(self, name: str, to: str) -> None:
        try:
            self._calls[name] = Call(name, await self._agent.dial(to), self._clock)
        except (baresip.BaresipError, ValueError):
            say(said="over", call=name, code="none")

    async def hang_up(self) -> None:
        for call in self._calls.values():
            await call.hang_up()

    def _refuse(self, call: baresip.Call) -> None:
        """Nobody is there to talk to."""
        task = asyncio.create_task(call.reject())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def run(clock: Clock) -> None:
    lines = asyncio.StreamReader(limit=LONGEST_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    given = json.loads(await lines.readline())
    runtime = baresip.Runtime()
    await runtime.start(
        baresip.Config(net_interface=given.pop("interface"), max_concurrent_calls=None)
    )
    registers = given.pop("register")
    account = baresip.Account(**given, reg_interval=600 if registers else 0, audio_codecs=CODECS)
    agent = await baresip.UserAgent.create(runtime, account, transfer_policy="reject")
    staying = asyncio.create_task(stay_registered(agent, wanted=registers))
    obeying = Agent(agent, clock)
    while line := await lines.readline():
        await obeying.obey(line)
    staying.cancel()
    await obeying.hang_up()
    await runtime.close()


if __name__ == "__main__":
    asyncio.run(run(SystemClock()))
