"""docs/pair.md, block by block on two machines with one real Valkey: join, change over, upgrade,
roll back, and what is said when a machine was away (O4)."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from aiohttp import ClientError, ClientSession

from middleware.ops.access import Role
from middleware.ops.people import People
from tests.redis_server import JOURNAL_USER, PASSWORD, RedisServer, redis_server
from tests.service_process import PATIENCE_S, choose_ports
from tests.systemd import REPOSITORY, UNIT, Site, blocks, sections_with_commands

pytestmark = pytest.mark.timeout(600)
PAGE = REPOSITORY / "docs" / "pair.md"
RUN = (
    "Who is it?", "Join", "The machine of the writer fails", "Change over", "Upgrade", "Roll back",
)  # fmt: skip
UNTRIED = ("In containers",)
"""There is no container engine here."""
NOT_YET = ("sudo systemctl enable --now", "curl ")
"""The last two commands of the installation, which the second machine leaves out."""
STORE = """
[store.redis]
connect = "127.0.0.1:{redis}"
username = "{user}"
password_file = "/run/credentials/forewarn.service/secrets_journal"
pair = true
name = "{name}"
address = "http://127.0.0.1:8100"
"""
PASSWORD_OF_A_PERSON = "three unrelated words"
PARCEL = "var/lib/forewarn-for-b.tar"


class TwoMachines:
    """`a` and `b`; commands are run on the one that the first line of a block names."""

    def __init__(self, folder: Path, server: RedisServer) -> None:
        self.machines = {name: _machine(folder / name) for name in "ab"}
        for name, machine in self.machines.items():
            machine.prepare()
            config = (REPOSITORY / "docker" / "systemd" / "forewarn.toml").read_text()
            store = STORE.format(redis=server.port, user=JOURNAL_USER, name=name)
            machine.configured(config.replace("[broker]", "[broker]\nembedded = false") + store)
            machine.secret("journal", PASSWORD)

    async def readiness(self, name: str) -> tuple[int, dict[str, str]]:
        """What /readyz says; 0 and nothing while nobody answers."""
        at = f"http://127.0.0.1:{self.machines[name].ports[8100]}/readyz"
        with suppress(ClientError):
            async with ClientSession() as http, http.get(at) as answer:
                return answer.status, json.loads(await answer.text())
        return 0, {}

    async def writer(self) -> str:
        """The name of the one that writes, as soon as the other one says so too."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for name, other in ("ab", "ba"):
                    if (await self.readiness(name))[0] == 200 and await self._says(other, name):
                        return name
                await asyncio.sleep(0.1)

    async def _says(self, follower: str, writer: str) -> bool:
        """That the one writes and it follows."""
        status, told = await self.readiness(follower)
        said = f"follower: {writer} writes, at http://"
        return status == 503 and told.get("pair", "").startswith(said)

    async def does(self, section: str, roles: Mapping[str, str] | None = None) -> str:
        """Every block of the section, in its order; what was printed. The roles are those before
        the first of them."""
        if roles is None:
            writer = await self.writer()
            other = "b" if writer == "a" else "a"
            roles = {"writes": writer, "wrote": writer, "follows": other, "followed": other}
        printed = ""
        for block in blocks(section, PAGE):
            where, _, commands = block.partition("\n")
            for name in _named(where, roles):
                printed += await asyncio.to_thread(self.machines[name].shell, commands)
            if PARCEL in commands and "--create" in commands:
                self.carry()
        return printed

    def carry(self) -> None:
        """What a has made for b, as a person takes it there."""
        shutil.copy(*(self.machines[name].root / PARCEL for name in "ab"))

    async def install(self) -> None:
        """As docs/running.md says, `b` without its last two commands."""
        a, b = self.machines.values()
        begun, then = blocks("Install")
        lines = begun.splitlines()
        assert all(line.startswith(one) for line, one in zip(lines[-2:], NOT_YET, strict=True))
        await asyncio.to_thread(b.shell, "\n".join(lines[:-2]))
        said = await asyncio.to_thread(a.shell, begun + then)
        a.token = b.token = said.strip().splitlines()[-1]
        People(a.state / "people.json").add("A. Dmin", (Role.SUPERVISOR,), PASSWORD_OF_A_PERSON)

    async def stop(self) -> None:
        """Where they run."""
        for machine in self.machines.values():
            if (machine.root / f"{UNIT}.pid").exists():
                await asyncio.to_thread(machine.shell, f"systemctl stop {UNIT}")


def _machine(root: Path) -> Site:
    ports = choose_ports()
    return Site(root, {8100: ports["console"], 8101: ports["cad_http"], 8102: ports["cad_tcp"]})


def _named(where: str, roles: Mapping[str, str]) -> list[str]:
    """`# on a, on b`, `# on the one that writes`."""
    assert where.startswith("# on "), where
    said = [one.strip().removeprefix("on ") for one in where.removeprefix("# ").split(",")]
    return [roles.get(one.removeprefix("the one that "), one) for one in said]


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[TwoMachines]:
    async with redis_server(tmp_path / "redis") as server:
        two = TwoMachines(tmp_path, server)
        try:
            await two.install()
            yield two
        finally:
            await two.stop()


async def test_o4_a_pair_is_joined_changed_over_upgraded_and_rolled_back_as_the_page_says(
    two: TwoMachines,
) -> None:
    a, b = two.machines.values()
    assert await a.says(1) == "taken"
    await two.does("Join", roles={})
    assert not list(b.root.glob(PARCEL)) + list(a.root.glob(PARCEL)), "no keys are left lying about"
    assert await two.writer() == "a"
    for name in ("keys", "people.json", "tokens.json"):
        assert (b.state / name).stat().st_mode & 0o077 == 0
    told = await two.does("Who is it?")
    assert ('"lease": "ready"' in told, "follows, at" in told) == (True, True)

    assert "follows, at" in await two.does("Change over")
    assert await two.writer() == "b"
    assert [await b.says(n) for n in (1, 2)] == ["known", "taken"]

    for section, version in (("Upgrade", "0.2.0"), ("Roll back", "0.1.0")):
        writer = await two.writer()
        await two.does(section)
        assert await two.writer() != writer, "its restart handed over"
        for machine in two.machines.values():
            assert machine.installed_at == f"forewarn-{version}"
        writes = two.machines[await two.writer()]
        assert [await writes.says(n) for n in (1, 2)] == ["known", "known"]

    name = await two.writer()
    other = "b" if name == "a" else "a"
    psutil.Process(two.machines[name].pid).kill()
    async with asyncio.timeout(PATIENCE_S):
        while (await two.readiness(other))[0] != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert [await two.machines[other].says(n) for n in (2, 3)] == ["known", "taken"]
    await two.does("The machine of the writer fails", roles={"was away": name})
    assert await two.writer() == other


def test_o4_every_block_of_the_page_is_run() -> None:
    assert sections_with_commands(PAGE) == (*RUN, *UNTRIED)
