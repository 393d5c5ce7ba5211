"""Spoken calls straight over SIP (N4): the telephone is a child process, kept alive."""

import asyncio
import base64
import contextlib
import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import structlog

from adapters.channels.voice_line import (
    Answered,
    Heard,
    NoLine,
    Over,
    Played,
    Pressed,
    Sound,
    UpOrDown,
)
from middleware.ops.private_files import read_private
from middleware.ops.redaction import Fixed
from middleware.ports import World

FIRST_PAUSE = timedelta(milliseconds=200)
LONGEST_PAUSE = timedelta(seconds=10)
STOP_WITHIN = timedelta(seconds=5)
LOST = Over("line")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SipAccount:
    """Who we are at the exchange; not every exchange wants us to register there."""

    user: str
    domain: str
    password_file: Path | None
    register: bool
    transport: str
    interface: str | None


class SipLine:
    """One call, as the child tells of it."""

    def __init__(self, name: str, telephone: "SipTelephone") -> None:
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        self._name = name
        self._telephone = telephone

    async def play(self, play: int, sound: Sound) -> None:
        coded = base64.b64encode(sound).decode()
        await self._tell(do="play", play=play, sound=coded)

    async def stop(self) -> None:
        await self._tell(do="stop")

    async def hang_up(self) -> None:
        await self._tell(do="hang_up")
        self._telephone.forget(self._name)

    async def _tell(self, **what: Any) -> None:
        """What is told to a line that is lost is of no use: `heard` has its Over."""
        with contextlib.suppress(NoLine):
            await self._telephone.tell(call=self._name, **what)


class SipTelephone:
    """`to` is where a number is called, with {number} as E.164, {digits} without its plus."""

    def __init__(self, account: SipAccount, to: str, world: World) -> None:
        self._account = account
        self._to = to
        self._world = world
        self._child: asyncio.subprocess.Process | None = None
        self._ready = False
        self._lines: dict[str, SipLine] = {}
        self._names = (f"c{n}" for n in count(1))
        self._restarts = world.meters.counter("forewarn_adapter_restarts_total", adapter="voice")

    async def run(self, changed: UpOrDown) -> None:
        """Keep the child alive; never returns."""
        pause = FIRST_PAUSE
        while True:
            try:
                self._child = await self._start()
                if await self._listen(self._child, changed):
                    pause = FIRST_PAUSE
            finally:
                await self._stop()
            changed("closed")
            log.error("telephone_died", adapter="voice", again_in=str(pause), remedy=Fixed(REMEDY))
            await self._world.clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            self._restarts.inc()

    async def dial(self, number: str) -> SipLine:
        """Raises NoLine when the child is not there, or not registered."""
        if not self._ready:
            raise NoLine
        name = next(self._names)
        line = self._lines[name] = SipLine(name, self)
        to = self._to.format(number=number, digits=number.removeprefix("+"))
        try:
            await self.tell(do="call", call=name, to=to)
        except NoLine:
            self.forget(name)
            raise
        return line

    async def tell(self, **what: Any) -> None:
        child = self._child
        if child is None or child.stdin is None or child.returncode is not None:
            raise NoLine
        child.stdin.write(json.dumps(what).encode() + b"\n")
        try:
            await child.stdin.drain()
        except OSError:
            raise NoLine from None

    def forget(self, name: str) -> None:
        self._lines.pop(name, None)

    async def _start(self) -> asyncio.subprocess.Process:
        """In a session of its own: an interrupt at the terminal lets us hang up first."""
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", "adapters.channels.voice_sip_agent",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        assert child.stdin is not None  # noqa: S101
        child.stdin.write(json.dumps(self._first_line()).encode() + b"\n")
        return child

    def _first_line(self) -> dict[str, Any]:
        account = self._account
        secret = read_private(account.password_file) if account.password_file else b""
        return {
            "user": account.user,
            "domain": account.domain,
            "password": (secret or b"").decode().strip(),
            "register": account.register,
            "transport": account.transport,
            "interface": account.interface,
        }

    async def _listen(self, child: asyncio.subprocess.Process, changed: UpOrDown) -> bool:
        """Until the child ends; whether it ever was ready."""
        assert child.stdout is not None  # noqa: S101
        was_ready = False
        while line := await child.stdout.readline():
            told = json.loads(line)
            if told["said"] in {"ready", "lost"}:
                self._ready = told["said"] == "ready"
                was_ready = was_ready or self._ready
                if not self._ready:
                    log.error(
                        "not_registered", adapter="voice", code=told["code"], remedy=Fixed(REMEDY)
                    )
                changed(told.get("code"))
            elif told["call"] in self._lines:
                self._lines[told["call"]].heard.put_nowait(_heard(told))
        return was_ready

    async def _stop(self) -> None:
        """The child hangs up when its input ends; every call it had is over."""
        self._ready = False
        child, self._child = self._child, None
        for line in self._lines.values():
            line.heard.put_nowait(LOST)
        self._lines.clear()
        if child is None or child.stdin is None:
            return
        child.stdin.close()
        try:
            async with asyncio.timeout(STOP_WITHIN.total_seconds()):
                await child.wait()
        except TimeoutError:
            child.kill()
        await child.wait()


def _heard(told: dict[str, Any]) -> Heard:
    match told["said"]:
        case "answered":
            return Answered()
        case "played":
            return Played(told["play"])
        case "pressed":
            return Pressed(told["key"])
    return Over(told["code"])


REMEDY = "see the sip_ keys of [channel.voice]; it is tried again by itself"
