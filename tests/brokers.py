"""Real MQTT brokers for tests, with passwords and access lists: the embedded one and mosquitto."""

import asyncio
import contextlib
import os
import shutil
import signal
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Protocol

import aiomqtt
import trustme

from adapters.channels.broker import NatsBroker, free_port
from adapters.channels.broker_access import mosquitto_acl, mosquitto_passwords
from adapters.channels.device_accounts import SERVICE, DeviceAccounts, account, new_password
from adapters.channels.mdt_mqtt import MdtMqtt, MdtMqttSettings
from adapters.wires.mqtt_connection import BrokerAt
from middleware.ops.clock import SystemClock
from middleware.ops.listening import HostPort
from middleware.ops.metrics import Metrics
from middleware.ports import ToDevice, World
from schemas.event import Event
from schemas.mdt import DeviceAnswer, DeviceNote
from simulators.mdt import Crew, MdtSimulator
from simulators.mdt_link import Link
from tests.fakes import FakeIntake
from tests.needs import require

DEVICES = ("A101", "A102")
ROOM = "eoc1"


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate for a broker on this machine, and the authority that signed it."""

    ca: Path
    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> "Tls":
        authority = trustme.CA()
        issued = authority.issue_cert("127.0.0.1", "localhost")
        tls = cls(folder / "ca.pem", folder / "broker.pem", folder / "broker.key")
        authority.cert_pem.write_to_path(str(tls.ca))
        issued.private_key_pem.write_to_path(str(tls.key))
        for blob in issued.cert_chain_pems:
            blob.write_to_path(str(tls.certificate), append=True)
        return tls


def real_world(state: Path) -> World:
    """A world whose clock runs."""
    return World(ROOM, SystemClock(), Random(7), state, Metrics(), {})


class Broker(Protocol):
    """A broker under test. `passwords` are the devices'; `kill` is kill -9."""

    passwords: dict[str, str]

    @property
    def at(self) -> BrokerAt: ...
    @property
    def link(self) -> Link: ...
    @property
    def pid(self) -> int | None: ...
    async def start(self) -> None: ...
    async def kill(self) -> None: ...
    async def stop(self) -> None: ...
    def lose_store(self) -> None: ...


