"""A real control room: a running service with its broker and journal, and who speaks to it.

    async with control_room(tmp_path) as room, room.cad() as cad, room.device("A101") as mdt: …

Everything goes over real sockets; the simulators play the other side.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from adapters.channels.device_accounts import accounts_in
from adapters.stores.sqlite import SqliteJournal
from middleware.engine.entry import Entry
from middleware.flow.records import open_record
from middleware.ops.access import Role
from middleware.ops.files import private_directory
from middleware.ops.keys import FileKeys
from middleware.ops.tokens import Tokens
from simulators.cad import CadSimulator
from simulators.cad_links import HttpLink, TcpLink
from simulators.demo_figures import Figures
from simulators.mdt import Crew, MdtSimulator
from simulators.mdt_link import Link
from tests.service_process import Ran, ServiceProcess, choose_ports

DEVICES = tuple(f"A{number}" for number in range(101, 121))
AMI_SECRET = "secret-of-the-exchange"
CAD_PATH = "/cad/v1/messages"


@dataclass(slots=True)
class ControlRoom(ServiceProcess):
    """The service, and the credentials of its CAD and of the DEVICES."""

    cad_token: str = ""
    passwords: dict[str, str] = field(default_factory=dict)

    def prepare(self) -> None:
        """Make the credentials; nothing runs yet."""
        secret = self.folder / "ami.secret"
        secret.touch(mode=0o600)
        secret.write_text(AMI_SECRET)
        private_directory(self.state)
        self.cad_token = self.tokens.add("system:cad")
        self.passwords = accounts_in(self.state).add_all(DEVICES)

    def elsewhere(self) -> "ControlRoom":
        """Another service on the same journal with its keys and tokens; all else is its own."""
        folder = self.folder / "elsewhere"
        other = replace(self, folder=folder, ports=choose_ports(), child=None)
        private_directory(other.state)
        other.configure()
        for shared in ("keys", "tokens.json"):
            (other.state / shared).symlink_to(self.state / shared)
        (folder / "ami.secret").symlink_to(self.folder / "ami.secret")
        journal = str(self.state / "journal.sqlite")
        other.child = other.another(other.log, FOREWARN_STORE__SQLITE__PATH=journal)
        return other

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.state / "tokens.json")

    @property
    def cad_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['cad_http']}{CAD_PATH}"

    # --- what it says of itself --------------------------------------------------------

    async def get(self, path: str) -> str:
        """What anybody is told there."""
        async with ClientSession(self.console) as session, session.get(path) as answer:
            return await answer.text()

    async def figures(self) -> Figures:
        return Figures.read(await self.get("/metrics"))

    async def until_figure(self, wanted: int, name: str, **labels: str) -> None:
        """Wait until the metric, summed over what has these labels, is exactly so."""
        async with self.patience(f"{name} {labels} = {wanted}"):
            while (await self.figures()).total(name, **labels) != wanted:
                self.demand_alive()
                await asyncio.sleep(0.1)

    async def journal(self) -> list[Entry]:
        """Every record, opened with the control room's key."""
        journal, keys = SqliteJournal(self.state / "journal.sqlite"), FileKeys(self.state / "keys")
        try:
            return [
                open_record(record, keys, position=position).entry
                async for position, record in journal.read(0)
            ]
        finally:
            await journal.close()

    # --- who speaks to it --------------------------------------------------------------

    @asynccontextmanager
    async def cad(self, way: str = "tcp", **options: Any) -> AsyncIterator[CadSimulator]:
        """A CAD that stays connected; `way` is tcp or http."""
        tcp = TcpLink("127.0.0.1", self.ports["cad_tcp"], self.cad_token)
        http = HttpLink(self.cad_url, self.cad_token)
        cad = CadSimulator(tcp if way == "tcp" else http, **options)
        carrying = asyncio.create_task(cad.run())
        try:
            yield cad
        finally:
            carrying.cancel()
            await asyncio.wait([carrying])

    def mdt(self, callsign: str, **options: Any) -> MdtSimulator:
        """A device that is off; its crew acknowledges at once."""
        chosen: dict[str, Any] = {"crew": Crew(least=0.0, most=0.0), "repeat_s": 0.5} | options
        link, password = Link("127.0.0.1", self.ports["broker"]), self.passwords[callsign]
        return MdtSimulator(callsign, link, room=self.room, password=password, **chosen)

    @asynccontextmanager
    async def device(self, callsign: str, **options: Any) -> AsyncIterator[MdtSimulator]:
        """A device that is on and connected."""
        async with self.mdt(callsign, **options).running() as mdt:
            await self.until(mdt.connected.is_set, f"{callsign} to connect")
            yield mdt

    def program(self, role: Role, name: str = "P. Rogram") -> ClientSession:
        """A program with a token of a person in this role."""
        token = self.tokens.add(f"person:{name}:{role}")
        return ClientSession(self.console, headers={"Authorization": f"Bearer {token}"})

    async def import_markers(self, csv: str, wanted: int) -> Ran:
        """`forewarn markers import`, decided by M. Arker; returns when the index has as many."""
        (self.folder / "markers.csv").write_text(csv)
        token = self.folder / "import.token"
        token.write_text(self.tokens.add(f"person:M. Arker:{Role.MARKING_TEAM}"))
        ran = await self.forewarn(
            "markers", "import", "markers.csv", "--token-file", token.name,
            "--decided-by", "M. Arker",
        )  # fmt: skip
        await self.until_figure(wanted, "forewarn_markers", state="in_index")
        return ran


@asynccontextmanager
async def control_room(
    folder: Path, *, wait: str = "1h", snapshot_every: int = 20_000
) -> AsyncIterator[ControlRoom]:
    """One whose service is ready; it is stopped at the end unless that was done before."""
    room = ControlRoom(folder, choose_ports())
    room.configure(wait=wait, snapshot_every=snapshot_every)
    room.prepare()
    async with room.serving():
        yield room
