"""docs/redis-backup.md, block by block on a real service, archive and Valkey: backed up while it
runs, its server lost with its disk, put back on an empty one (O4, E1, N3)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.stores.archive_folder import ArchiveFolder
from adapters.stores.redis import RedisJournal
from adapters.stores.redis_settings import RedisSettings
from adapters.stores.sqlite import SqliteJournal
from middleware.flow.whole import WholeJournal
from middleware.ops.access import Role
from middleware.ports import Journal
from simulators.cad import CadSimulator
from simulators.cad_messages import resource
from tests.integration.test_pair_commands import TwoMachines
from tests.integration.test_service_redis import MARKED, MARKERS
from tests.load import load
from tests.redis_server import (
    JOURNAL_USER,
    PASSWORD,
    STREAM_OF_JOURNAL,
    RedisServer,
    journal_on,
    redis_server,
)
from tests.service import ControlRoom
from tests.service_process import ROOM, Ran, choose_ports
from tests.service_screen import screen
from tests.systemd import REPOSITORY, UNIT, Machine, Site, blocks, sections_with_commands

pytestmark = pytest.mark.timeout(600)
PAGE = REPOSITORY / "docs" / "redis-backup.md"
RUN = ("Back up", "Restore", "Of a pair")
SOUND = "sound: the journal is what was written"
SAME = "sound: the copy is what was written"
TOLD, OPEN, AWAY = "A101", "A102", "A103"
KEEP = 100
CONFIGURED = """
[channel.mdt]
[journal]
archive = "/var/lib/forewarn/archive"
keep = {keep}
snapshot_every = {keep}
anchor_every = "1s"
[[escalation.rung]]
channel = "mdt"
wait = "1h"
[[escalation.rung]]
channel = "console"
wait = "1h"
[store.redis]
connect = "127.0.0.1:{port}"
username = "{user}"
password_file = "/run/credentials/forewarn.service/secrets_journal"
"""
Rows = list[tuple[int, bytes]]


@dataclass(slots=True, kw_only=True)
class RoomOfSite(ControlRoom):
    """Who speaks to the service of that machine."""

    site: Site
    server: RedisServer

    @property
    def config(self) -> Path:
        return self.site.root / "etc" / "forewarn" / "forewarn.toml"

    @property
    def state(self) -> Path:
        return self.site.state

    async def forewarn(self, *words: str) -> Ran:
        return await self.forewarn_with(str(self.config), *words)

    async def does(self, section: str, begin: int = 0, end: int | None = None) -> str:
        """The blocks of the section from one to before another; what was printed."""
        commands = "\n".join(blocks(section, PAGE)[begin:end])
        return await asyncio.to_thread(self.site.shell, commands)

    async def stored(self) -> int:
        async with self.server.client() as client:
            return int(await client.xlen(STREAM_OF_JOURNAL))

    async def head(self) -> int:
        return int((await self.figures()).total("forewarn_journal_position"))

    async def until_archived(self) -> None:
        """The first segment has left the server."""
        folder = self.state / "archive" / ROOM
        async with self.patience("a segment to leave the store"):
            while await self.stored() > await self.head() - 1_000:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        assert [one.name for one in folder.iterdir()] == ["000000000001-000000001000.segment"]

    def whole(self) -> WholeJournal:
        """The journal on the server that is there now, and the archive."""
        store = RedisJournal(RedisSettings(**journal_on(self.server.port, self.folder)), ROOM)
        return WholeJournal(store, ArchiveFolder(self.state / "archive" / ROOM, ROOM))

    async def other_writers(self, count: int) -> None:
        """As if the service had been started so often; it is started once more."""
        await asyncio.to_thread(self.site.shell, f"systemctl stop {UNIT}")
        journal = self.whole()
        for _ in range(count):
            await journal.acquire()
        await journal.close()
        await asyncio.to_thread(self.site.shell, f"systemctl start {UNIT}")
        await self.ready()

    def copies(self) -> list[Path]:
        return sorted((self.site.root / "var/lib/forewarn-backup").glob("2*"))


async def read(journal: Journal) -> Rows:
    try:
        return [row async for row in journal.read(0)]
    finally:
        await journal.close()


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[RoomOfSite]:
    async with redis_server(tmp_path / "redis") as server:
        ports = choose_ports()
        listening = {8100: "console", 1883: "broker", 8101: "cad_http", 8102: "cad_tcp"}
        site = Site(tmp_path, {port: ports[name] for port, name in listening.items()})
        (tmp_path / "desk").mkdir()
        room = RoomOfSite(tmp_path / "desk", ports, site=site, server=server)
        try:
            await asyncio.to_thread(install, room)
            yield room
        finally:
            await asyncio.to_thread(site.shell, f"systemctl stop {UNIT}")


def install(room: RoomOfSite) -> None:
    room.site.prepare()
    config = (REPOSITORY / "docker" / "systemd" / "forewarn.toml").read_text()
    asked = CONFIGURED.format(port=room.server.port, user=JOURNAL_USER, keep=KEEP)
    room.site.configured(config + asked)
    room.site.secret("journal", PASSWORD)
    room.site.does("Install")
    room.prepare()


async def test_o4_e1_n3_a_journal_on_redis_is_backed_up_while_it_runs_and_put_back_on_an_empty_one(
    room: RoomOfSite,
) -> None:
    await room.import_markers(MARKERS, 1)
    async with room.cad() as cad, room.device(TOLD) as told, room.device(AWAY) as away:
        cad.open_incident("000001", MARKED, resources=[resource(TOLD)])
        cad.open_incident("000002", MARKED, resources=[resource(OPEN)])
        await room.until(lambda: told.tally["shown"] == 1, "the note")
        async with screen(room, Role.DISPATCHER) as desk:
            await desk.until_told("acknowledged", "000001", TOLD)
        load(cad, 100_000)
        await room.until_archived()
        load(cad, 200_000)  # goes on while the copy is made
        assert SOUND in await room.does("Back up")
        copied = await read(SqliteJournal(room.copies()[-1] / "journal.sqlite"))
        await cad.settled()
        await room.other_writers(3)

        cad.open_incident("000003", MARKED)
        await cad.settled()
        await room.server.kill()
        cad.open_incident("000004", MARKED, resources=[resource(AWAY)])
        await room.until(lambda: away.tally["shown"] == 1, "the note while Redis is away")
        await cad.settled()

        await room.does("Restore", 0, 2)
        async with the_disk_is_new(room.server, room.folder / "new"):
            said = await room.does("Restore", 2)
            assert (SAME in said, SOUND in said) == (True, True)
            await it_goes_on(room, cad)
            for number in ("000001", "000004"):
                cad.close_incident(number)
            await cad.settled()
            await room.until(lambda: told.tally["removed"] == 1, "its withdrawal")
            await room.until(lambda: away.tally["removed"] == 1, "its withdrawal")
            await asyncio.to_thread(room.site.shell, f"systemctl stop {UNIT}")
            restored = await read(room.whole())
        assert restored[: len(copied)] == copied
        assert [one.log.violations for one in (told, away)] == [[], []], "shown twice as new"
        assert [one.tally["shown"] for one in (told, away)] == [1, 1]


@asynccontextmanager
async def the_disk_is_new(server: RedisServer, folder: Path) -> AsyncIterator[None]:
    """An empty server in the place of the one that is lost."""
    new = RedisServer(folder)
    new.port = server.port
    await new.start()
    try:
        yield
    finally:
        await new.kill()


async def it_goes_on(room: RoomOfSite, cad: CadSimulator) -> None:
    """What the copy and the spool have is known, and the open note is told on."""
    async with screen(room, Role.DISPATCHER) as desk:
        await desk.until_told("acknowledged", "000001", TOLD)
        assert desk.find("incidents", number="000001")["outcome"] == "found"
        async with room.device(OPEN) as device:
            await desk.until_told("acknowledged", "000002", OPEN)
            assert device.tally["shown"] == 1
        await desk.until_told("acknowledged", "000004", AWAY)


async def test_o4_a_pair_is_put_back_and_one_writes_and_the_other_follows(tmp_path: Path) -> None:
    async with redis_server(tmp_path / "redis") as server:
        two = TwoMachines(tmp_path, server)
        a, b = two.machines.values()
        try:
            await two.install()
            assert await a.says(1) == "taken"
            await two.does("Join", roles={})
            for machine in (a, b):
                await machine_does(machine, "Back up")
            await asyncio.to_thread(a.shell, f"systemctl restart {UNIT}")
            assert await two.writer() == "b"
            assert [await b.says(n) for n in (1, 2)] == ["known", "taken"]

            await asyncio.to_thread(a.shell, f"systemctl stop {UNIT}")
            await server.kill()
            assert await b.says(3) == "taken", "while Redis is away"
            async with the_disk_is_new(server, tmp_path / "new"):
                said = await machine_does(b, "Restore")
                assert (SAME in said, SOUND in said) == (True, True)
                await machine_does(a, "Of a pair")
                assert await two.writer() == "b"
                assert [await b.says(n) for n in (1, 2, 3)] == ["known", "taken", "known"]
                await two.stop()
        finally:
            await two.stop()


async def machine_does(machine: Machine, section: str) -> str:
    return await asyncio.to_thread(machine.shell, "\n".join(blocks(section, PAGE)))


def test_every_block_of_the_page_is_run() -> None:
    assert sections_with_commands(PAGE) == RUN