class Nats:
    """The embedded broker, as the service runs it."""

    def __init__(self, folder: Path, tls: Tls | None) -> None:
        self._folder, self._tls = folder, tls
        pair = (tls.certificate, tls.key) if tls else None
        self.broker = NatsBroker(real_world(folder), HostPort("127.0.0.1", 0), certificate=pair)
        self.passwords = self.broker.accounts.add_all(DEVICES)

    @property
    def at(self) -> BrokerAt:
        return self.broker.at

    @property
    def link(self) -> Link:
        return Link(*self.at.at, self._tls.ca if self._tls else None)

    @property
    def pid(self) -> int | None:
        return self.broker.pid

    async def start(self) -> None:
        await self.broker.start()

    async def kill(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
        await self.stop()

    async def stop(self) -> None:
        await self.broker.stop()

    def lose_store(self) -> None:
        shutil.rmtree(self._folder / "broker" / "store")


class Mosquitto:
    """The usual broker of a production system, with what Forewarn writes for it."""

    def __init__(self, folder: Path, tls: Tls | None) -> None:
        self._folder, self._tls = folder, tls
        self._program = require("mosquitto")
        self._port = free_port("127.0.0.1")
        accounts = DeviceAccounts(folder / "devices.json")
        self.passwords = accounts.add_all(DEVICES)
        password = new_password()
        (folder / "service.password").write_text(password)
        passwords = mosquitto_passwords(accounts, account(password))
        (folder / "passwords").write_text(passwords)
        (folder / "acl").write_text(mosquitto_acl(ROOM, DEVICES))
        (folder / "store").mkdir()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def at(self) -> BrokerAt:
        return BrokerAt(
            at=HostPort("127.0.0.1", self._port),
            username=SERVICE,
            password_file=self._folder / "service.password",
            ca_file=self._tls.ca if self._tls else None,
        )

    @property
    def link(self) -> Link:
        return Link("127.0.0.1", self._port, self._tls.ca if self._tls else None)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> None:
        config = self._folder / "mosquitto.conf"
        config.write_text(self._configuration())
        self._process = await asyncio.create_subprocess_exec(
            self._program, "-c", str(config), stderr=asyncio.subprocess.DEVNULL
        )
        async with asyncio.timeout(60):
            while not await self._listens():  # noqa: ASYNC110 - nothing tells us
                await asyncio.sleep(0.01)

    async def kill(self) -> None:
        if self._process:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    def lose_store(self) -> None:
        shutil.rmtree(self._folder / "store")
        (self._folder / "store").mkdir()

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    def _configuration(self) -> str:
        lines = [
            "user root",  # does nothing unless root runs it: then it may read the test's folder
            f"listener {self._port} 127.0.0.1",
            "allow_anonymous false",
            f"password_file {self._folder / 'passwords'}",
            f"acl_file {self._folder / 'acl'}",
            "persistence true",
            f"persistence_location {self._folder / 'store'}/",
            "set_tcp_nodelay true",
        ]
        if self._tls:
            lines += [f"certfile {self._tls.certificate}", f"keyfile {self._tls.key}"]
        return "\n".join(lines) + "\n"


KINDS: dict[str, Callable[[Path], Broker]] = {
    "nats": lambda folder: Nats(folder, None),
    "nats over TLS": lambda folder: Nats(folder, Tls.make(folder)),
    "mosquitto over TLS": lambda folder: Mosquitto(folder, Tls.make(folder)),
}


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that another side does; a hang ends after half a minute."""
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - nothing tells us
            await asyncio.sleep(0.005)


async def freeze(pid: int) -> None:
    """Stop a process; its threads stop one after the other, so wait for them all."""
    os.kill(pid, signal.SIGSTOP)

    def stopped() -> bool:
        threads = Path(f"/proc/{pid}/task").glob("*/stat")
        return all(t.read_text().rpartition(")")[2].split()[0] == "T" for t in threads)

    await until(stopped)


@dataclass
class Service:
    """The channel with an intake beside it. `came_back` counts how often it could send again."""

    channel: MdtMqtt
    intake: FakeIntake
    meters: Metrics
    came_back: int = 0

    async def connected(self, times: int = 1) -> None:
        """Wait until it came back so often in all."""
        await until(lambda: self.came_back >= times)

    async def send(self, device: str, body: DeviceNote | DeviceAnswer) -> None:
        await self.channel.send(ToDevice(device, body))

    def heard(self, kind: type[Event]) -> list[Any]:
        """The events of one kind, in the order they were taken in."""
        return list(self.intake.of(kind))

    def metric(self, name: str, **labels: str) -> float:
        return self.meters.registry.get_sample_value(name, labels) or 0.0


@asynccontextmanager
async def serving(at: BrokerAt, state: Path, **settings: Any) -> AsyncIterator[Service]:
    """The channel runs while the context lasts."""
    world = real_world(state)
    assert isinstance(world.meters, Metrics)
    channel = MdtMqtt(MdtMqttSettings(broker=at, **settings), world)
    service = Service(channel, FakeIntake(), world.meters)

    def came_back() -> None:
        service.came_back += 1

    task = asyncio.create_task(channel.run(service.intake, came_back))
    try:
        yield service
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


AT_ONCE = Crew(least=0.0, most=0.0)


def device(broker: Broker, callsign: str = "A101", **options: Any) -> MdtSimulator:
    """A device with its own account, whose crew acknowledges at once."""
    password = options.pop("password", broker.passwords.get(callsign))
    options = {"crew": AT_ONCE, "repeat_s": 0.2, **options}
    return MdtSimulator(callsign, broker.link, room=ROOM, password=password, **options)


def client(broker: Broker, user: str | None, password: str | None) -> aiomqtt.Client:
    """Anybody with an MQTT client."""
    link = broker.link
    tls = ssl.create_default_context(cafile=link.ca) if link.ca else None
    return aiomqtt.Client(
        link.host, link.port, username=user, password=password, tls_context=tls, timeout=10
    )


def note(name: str = "n1", revision: int = 1, **fields: Any) -> DeviceNote:
    """A note in force for another hour."""
    until = datetime.now(UTC) + timedelta(hours=1)
    return DeviceNote(
        note=name,
        revision=revision,
        incident="i1",
        callsign="A101",
        **{"expires_at": until, "headline": "Risk of violence", **fields},
    )
