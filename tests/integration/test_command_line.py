"""The command line against the real service: from an empty directory to a verified journal
(M1, M3, M5, E1, E2, E3, C4)."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import aiomqtt
import pytest

from tests.cad import message

PASSWORD = "three unrelated words"
PATIENCE = 60
TRIES = 150
CONFIG = """room = "eoc7"
[console]
listen = "127.0.0.1:{console}"
[source.cad_http]
listen = "127.0.0.1:{cad}"
[broker]
port = {broker}
[journal]
anchor_every = "1s"
"""
MARKERS = """id,address,postcode,scope,category,severity,what,happened_on,review_on,source
M1,"14A Example Road, Anytown",CT99 1AA,house,physical_assault,high,hit crew,2025-01-31,{day},EOC
M2,"15 Example Road, Anytown",CT99 1AA,house,physical_assault,high,hit crew,2025-01-31,,EOC
M3,"=16 Example Road",CT99 1AA,house,physical_assault,high,hit crew,2025-01-31,{day},EOC
""".replace("{day}", "2099-01-31")


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


class Engineer:
    """Sits at a machine with an empty directory and knows only the commands."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ports = dict(zip(("console", "cad", "broker"), free_ports(3), strict=True))
        self.write("forewarn.toml", CONFIG.format(**self.ports))
        self.write("pw", PASSWORD)
        self._service: asyncio.subprocess.Process | None = None

    def write(self, name: str, text: str) -> None:
        (self.directory / name).write_text(text)

    async def does(self, *arguments: str) -> Ran:
        """Runs `forewarn … --config forewarn.toml`."""
        command = [sys.executable, "-m", "middleware", *arguments, "--config", "forewarn.toml"]
        environ = {name: value for name, value in os.environ.items() if "FOREWARN" not in name}
        done = await asyncio.to_thread(
            subprocess.run, command, cwd=self.directory, env=environ,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout, done.stderr)

    async def starts(self) -> list[str]:
        """Starts the service; returns what it says of itself."""
        self._service = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "middleware", "run", "--config", "forewarn.toml",
            cwd=self.directory, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert self._service.stderr
        said: list[str] = []
        async with asyncio.timeout(PATIENCE):
            async for line in self._service.stderr:
                said.append(line.decode().strip())
                if said[-1].startswith("journal"):
                    break
        return said

    async def stops(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self._service
        if self._service.returncode is None:
            self._service.terminate()
        async with asyncio.timeout(PATIENCE):
            await self._service.communicate()
        assert self._service.returncode is not None
        return self._service.returncode

    async def adds_people(self) -> None:
        for name, role in (("M. Arker", "marking_team"), ("A. Uditor", "auditor")):
            await self.does("people", "add", name, "--role", role, "--password-file", "pw")

    async def imports(self, *arguments: str) -> Ran:
        who = ("--password-file", "pw", *arguments)
        return await self.does("markers", "import", "markers.csv", *who)


def free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


@pytest.fixture
async def engineer(tmp_path: Path) -> AsyncIterator[Engineer]:
    sitting = Engineer(tmp_path)
    await sitting.adds_people()
    await sitting.starts()
    yield sitting
    await sitting.stops()


async def test_a_running_service_says_where_everything_is(tmp_path: Path) -> None:
    sitting = Engineer(tmp_path)
    said = "\n".join(await sitting.starts())
    for port in sitting.ports.values():
        assert f"127.0.0.1:{port}" in said
    for what in ("console", "metrics", "broker", "journal", "source"):
        assert any(line.startswith(what) for line in said.splitlines())
    assert await sitting.stops() == 0


async def test_markers_come_in_row_by_row_and_a_named_person_decides_m5(
    engineer: Engineer,
) -> None:
    engineer.write("markers.csv", MARKERS)
    told = await engineer.imports("--decided-by", "M. Arker")
    assert told.code == 1, "two rows were refused"
    assert "markers.csv:3: review_on: is missing" in told.err
    assert "markers.csv:4: address: begins like a spreadsheet formula" in told.err
    assert "1 markers active, decided by M. Arker, 2 refused" in told.err
    await incident_opened(engineer)
    await known_in_the_timeline(engineer, "marker M1")


async def test_nobody_decides_in_the_name_of_another_m5_e2(engineer: Engineer) -> None:
    engineer.write("markers.csv", MARKERS)
    token = (await engineer.does("tokens", "add", "person:P. Rogram:marking_team")).out
    engineer.write("token", token)
    told = await engineer.imports("--token-file", "token", "--decided-by", "M. Arker")
    assert told.code == 1
    assert "403" in told.err
    told = await engineer.imports("--token-file", "token", "--decided-by", "P. Rogram")
    assert "active, decided by P. Rogram" in told.err


async def test_the_same_file_again_is_taken_once_m5(engineer: Engineer) -> None:
    engineer.write("markers.csv", MARKERS)
    first = await engineer.imports("--sign-in", "M. Arker")
    again = await engineer.imports("--sign-in", "M. Arker")
    assert "they take effect when a person decides on batch csv-" in first.err
    assert first.err.splitlines()[-1] == again.err.splitlines()[-1]
    assert "active" in (await engineer.imports("--decided-by", "M. Arker")).err
    after = await engineer.imports("--decided-by", "M. Arker")
    assert "409" in after.err
    assert "--batch" in after.err


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ((), "--token-file or --sign-in"),
        (("--sign-in", "A. Uditor"), "none of your roles"),
        (("--sign-in", "Nobody"), "do not go together"),
    ],
)
async def test_who_may_not_import_is_told_why_e2(
    engineer: Engineer, who: tuple[str, ...], reason: str
) -> None:
    engineer.write("markers.csv", MARKERS)
    told = await engineer.imports(*who)
    assert told.code == 1
    assert reason in told.err
    assert "what to do:" in told.err


