"""The embedded broker: starts, comes back, never outlives the service (O4, E2)."""

import asyncio
import json
import os
import signal
import socket
import stat
import sys
from pathlib import Path

import aiomqtt
import psutil
import pytest

from adapters.channels.broker import NatsBroker
from adapters.channels.device_accounts import SERVICE, DeviceAccounts
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from middleware.ops.metrics import Metrics
from tests.brokers import Nats, device, note, real_world, serving, until

ANYWHERE = HostPort("127.0.0.1", 0)
SERVICE_IN_SMALL = """
import asyncio, sys
from pathlib import Path
from adapters.channels.broker import NatsBroker
from middleware.ops.listening import HostPort
from tests.brokers import real_world

async def main():
    broker = NatsBroker(real_world(Path(sys.argv[1])), HostPort("127.0.0.1", 0))
    await broker.start()
    print("broker", broker.pid, broker.at.at.port, flush=True)
    await broker.run()

asyncio.run(main())
"""


async def test_o4_the_broker_dies_with_a_service_that_is_killed(tmp_path: Path) -> None:
    """An orphan would hold the port and the store, and devices would go on speaking to it."""
    service = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVICE_IN_SMALL, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert service.stdout
    line = b""
    while not line.startswith(b"broker "):
        line = await service.stdout.readline()
    pid, port = map(int, line.split()[1:])
    assert psutil.pid_exists(pid)
    os.kill(service.pid, signal.SIGKILL)
    await service.wait()
    await until(lambda: _is_gone(pid) and _is_free(port))


def _is_gone(pid: int) -> bool:
    """A zombie's leading thread is dead, others may be on their way: hence the port as well."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False


async def test_o4_a_broker_that_dies_is_started_again_at_the_same_port(tmp_path: Path) -> None:
    world = real_world(tmp_path)
    assert isinstance(world.meters, Metrics)
    broker = NatsBroker(world, ANYWHERE)
    await broker.start()
    first = broker.pid
    assert first
    keeping = asyncio.create_task(broker.run())
    try:
        async with serving(broker.at, tmp_path / "service") as service:
            await service.connected()
            os.kill(first, signal.SIGKILL)
            await service.connected(times=2)
            assert broker.pid not in {None, first}
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
        await broker.stop()
    restarts = world.meters.registry.get_sample_value(
        "forewarn_adapter_restarts_total", {"adapter": "broker"}
    )
    assert restarts == 1


async def test_o4_an_unreadable_store_does_not_keep_the_broker_down(tmp_path: Path) -> None:
    """What it stores is never relied on."""
    nats = Nats(tmp_path, None)
    await nats.start()
    async with serving(nats.at, tmp_path / "service") as service:
        await service.connected()
        async with device(nats).running() as mdt:
            await mdt.connected.wait()
            await service.send("A101", note())
    await nats.kill()
    for file in (tmp_path / "broker" / "store").rglob("*"):
        if file.is_file():
            file.write_bytes(os.urandom(500))
    await nats.start()
    async with serving(nats.at, tmp_path / "service") as service, device(nats).running() as mdt:
        await service.connected()
        await mdt.connected.wait()
        await service.send("A101", note("n2"))
        await until(lambda: mdt.tally["shown"] == 1)
    await nats.stop()


async def test_o1_a_port_that_is_taken_is_told_with_a_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        at = HostPort("127.0.0.1", taken.getsockname()[1])
        broker = NatsBroker(real_world(tmp_path), at)
        with pytest.raises(Trouble, match=r"address already in use.*\[broker\]"):
            await broker.start()
    assert broker.pid is None


async def test_e2_no_password_lies_about_and_only_the_owner_reads_the_files(tmp_path: Path) -> None:
    broker = NatsBroker(real_world(tmp_path), ANYWHERE)
    password = broker.accounts.add("A101")
    await broker.start()
    await broker.stop()
    folder = tmp_path / "broker"
    secret = broker.at.password()
    assert secret
    for file in (f for f in folder.rglob("*") if f.is_file()):
        assert password.encode() not in file.read_bytes(), file.name
        assert (secret.encode() in file.read_bytes()) is (file.name == "service.password")
    for name in ("nats-server.json", "devices.json", "service.password"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


async def test_e2_an_account_added_while_it_runs_gets_in_and_nobody_is_cut_off(
    tmp_path: Path,
) -> None:
    nats = Nats(tmp_path, None)
    await nats.start()
    try:
        async with device(nats).running() as mdt:
            await mdt.connected.wait()
            nats.passwords["A200"] = nats.broker.accounts.add("A200")
            await nats.broker.reload()
            async with device(nats, "A200").running() as late:
                await late.connected.wait()
            assert mdt.tally["connected"] == 1
    finally:
        await nats.stop()


async def test_e2_an_account_taken_away_is_cut_off(tmp_path: Path) -> None:
    nats = Nats(tmp_path, None)
    await nats.start()
    try:
        async with device(nats).running() as mdt, device(nats, "A102").running() as other:
            await mdt.connected.wait()
            await other.connected.wait()
            nats.broker.accounts.remove("A101")
            await nats.broker.reload()
            await until(lambda: not mdt.connected.is_set())
            assert other.connected.is_set()
    finally:
        await nats.stop()


async def test_e2_the_brokers_own_protocol_admits_nobody(tmp_path: Path) -> None:
    """Over it `$MQTT.sub.>` would be what every device is sent."""
    nats = Nats(tmp_path, None)
    await nats.start()
    try:
        listening = {
            c.laddr.port
            for c in psutil.Process(nats.pid).net_connections()
            if c.status == psutil.CONN_LISTEN
        }
        (port,) = listening - {nats.at.at.port}
        for user, password in [("A101", nats.passwords["A101"]), (SERVICE, nats.at.password())]:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            await reader.readline()
            options = {"verbose": True, "user": user, "pass": password}
            writer.write(b"CONNECT " + json.dumps(options).encode() + b"\r\n")
            assert (await reader.readline()).startswith(b"-ERR 'Authorization Violation'")
            writer.close()
            await writer.wait_closed()
    finally:
        await nats.stop()


async def test_e2_no_device_can_be_called_like_the_service(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="service's own account"):
        DeviceAccounts(tmp_path / "devices.json").add(SERVICE)


async def test_e2_it_listens_on_this_machine_alone(tmp_path: Path) -> None:
    nats = Nats(tmp_path, None)
    await nats.start()
    try:
        listening = [
            c.laddr.ip
            for c in psutil.Process(nats.pid).net_connections()
            if c.status == psutil.CONN_LISTEN
        ]
        assert set(listening) == {"127.0.0.1"}
    finally:
        await nats.stop()


async def test_e2_the_password_of_the_service_is_another_at_every_start(tmp_path: Path) -> None:
    passwords = []
    for _ in range(2):
        broker = NatsBroker(real_world(tmp_path), ANYWHERE)
        await broker.start()
        passwords.append(broker.at.password())
        at = broker.at.at
        for password in set(passwords[:-1]):
            with pytest.raises(aiomqtt.MqttError):
                async with aiomqtt.Client(at.host, at.port, username=SERVICE, password=password):
                    pytest.fail("yesterday's password still opens")
        await broker.stop()
    assert len(set(passwords)) == 2
