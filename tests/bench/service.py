"""A real service in a process of its own, with a broker of the bench's own, for measuring."""

import asyncio
import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from middleware.ops.tokens import Tokens
from tests.bench.places import markers_csv

CHUNK = 50
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
"""Where it is set every start would compile the service anew, which an installed one does not."""
NUMBERS = ("id", "address", "postcode", "scope", "category", "severity", "what", "happened_on",
           "review_on", "source")  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def broker(folder: Path) -> Iterator[int]:
    """nats-server as both the floor and the service use it; yields its MQTT port."""
    port = free_port()
    program = shutil.which("nats-server") or str(Path(sys.executable).parent / "nats-server")
    config = folder / "nats.json"
    config.write_text(
        json.dumps(
            {
                "server_name": "bench",
                "host": "127.0.0.1",
                "port": -1,
                "mqtt": {"host": "127.0.0.1", "port": port},
                "jetstream": {"store_dir": str(folder / "nats"), "sync_interval": "always"},
            }
        )
    )
    child = subprocess.Popen([program, "--config", str(config)], stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield port
    finally:
        child.terminate()
        child.wait()


def wait_for_port(port: int, within: float = 60) -> None:
    end = time.monotonic() + within
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise TimeoutError(f"nothing listens at port {port} after {within} s")


@dataclass(slots=True)
class Running:
    """Where the service is reached; `restart` after a kill gives the seconds until ready."""

    folder: Path
    http: int
    tcp: int
    console: int
    token: str
    marking: str
    child: subprocess.Popen[bytes]

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def start(self) -> float:
        """Seconds from the exec to /readyz."""
        begun = time.perf_counter()
        self.child = _start(self.folder)
        wait_ready(self.console)
        return time.perf_counter() - begun


def wait_ready(console: int, within: float = 120) -> None:
    end = time.monotonic() + within
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", console)) == 0:
                probe.sendall(b"GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
                if b" 200 " in probe.recv(64):
                    return
        time.sleep(0.005)
    raise TimeoutError("the service was not ready")


def _start(folder: Path, under: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-m", "middleware", "run", "--config", str(folder / "bench.toml")]
    installed = {name: value for name, value in os.environ.items() if name != NO_BYTECODE}
    with (folder / "service.log").open("ab") as log:
        return subprocess.Popen([*under, *program], stdout=log, stderr=log, env=installed)


@contextmanager
def service(
    folder: Path, broker_port: int, extra: str = "", wait: str = "1h", under: Sequence[str] = ()
) -> Iterator[Running]:
    """`forewarn run` on its own state; the ladder waits long, so that only notes are measured.
    `under`: what its command stands behind (disk.py)."""
    http, tcp, console = free_port(), free_port(), free_port()
    (folder / "bench.toml").write_text(
        f'''room = "bench"
state = "{folder / "state"}"
[console]
listen = "127.0.0.1:{console}"
[broker]
embedded = false
port = {broker_port}
[source.cad_http]
listen = "127.0.0.1:{http}"
[source.cad_tcp]
listen = "127.0.0.1:{tcp}"
[channel.mdt]
[[escalation.rung]]
channel = "mdt"
wait = "{wait}"
[[escalation.rung]]
channel = "console"
wait = "1h"
{extra}
'''
    )
    (folder / "state").mkdir(mode=0o700)
    tokens = Tokens(folder / "state" / "tokens.json")
    cad, marking = tokens.add("system:cad"), tokens.add("person:bench:marking_team")
    running = Running(folder, http, tcp, console, cad, marking, _start(folder, under))
    try:
        wait_ready(console)
        yield running
    finally:
        running.child.terminate()
        running.child.wait()


async def import_markers(running: Running, count: int, batch: str = "bench") -> float:
    """Stage and activate; returns the seconds until the index has followed."""
    begun = time.perf_counter()
    base = f"http://127.0.0.1:{running.console}"
    rows = list(csv.DictReader(io.StringIO(markers_csv(count))))
    headers = {"Authorization": f"Bearer {running.marking}"}
    async with aiohttp.ClientSession(base, headers=headers) as session:
        for number, at in enumerate(range(0, count, CHUNK), 1):
            url = f"/api/markers/{batch}/chunk?chunk={number}"
            await _post(session, url, {"supplied": rows[at : at + CHUNK]})
        await _post(session, f"/api/markers/{batch}/decision", {"activate": True})
    await wait_for_index(running, count)
    return time.perf_counter() - begun


async def wait_for_index(running: Running, count: int) -> None:
    """Until the index has so many markers."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{running.console}") as session:
        for _ in range(240):
            if await _metric(session, 'forewarn_markers{state="in_index"}') >= count:
                return
            await asyncio.sleep(0.25)
    raise TimeoutError(f"{count} markers were not in the index after a minute")


async def _post(session: aiohttp.ClientSession, url: str, body: dict[str, object]) -> None:
    async with session.post(url, json=body) as answer:
        if answer.status >= 300:
            raise RuntimeError(f"{url}: {answer.status} {await answer.text()}")


async def _metric(session: aiohttp.ClientSession, name: str) -> float:
    async with session.get("/metrics") as answer:
        for line in (await answer.text()).splitlines():
            if line.startswith(name + " "):
                return float(line.rpartition(" ")[2])
    return 0.0
