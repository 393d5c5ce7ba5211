"""`forewarn journal copy`: from SQLite to Redis and back, and a service that goes on there
(O4, E1)."""

from pathlib import Path

import pytest

from adapters.stores.redis import RedisJournal
from adapters.stores.redis_settings import RedisSettings
from adapters.stores.sqlite import SqliteJournal
from middleware.ops.access import Role
from middleware.ports import Journal
from simulators.cad_messages import resource
from tests.integration.test_service_redis import MARKED, MARKERS, SECTION, set_up
from tests.redis_server import JOURNAL_USER, journal_on, redis_server
from tests.service import ControlRoom
from tests.service_process import ROOM, Ran
from tests.service_screen import screen

pytestmark = pytest.mark.timeout(300)
ON = "A101"
FILE, BACK = "sqlite:state/journal.sqlite", "sqlite:state/back.sqlite"


async def rows(journal: Journal) -> list[tuple[int, bytes]]:
    try:
        return [row async for row in journal.read(0)]
    finally:
        await journal.close()


class Moving:
    """A control room on SQLite, and a server beside it."""

    def __init__(self, room: ControlRoom, port: int) -> None:
        self.room, self.port = room, port
        self.redis = f"redis://{JOURNAL_USER}@127.0.0.1:{port}"

    async def copy(self, source: str, target: str) -> Ran:
        secret = "journal.secret"
        return await self.room.forewarn(
            "journal", "copy", "--from", source, "--to", target, "--password-file", secret
        )

    async def at_redis(self) -> list[tuple[int, bytes]]:
        told = journal_on(self.port, self.room.folder)
        return await rows(RedisJournal(RedisSettings(**told), ROOM))

    async def in_file(self, name: str) -> list[tuple[int, bytes]]:
        return await rows(SqliteJournal(self.room.state / name))


async def test_o4_e1_the_journal_goes_to_redis_and_back_and_a_service_goes_on_there(
    tmp_path: Path,
) -> None:
    """The bytes are the same, the copy verifies, the service knows on it what it knew, writes on,
    and what it wrote comes back behind what the file has already."""
    async with redis_server(tmp_path / "redis") as server:
        room = set_up(tmp_path / "room", server.port)
        room.configure(wait="1h", snapshot_every=20_000)
        moving = Moving(room, server.port)
        room.start()
        await room.ready()
        await room.import_markers(MARKERS, 1)
        async with room.cad() as cad, room.device(ON) as mdt:
            cad.open_incident("000001", MARKED, resources=[resource(ON)])
            await room.until(lambda: mdt.tally["shown"] == 1, "the note")
            await cad.settled()
            refused = await moving.copy(FILE, moving.redis)
            assert (refused.code, "a service runs" in refused.err) == (1, True), refused.err
            for file, said in (
                ("state/journal.sqlite", "is the journal itself"),
                ("nowhere/copy.sqlite", "there is no folder"),
            ):
                refused = await room.forewarn("journal", "backup", file)
                assert (refused.code, said in refused.err) == (1, True), refused.err
            backed_up = await room.forewarn("journal", "backup", "copy.sqlite")
            assert (backed_up.code, "sound: the copy" in backed_up.out) == (0, True), backed_up.err
            await room.stop()

            there = await moving.copy(FILE, moving.redis)
            assert (there.code, "sound: the copy" in there.out) == (0, True), there.err
            records = await moving.in_file("journal.sqlite")
            assert await moving.at_redis() == records

            with room.config.open("a") as config:
                config.write(SECTION.format(port=server.port, user=JOURNAL_USER))
            room.start()
            await room.ready()
            async with screen(room, Role.DISPATCHER) as desk:
                await desk.until_told("acknowledged", "000001", ON)
                cad.open_incident("000002", MARKED, resources=[resource(ON)])
                await desk.until_told("acknowledged", "000002", ON)
            await cad.settled()
        assert mdt.log.violations == []
        await room.stop()

        for source, target, name, before in (
            (moving.redis, FILE, "journal.sqlite", len(records)),
            ("configured", BACK, "back.sqlite", 0),
        ):
            back = await moving.copy(source, target)
            assert (back.code, "sound: the copy" in back.out) == (0, True), back.err
            assert f", {before} of them there before" in back.err
            came = await moving.in_file(name)
            assert came == await moving.at_redis()
            assert came[: len(records)] == records
            assert len(came) > len(records)


async def test_o4_a_destination_of_another_journal_is_refused_and_left(tmp_path: Path) -> None:
    async with redis_server(tmp_path / "redis") as server:
        room = set_up(tmp_path / "room", server.port)
        room.configure(wait="1h", snapshot_every=20_000)
        moving = Moving(room, server.port)
        room.start()
        await room.ready()
        await room.stop()
        other = RedisJournal(RedisSettings(**journal_on(server.port, room.folder)), ROOM)
        await other.append(0, await other.acquire(), [b"of somebody else"])
        await other.close()
        refused = await moving.copy(FILE, moving.redis)
        assert refused.code == 1
        assert "position 1 lies another record" in refused.err
        assert "nothing was written" in refused.err
        assert await moving.at_redis() == [(1, b"of somebody else")]
