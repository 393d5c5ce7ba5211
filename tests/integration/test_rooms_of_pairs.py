"""Two processes that share two control rooms on one Redis: each room has its own lease, so that one
process writes for one room and follows in another (O4); docs/several-rooms.md, docs/pair.md."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientError

from schemas.incident import IncidentOpened
from schemas.service import BuildStarted
from tests.fault_proxy import FaultProxy, fault_proxy
from tests.integration.test_service_redis import RoomOnRedis
from tests.neighbours import process_for
from tests.redis_server import JOURNAL_USER, OTHER_USER, journal_on, redis_server
from tests.service_process import choose_ports

pytestmark = pytest.mark.timeout(300)
THERE = {"address": "9 Ropewalk Terrace, Saltby", "postcode": "CT97 3TW"}
CONFIG = """\
room = "{room}"
state = "{folder}/state"
[console]
listen = "127.0.0.1:{console}"
[broker]
embedded = false
port = {broker}
[source.cad_tcp]
listen = "127.0.0.1:{cad_tcp}"
[channel.mdt]
[store.redis]
connect = "127.0.0.1:{redis}"
username = "{user}"
password_file = "{folder}/journal.secret"
pair = true
name = "{name}"
lease = "8s"
"""


@dataclass(slots=True)
class Instance(RoomOnRedis):
    """One room at one process."""

    name: str = ""

    def set_up(self) -> None:
        self.folder.mkdir(parents=True)
        told = {"room": self.room, "folder": self.folder, "user": self.user, "name": self.name}
        self.config.write_text(CONFIG.format(**told, **self.ports))
        journal_on(self.ports["redis"], self.folder, self.user)
        self.prepare()

    def share(self, first: "Instance") -> None:
        """Keys and tokens of the same room at the other process."""
        for shared in ("keys", "tokens.json"):
            (self.state / shared).unlink(missing_ok=True)
            (self.state / shared).symlink_to(first.state / shared)
        self.cad_token = first.cad_token

    async def takes(self, number: str) -> None:
        """An incident comes to it, and is on record."""
        async with self.cad() as cad:
            cad.open_incident(number, THERE, resources=[])
            await cad.settled()

    async def until_is(self, role: str) -> None:
        async with self.patience(f"{self.room} at {self.name} to be the {role}"):
            while not await self._is(role):
                self.demand_alive()
                await asyncio.sleep(0.1)

    async def _is(self, role: str) -> bool:
        try:
            return (await self.figures()).total("forewarn_pair_role", role=role) == 1
        except ClientError:  # between two consoles: of who follows, and of who writes
            return False

    async def starts(self) -> int:
        return sum(isinstance(entry.event, BuildStarted) for entry in await self.journal())


@asynccontextmanager
async def three(folder: Path) -> AsyncIterator[tuple[Instance, Instance, Instance, FaultProxy]]:
    """eoc1 at a and b, eoc2 at b alone, and the wire of eoc1 at b to the server; nothing runs."""
    async with redis_server(folder / "redis") as server, fault_proxy(server.port) as wire:
        made = []
        for name, code, user in (
            ("a", "eoc1", JOURNAL_USER), ("b", "eoc1", JOURNAL_USER), ("b", "eoc2", OTHER_USER),
        ):  # fmt: skip
            direct = (name, code) != ("b", "eoc1")
            ports = choose_ports() | {"redis": server.port if direct else wire.port}
            at = Instance(folder / f"{code}-{name}", ports, room=code, user=user, name=name)
            at.set_up()
            made.append(at)
        a1, b1, b2 = made
        b1.share(a1)
        try:
            yield a1, b1, b2, wire
        finally:
            for child in {one.child for one in made if one.child is not None}:
                child.kill()
                child.wait()


async def test_o4_each_room_has_a_lease_of_its_own(tmp_path: Path) -> None:
    async with three(tmp_path) as (a1, b1, b2, wire):
        a1.child = process_for(tmp_path, [a1], a1.log)
        await a1.ready()
        b1.child = b2.child = process_for(tmp_path, [b1, b2], b1.log)
        await b2.ready()
        await b1.until_is("follower")
        await a1.takes("000001")
        await b2.takes("000002")

        assert await a1.stop() == 0
        await b1.ready()
        await b1.takes("000003")
        a1.child = process_for(tmp_path, [a1], a1.log)
        await a1.until_is("follower")

        wire.hold()
        await a1.ready()
        wire.heal()
        await b1.until_is("follower")
        await a1.takes("000004")
        await b2.takes("000005")

        assert await b1.stop() == 0
        b2.child = None
        assert await a1.stop() == 0
        assert await a1.starts() == 3
        assert await b2.starts() == 1, "nothing of eoc1 touched eoc2"
        for room, wanted in ((a1, ("000001", "000003", "000004")), (b2, ("000002", "000005"))):
            events = [entry.event for entry in await room.journal()]
            numbers = [one.number for one in events if isinstance(one, IncidentOpened)]
            assert tuple(numbers) == wanted
