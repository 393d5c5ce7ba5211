"""What docker/ holds, as far as it can be tried without a container engine: the image's build
step into an empty directory, its health check and configuration on the real service, and the
broker's configuration on a real mosquitto (E2, O4)."""

import asyncio
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import aiomqtt
import psutil
import pytest
import yaml

from adapters.codecs import mdt
from tests.needs import require
from tests.service_process import choose_ports

DOCKER = Path(__file__).parents[2] / "docker"
PATIENCE_S = 90.0
ROOM = "eoc1"


@dataclass(frozen=True, slots=True)
class Machine:
    """The image's content and its mounted folders, in a directory."""

    folder: Path
    passwords: dict[str, str]
    mqtt: int
    console: int

    @property
    def config(self) -> Path:
        return self.folder / "forewarn.toml"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A program of the image; its output."""
        return _run(self.folder / "opt" / "bin" / command[0], *command[1:])


def _run(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *words], capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Installed as the build stage does it, with certificates and accounts made by the image's
    own commands; only folders, names and ports are those of the test."""
    folder = tmp_path_factory.mktemp("machine")
    install = [DOCKER / "install", DOCKER.parent, folder / "opt"]
    environ = os.environ | {"PYTHON": sys.executable}
    done = subprocess.run(install, capture_output=True, text=True, check=False, env=environ)
    assert done.returncode == 0, done.stderr
    mqtt, console, http, tcp, _ = choose_ports().values()
    text = (DOCKER / "forewarn.toml").read_text()
    for name, value in {
        "/run/certs": str(folder / "certs"),
        "/run/mosquitto": str(folder / "mosquitto"),
        "/var/lib/forewarn": str(folder / "state"),
        'host = "mosquitto"': 'host = "localhost"',
        "8883": str(mqtt),
        "0.0.0.0:8100": f"127.0.0.1:{console}",
        "0.0.0.0:8101": f"127.0.0.1:{http}",
        "0.0.0.0:8102": f"127.0.0.1:{tcp}",
    }.items():
        assert name in text
        text = text.replace(name, value)
    (folder / "forewarn.toml").write_text(text)
    forewarn, config = folder / "opt" / "bin" / "forewarn", str(folder / "forewarn.toml")
    _run(forewarn, "certs", str(folder / "certs"), "forewarn", "mosquitto", "--also", "localhost")
    # accounts are made before there is a configuration whose files are all there, as docs say
    state = ("FOREWARN_STATE", str(folder / "state"))
    added = subprocess.run(
        [forewarn, "devices", "add", "A101", "A102"],
        env=dict([state]), capture_output=True, text=True, check=True,
    )  # fmt: skip
    subprocess.run(
        [forewarn, "devices", "mosquitto", folder / "mosquitto"], env=dict([state]), check=True
    )
    passwords = dict(line.split(" ") for line in added.stdout.splitlines())
    _run(forewarn, "check-config", "--config", config)
    return Machine(folder, passwords, mqtt, console)


@pytest.fixture(scope="module")
def mosquitto(machine: Machine) -> Iterator[psutil.Popen]:
    """A real one, with docker/mosquitto.conf."""
    text = (DOCKER / "mosquitto.conf").read_text()
    text = text.replace("/run/certs", str(machine.folder / "certs"))
    text = text.replace("/run/mosquitto", str(machine.folder / "mosquitto"))
    text = text.replace("listener 8883", f"listener {machine.mqtt} 127.0.0.1")
    config = machine.folder / "mosquitto.conf"
    config.write_text(f"user root\n{text}")  # root alone may read the test's folder, if root runs
    process = psutil.Popen([require("mosquitto"), "-c", config], stderr=subprocess.DEVNULL)
    yield process
    process.terminate()
    process.wait()


@pytest.fixture
async def service(machine: Machine, mosquitto: psutil.Popen) -> AsyncIterator[psutil.Popen]:
    """The image's `forewarn run`."""
    program = machine.folder / "opt" / "bin" / "forewarn"
    with (machine.folder / "service.log").open("ab") as log:
        process = psutil.Popen(
            [program, "run", "--config", machine.config], stdout=log, stderr=log, env={}
        )
    try:
        yield process
    finally:
        if process.is_running():
            process.kill()
        process.wait()


async def _until_healthy(machine: Machine, service: psutil.Popen) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while _health(machine) != 0:
            assert service.poll() is None, (machine.folder / "service.log").read_text()[-2000:]
            await asyncio.sleep(0.1)


def _health(machine: Machine) -> int:
    program = [sys.executable, DOCKER / "forewarn-health", f"127.0.0.1:{machine.console}"]
    return subprocess.run(program, check=False).returncode


async def test_o4_the_image_is_healthy_while_it_runs_and_ends_well_when_it_is_told_to(
    machine: Machine, service: psutil.Popen
) -> None:
    assert _health(machine) != 0, "nothing listens yet"
    await _until_healthy(machine, service)

    service.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(service.wait, PATIENCE_S) == 0
    assert _health(machine) != 0


