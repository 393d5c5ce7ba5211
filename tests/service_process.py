"""`forewarn run` as a process of its own: configured, started, killed, and waited for (O4).

Waiting has a generous limit, and ends at once when the service does, with the end of its log.
"""

import asyncio
import os
import random
import socket
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from aiohttp import ClientError, ClientSession

PATIENCE_S = 60.0
LOOK_S = 0.02
ROOM = "eoc1"
FOREWARN = (sys.executable, "-m", "middleware")
LISTENERS = ("console", "broker", "cad_http", "cad_tcp", "ami")
BELOW_EPHEMERAL = range(10_000, 20_000)
"""No client is ever given one of these ports as its own while the service is down; nor is any of
them taken for a broker or a telephone, whose ports lie above them."""
_WORKER, _WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]), 16
_OURS = BELOW_EPHEMERAL[_WORKER % _WORKERS :: _WORKERS]
"""What tests beside these do not choose from."""
_given: deque[int] = deque(maxlen=len(_OURS) // 2)
"""What may not be listened at yet."""

CONFIG = """\
room = "{room}"
state = "state"
[console]
listen = "127.0.0.1:{console}"
[check]
limit = "5s"
[broker]
port = {broker}
[source.cad_http]
listen = "127.0.0.1:{cad_http}"
[source.cad_tcp]
listen = "127.0.0.1:{cad_tcp}"
[source.asterisk_ami]
connect = "127.0.0.1:{ami}"
password_file = "ami.secret"
retry_first = "50ms"
retry_most = "200ms"
[channel.mdt]
[journal]
anchor_every = "1s"
snapshot_every = {snapshot_every}
[[escalation.rung]]
channel = "mdt"
wait = "{wait}"
[[escalation.rung]]
channel = "console"
wait = "1h"
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class ServiceProcess:
    """The service of the configuration in `folder`; `child` while it is meant to run."""

    folder: Path
    ports: dict[str, int]
    child: subprocess.Popen[bytes] | None = None
    room: str = ROOM

    @property
    def config(self) -> Path:
        return self.folder / "forewarn.toml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def log(self) -> Path:
        """What the service printed and logged, over all its starts."""
        return self.folder / "service.log"

    @property
    def console(self) -> str:
        return f"http://127.0.0.1:{self.ports['console']}"

    def configure(self, more: str = "", *, wait: str = "1h", snapshot_every: int = 20_000) -> None:
        """Write the configuration, and `more` behind it; `wait` is that of the first rung."""
        asked = {"room": self.room, "wait": wait, "snapshot_every": snapshot_every}
        self.config.write_text(CONFIG.format(**asked, **self.ports) + more)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Started and ready; it is stopped at the end unless that was done before."""
        self.start()
        try:
            await self.ready()
            yield
        finally:
            if self.child is not None:
                await self.stop()

    def start(self) -> None:
        self.child = self.another(self.log)

    def another(self, log: Path, **more: str) -> subprocess.Popen[bytes]:
        """One more `forewarn run` with this configuration, which the environment may change."""
        command = [*FOREWARN, "run", "--config", self.config.name]
        with log.open("ab") as out:
            return subprocess.Popen(
                command, cwd=self.folder, env=environ(more), stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip

    async def forewarn(self, *words: str) -> Ran:
        """A command, run beside the service."""
        return await self.forewarn_with(self.config.name, *words)

    async def forewarn_with(self, config: str, *words: str) -> Ran:
        """The same, with another configuration in the folder."""
        command = [*FOREWARN, *words, "--config", config]
        done = await asyncio.to_thread(
            subprocess.run, command, cwd=self.folder, env=environ({}), capture_output=True,
            stdin=subprocess.DEVNULL, text=True, check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    async def ready(self) -> None:
        """Until /readyz says so."""
        await self._until_good("/readyz")

    async def until_answering(self) -> None:
        """Until the console is there, whatever the service still lacks."""
        await self._until_good("/healthz")

    async def _until_good(self, path: str) -> None:
        async with ClientSession(self.console) as session, self.patience(f"{path} to be good"):
            while True:
                self.demand_alive()
                try:
                    async with session.get(path) as answer:
                        if answer.status == 200:
                            return
                except ClientError:
                    pass
                await asyncio.sleep(LOOK_S)

    def kill(self) -> None:
        """kill -9."""
        child, self.child = self._running(), None
        child.kill()
        child.wait()

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        child, self.child = self._running(), None
        child.terminate()
        return await ended(child)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self._running().pid).children(recursive=True)

    def brokers(self) -> list[psutil.Process]:
        """The service's broker, as the system knows it."""
        return [child for child in self.children() if "nats-server" in child.name()]

    async def until(self, true: Callable[[], object], what: str) -> None:
        """Wait for something that another side does."""
        async with self.patience(what):
            while not true():
                self.demand_alive()
                await asyncio.sleep(LOOK_S)

    @asynccontextmanager
    async def patience(self, what: str) -> AsyncIterator[None]:
        """Whatever happens inside is not waited for without end."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                yield
        except TimeoutError:
            raise AssertionError(f"waited for {what} in vain: {self._log_tail()}") from None

    def demand_alive(self) -> None:
        if self.child is not None and self.child.poll() is not None:
            raise AssertionError(f"the service ended: {self._log_tail()}")

    def _running(self) -> subprocess.Popen[bytes]:
        assert self.child is not None
        return self.child

    def _log_tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""


async def ended(child: subprocess.Popen[bytes]) -> int:
    """The exit code, once there is one; a process that hangs is killed and fails the test."""
    try:
        return await asyncio.to_thread(child.wait, PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        raise


def choose_ports() -> dict[str, int]:
    """One for each that listens; nobody has it, and no outgoing connection takes it meanwhile."""
    chance = random.SystemRandom()
    found: set[int] = set()
    while len(found) < len(LISTENERS):
        port = chance.choice([one for one in _OURS if one not in _given])
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                found.add(port)
                _given.append(port)
    return dict(zip(LISTENERS, found, strict=True))


def environ(more: dict[str, str]) -> dict[str, str]:
    """The tests' own environment, without what it says of another control room."""
    return {k: v for k, v in os.environ.items() if not k.startswith("FOREWARN")} | more
