"""One note to many consoles: the last of them, beside a bare loop over the same sockets.

python -m tests.bench.consoles [--screens 2000] [--rounds 40]

Rounds of the console and of the bare loop take turns in one run, first with all screens reading,
then with one more that stopped: it has a full socket and reads nothing.
"""

import argparse
import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

import uvloop
from aiohttp import web

from middleware.console.frames import text_frame
from middleware.console.hub import Hub
from middleware.console.projection import Projection
from middleware.console.sessions import Sessions
from middleware.console.streams import view_of
from middleware.ops.access import Role
from tests import said
from tests.bench.screens import HANDSHAKE, WATCH, allow_files
from tests.consoles import ConsoleRoom
from tests.room import Room

FILLING = 40_000
"""Frames of this size are sent until the stopped reader's socket is full."""


class Fleet:
    """The screens in their own process."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self._child = child

    async def line(self) -> str:
        assert self._child.stdout is not None
        line = await self._child.stdout.readline()
        if not line:
            raise SystemExit("the screens ended early: run tests.bench.screens by hand to see why")
        return line.decode().strip()

    async def last_of(self, word: str, send: Callable[[], None]) -> float:
        """Seconds from `send` until the last screen has a frame with the word."""
        assert self._child.stdin is not None
        self._child.stdin.write(word.encode() + b"\n")
        await self.line()
        begun = time.monotonic()
        send()
        return float(await self.line()) - begun


def _incident(number: str) -> Callable[[Room], object]:
    return lambda room: room.incident_opened(said.HIGH_STREET, "A101", number=number)


class Bench:
    def __init__(self, console: ConsoleRoom, hub: Hub, fleet: Fleet) -> None:
        self._console, self._hub, self._fleet, self._round = console, hub, fleet, 0
        console.tell(lambda room: room.marker_put(said.marker("M1", said.HIGH_STREET)))

    async def console_round(self) -> float:
        """A new incident with a marker and a crew: the note is in the row of one delta."""
        word = self._next()
        return await self._fleet.last_of(word, lambda: self._console.tell(_incident(word)))

    async def bare_round(self) -> float:
        """The same frame, already made, in the plainest loop there is."""
        word = self._next()
        frame = self._frame_of(_incident(word))
        transports = [screen.transport for screen in self._hub._screens]

        def send() -> None:
            for transport in transports:
                transport.write(frame)

        return await self._fleet.last_of(word, send)

    def _frame_of(self, happen: Callable[[Room], object]) -> bytes:
        """What the console would send, made by a projection that has no screens."""
        room, view = self._console.room, view_of(Role.SUPERVISOR)
        aside = Projection(self._console.clock, room.state)
        before = len(room.entries)
        happen(room)
        aside.on_committed(room.entries[before:], room.state)
        return text_frame(aside.deltas([view])[view])

    def _next(self) -> str:
        self._round += 1
        return f"round-{self._round:06}-"

    async def compare(self, rounds: int) -> tuple[float, float]:
        """Medians of console and bare loop, taking turns."""
        takes: dict[Callable[[], Awaitable[float]], list[float]] = {
            self.console_round: [], self.bare_round: [],
        }  # fmt: skip
        for _ in range(rounds):
            for take, times in takes.items():
                times.append(await take())
                await asyncio.sleep(0.05)
        console, bare = takes.values()
        return median(console), median(bare)


async def stop_one(hub: Hub, port: int, token: str) -> socket.socket:
    """A screen that watches and never reads; its socket is full when this returns."""
    before = set(hub._screens)
    stopped = socket.create_connection(("127.0.0.1", port))
    stopped.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stopped.sendall(HANDSHAKE.format(token=token).encode() + WATCH)
    while b'"hello"' not in await asyncio.to_thread(stopped.recv, 400):
        pass
    (screen,) = set(hub._screens) - before
    while screen.transport.get_write_buffer_size() == 0:
        screen.transport.write(text_frame(b" " * FILLING))
        await asyncio.sleep(0.001)
    return stopped


async def run(screens: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        console = ConsoleRoom(Path(folder))
        token = console.token(Role.SUPERVISOR)
        hub = Hub(console.projection, console.clock, console.metrics)
        app = console.console().application(Sessions(Path(folder) / "s.json", console.clock), hub)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=screens)
        await site.start()
        port = runner.addresses[0][1]
        serving = asyncio.create_task(hub.run())
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.screens", str(port), token, str(screens),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        fleet = Fleet(child)
        await fleet.line()
        print(f"{screens} screens are open", flush=True)
        bench = Bench(console, hub, fleet)
        await bench.compare(3)
        reading = await bench.compare(rounds)
        stopped = await stop_one(hub, port, token)
        with_one = await bench.compare(rounds)
        stopped.close()
        report(reading, with_one)
        child.kill()
        await child.wait()
        serving.cancel()
        await runner.cleanup()


def report(reading: tuple[float, float], with_one: tuple[float, float]) -> None:
    print("| screens | console, last ms | bare loop, last ms | ratio |\n|---|---|---|---|")
    for name, (console, bare) in {"all read": reading, "one stopped": with_one}.items():
        print(f"| {name} | {console * 1e3:.1f} | {bare * 1e3:.1f} | {console / bare:.2f} |")
    cost = with_one[0] / reading[0] / (with_one[1] / reading[1])
    print(f"what the stopped screen costs the others: {with_one[0] / reading[0]:.2f} times; "
          f"freed of what the machine itself did meanwhile: {cost:.2f} times")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--screens", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    allow_files(given.screens + 200)
    uvloop.run(run(given.screens, given.rounds))


if __name__ == "__main__":
    main()