async def test_a_device_added_while_the_service_runs_can_listen_e2(engineer: Engineer) -> None:
    device, password = (await engineer.does("devices", "add", "A101")).out.split()
    await becomes(engineer, device, password, welcome=True)
    await engineer.does("devices", "remove", "A101")
    await becomes(engineer, device, password, welcome=False)


async def becomes(engineer: Engineer, device: str, password: str, *, welcome: bool) -> None:
    for _ in range(TRIES):
        if await can_connect(engineer, device, password) is welcome:
            return
        await asyncio.sleep(0.2)
    pytest.fail("the broker did not take in the changed accounts")


async def can_connect(engineer: Engineer, device: str, password: str) -> bool:
    client = aiomqtt.Client(
        "127.0.0.1", engineer.ports["broker"], username=device, password=password, identifier=device
    )
    try:
        async with client:
            return True
    except aiomqtt.MqttError:
        return False


async def incident_opened(engineer: Engineer) -> None:
    token = (await engineer.does("tokens", "add", "system:cad")).out.strip()
    place = {"address": "14A Example Road, Anytown", "postcode": "CT99 1AA"}
    async with aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{engineer.ports['cad']}/cad/v1/messages"
        answer = await session.post(
            url, data=message(place=place), headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status == 202, await answer.text()


async def test_the_timeline_is_the_same_from_the_service_and_from_the_journal_e3(
    engineer: Engineer,
) -> None:
    engineer.write("markers.csv", MARKERS)
    await engineer.imports("--decided-by", "M. Arker")
    await incident_opened(engineer)
    await known_in_the_timeline(engineer, "marker M1")
    who = ("--sign-in", "A. Uditor", "--password-file", "pw")
    asked = await engineer.does("timeline", "000001", *who)
    beside = await engineer.does("timeline", "000001")
    assert beside.code == asked.code == 0
    assert beside.out == asked.out
    assert "incident.opened" in beside.out


async def known_in_the_timeline(engineer: Engineer, words: str) -> None:
    """The index takes up the markers a moment after the decision, and asks again."""
    for _ in range(TRIES):
        if words in (await engineer.does("timeline", "000001")).out:
            return
    pytest.fail(f"the timeline never said {words}")


async def test_the_journal_is_sound_and_what_was_changed_shows_e1(engineer: Engineer) -> None:
    await incident_opened(engineer)
    running = await engineer.does("journal", "verify")
    assert (running.code, running.out) == (0, "sound: the journal is what was written\n")
    assert (await engineer.does("journal", "snapshot")).code == 0
    await engineer.stops()
    stopped = await engineer.does("journal", "verify")
    assert stopped.code == 0
    anchors = engineer.directory / "forewarn-state" / "anchors.jsonl"
    first = json.loads(anchors.read_text().splitlines()[0])
    anchors.write_text(json.dumps({**first, "position": first["position"] + 1}) + "\n")
    changed = await engineer.does("journal", "verify")
    assert changed.code == 1
    assert changed.out.startswith("position ")