async def test_o1_the_image_probes_the_broker_with_an_account_of_its_own(
    machine: Machine, service: psutil.Popen
) -> None:
    await _until_healthy(machine, service)
    tls = ssl.create_default_context(cafile=str(machine.folder / "certs" / "ca.pem"))
    returned = re.compile(r'^forewarn_probe_returned_total{channel="mdt"} [1-9]', re.MULTILINE)
    async with asyncio.timeout(PATIENCE_S), aiohttp.ClientSession() as session:
        found = None
        while not found:
            url = f"https://localhost:{machine.console}/metrics"
            async with session.get(url, ssl=tls) as answer:
                found = returned.search(await answer.text())
            await asyncio.sleep(0.1)


async def test_n3_the_image_reaches_a_vehicle_through_the_broker_over_tls(
    machine: Machine, service: psutil.Popen
) -> None:
    await _until_healthy(machine, service)
    log = machine.folder / "service.log"
    async with asyncio.timeout(PATIENCE_S):
        while "broker_connected" not in log.read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.1)


def _client(machine: Machine, name: str | None, password: str | None) -> aiomqtt.Client:
    tls = ssl.create_default_context(cafile=str(machine.folder / "certs" / "ca.pem"))
    return aiomqtt.Client(
        "localhost", machine.mqtt, username=name, password=password, tls_context=tls,
        identifier=f"test-{name}", protocol=aiomqtt.ProtocolVersion.V311,
    )  # fmt: skip


async def _connected(machine: Machine) -> None:
    """Until the broker listens."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                async with _client(machine, "A101", machine.passwords["A101"]):
                    return
            except aiomqtt.MqttError:
                await asyncio.sleep(0.1)


async def test_e2_the_broker_lets_nobody_in_without_an_account(
    machine: Machine, mosquitto: psutil.Popen
) -> None:
    await _connected(machine)
    for name, password in ((None, None), ("A101", "guessed"), ("A999", "guessed")):
        with pytest.raises(aiomqtt.MqttError):
            await _client(machine, name, password).__aenter__()


async def test_e2_a_vehicle_hears_its_own_notes_and_of_no_other_vehicle(
    machine: Machine, mosquitto: psutil.Popen
) -> None:
    await _connected(machine)
    own, other = mdt.topic(ROOM, "A101", "notes"), mdt.topic(ROOM, "A102", "notes")
    password = (machine.folder / "mosquitto" / "mqtt.password").read_text()
    async with (
        _client(machine, "A101", machine.passwords["A101"]) as vehicle,
        _client(machine, "forewarn", password) as forewarn,
    ):
        for topic in (other, "#", f"forewarn/{ROOM}/#", own):
            await vehicle.subscribe(topic, qos=1)
        await vehicle.publish(other, b"forged", qos=1)
        for topic in (other, own):
            await forewarn.publish(topic, topic.encode(), qos=1)
        async with asyncio.timeout(PATIENCE_S):
            first = await anext(vehicle.messages)
    assert first.topic.value == own, "sent after the other vehicle's, and heard first"
    assert first.payload == own.encode()


def test_e2_the_containers_are_hardened_and_mount_what_the_commands_make() -> None:
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    config = (DOCKER / "forewarn.toml").read_text()
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["user"] == "10001:10001", name
        for mount in service["volumes"]:
            here = mount.split(":")[0]
            # by the commands of docs/docker.md
            made = {"./certs", "./certs/ca.pem", "./mosquitto", "./watching", "state"}
            made.add("./grafana.password")
            assert here in made or (DOCKER / here).exists(), here
    for name in compose["services"].keys() - {"mosquitto"}:
        published = compose["services"][name]["ports"]
        assert all(port.startswith("127.0.0.1:") for port in published), "beyond loopback by choice"
    for port in compose["services"]["forewarn"]["ports"]:
        assert f'listen = "0.0.0.0:{port.rsplit(":", 1)[1]}"' in config


def test_e2_the_image_has_no_root_and_nothing_that_is_not_locked() -> None:
    text = (DOCKER / "Dockerfile").read_text()
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["10001:10001"]
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${PYTHON}", "${PYTHON}"]
    assert "pip install" not in text, "the locked way is docker/install"
    tested = _versions(DOCKER.parent / "requirements.lock")
    for lock in ("requirements.lock", "build.lock"):
        assert _versions(DOCKER / lock) <= tested, "the image has what was tested"


def _versions(lock: Path) -> set[str]:
    """Each `name==version`; every one has its hashes."""
    text = lock.read_text()
    named = re.findall(r"^([\w.-]+==[\w.!]+)", text, re.MULTILINE)
    hashed = re.findall(r"^([\w.-]+==[\w.!]+)[^\n]*\\\n +--hash=sha256:", text, re.MULTILINE)
    assert named, lock
    assert named == hashed, lock
    return set(named)
