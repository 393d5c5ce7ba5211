"""Two real services that share a journal on a real Redis, each with a network of its own to it.

    async with pair(tmp_path) as two:
        writer = await two.writer()
        async with two.cad() as cad, two.device("A101") as mdt:
            writer.kill()                    # or freeze(), or two.wires[writer.name].hold()
            other = await two.writer(after=writer)
            two.back(writer)                 # thaw it or start it again

CAD, gateway of man-down and browsers come through fronts, which ask both for /readyz as a load
balancer does; vehicles and services share a broker. `journal()` reads past every fault.
"""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from adapters.stores.redis import RedisJournal
from adapters.stores.redis_settings import RedisSettings
from middleware.engine.entry import Entry
from middleware.flow.records import Opened, open_record
from middleware.ops.access import Role
from middleware.ops.files import private_directory
from middleware.ops.keys import FileKeys
from middleware.ops.people import People
from simulators.cad import CadSimulator
from simulators.cad_links import TcpLink
from simulators.mdt import Crew, MdtSimulator
from tests.brokers import Nats
from tests.fault_proxy import FaultProxy, fault_proxy
from tests.redis_server import JOURNAL_USER, RedisServer, journal_on, redis_server
from tests.service import DEVICES, ControlRoom
from tests.service_process import PATIENCE_S, ROOM, choose_ports
from tests.service_screen import PASSWORD

NAMES = ("a", "b")
SUPERVISOR = "S. Upervisor"
FRONTS = ("cad_tcp", "console", "man_down")
COPIED = ("tokens.json", "people.json")
LEASE = "2s"
KEEP = 100
"""Records that stay in the store, where there is an archive."""
LOOK_S = 0.05
ASK = ClientTimeout(total=1.0)
"""A paused service answers nothing."""
CONFIG = """\
room = "{room}"
state = "state"
[console]
listen = "127.0.0.1:{console}"
[check]
limit = "5s"
[broker]
embedded = false
port = {broker}
username = "{mqtt_user}"
password_file = "{mqtt_secret}"
[source.cad_tcp]
listen = "127.0.0.1:{cad_tcp}"
[source.man_down_http]
listen = "127.0.0.1:{man_down}"
[channel.mdt]
[store.redis]
connect = "127.0.0.1:{redis}"
username = "{user}"
password_file = "journal.secret"
pair = true
name = "{name}"
address = "http://127.0.0.1:{console}"
lease = "{lease}"
{more}
[journal]
anchor_every = "1s"
{journal}
[[escalation.rung]]
channel = "mdt"
wait = "{wait}"
[[escalation.rung]]
channel = "console"
wait = "1h"
"""


@dataclass(slots=True)
class Instance(ControlRoom):
    """One of the two, and its state directory."""

    name: str = ""

    def freeze(self) -> None:
        """SIGSTOP: it holds its connections and says nothing."""
        self._running().send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._running().send_signal(signal.SIGCONT)

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    async def readiness(self) -> dict[str, str]:
        """What /readyz says; empty when nobody answers."""
        with suppress(ClientError, TimeoutError):
            async with (
                ClientSession(self.console, timeout=ASK) as session,
                session.get("/readyz") as answer,
            ):
                return dict(await answer.json()) | {"status": str(answer.status)}
        return {}

    async def writes(self) -> bool:
        return is_ready(await self.readiness())

    async def follows(self) -> bool:
        """With its state in memory."""
        return "follows" in (await self.readiness()).get("state", "")

    async def until_follows(self) -> None:
        async with self.patience(f"{self.name} to follow"):
            while not await self.follows():
                self.demand_alive()
                await asyncio.sleep(LOOK_S)


@dataclass(slots=True)
class Pair:
    """Both, what they share, and the way that each has to it."""

    server: RedisServer
    broker: Nats
    instances: dict[str, Instance]
    wires: dict[str, FaultProxy]
    fronts: dict[str, FaultProxy]
    cad_token: str
    gateway_token: str
    passwords: dict[str, str] = field(default_factory=dict)

    @asynccontextmanager
    async def patience(self, what: str, within: float = PATIENCE_S) -> AsyncIterator[None]:
        """Whatever happens inside is not waited for without end."""
        try:
            async with asyncio.timeout(within):
                yield
        except TimeoutError:
            tails = [f"--- {i.name}\n{i.tail()}" for i in self.instances.values()]
            raise AssertionError(f"waited for {what} in vain:\n{''.join(tails)}") from None

    def other(self, one: Instance) -> Instance:
        (other,) = (i for i in self.instances.values() if i is not one)
        return other

    async def writer(self, after: Instance | None = None) -> Instance:
        """Who writes; with `after`, as soon as it is not that one."""
        asked = [i for i in self.instances.values() if i is not after]
        async with self.patience("an instance to write"):
            while True:
                for one in asked:
                    if await one.writes():
                        return one
                await asyncio.sleep(LOOK_S)

    async def journal(self) -> list[Entry]:
        """What every record says."""
        return [one.entry for one in await self.records()]

    async def records(self) -> list[Opened]:
        """Every record, past every fault between the services and their store."""
        here = self.instances["a"]
        journal = RedisJournal(RedisSettings(**journal_on(self.server.port, here.folder)), ROOM)
        keys = FileKeys(here.state / "keys")
        try:
            return [
                open_record(record, keys, position=position)
                async for position, record in journal.read(0)
            ]
        finally:
            await journal.close()

    @asynccontextmanager
    async def cad(self, **options: Any) -> AsyncIterator[CadSimulator]:
        """A CAD that knows the front alone, and connects again whenever it is cut off."""
        cad = CadSimulator(
            TcpLink("127.0.0.1", self.fronts["cad_tcp"].port, self.cad_token), **options
        )
        carrying = asyncio.create_task(cad.run())
        try:
            yield cad
        finally:
            carrying.cancel()
            await asyncio.wait([carrying])

    @asynccontextmanager
    async def device(self, callsign: str, **options: Any) -> AsyncIterator[MdtSimulator]:
        """A device that is on and connected; its crew acknowledges at once."""
        chosen: dict[str, Any] = {"crew": Crew(least=0.0, most=0.0), "repeat_s": 0.5} | options
        password = self.passwords[callsign]
        mdt = MdtSimulator(callsign, self.broker.link, room=ROOM, password=password, **chosen)
        async with mdt.running():
            await asyncio.wait_for(mdt.connected.wait(), PATIENCE_S)
            yield mdt

    async def keep_fronts(self) -> None:
        """As the load balancer of docs/pair.md: all go to one that is ready, as long as it is;
        where none is, to one that serves all the same."""
        at: Instance | None = None
        while True:
            told = {name: await one.readiness() for name, one in self.instances.items()}
            ready = [one for one in self.instances.values() if is_ready(told[one.name])]
            serve = [one for one in self.instances.values() if serves(told[one.name])]
            best = ready or serve
            if at not in best:
                at = best[0] if best else None
                for name, front in self.fronts.items():
                    front.target = at.ports[name] if at else 0
                    front.reset()
            await asyncio.sleep(LOOK_S)


def is_ready(told: dict[str, str]) -> bool:
    """By what /readyz said."""
    return told.get("status") == "200"


def serves(told: dict[str, str]) -> bool:
    """It writes, or would."""
    return bool(told) and "pair" not in told


@asynccontextmanager
async def pair(
    folder: Path,
    *,
    lease: str = LEASE,
    wait: str = "1h",
    more: str = "",
    archive: Path | None = None,
    **redis: str,
) -> AsyncIterator[Pair]:
    """Both run, one writes and the other follows; at the end they are stopped. `wait`: of the
    first rung; `more`: lines for [store.redis]; `archive`: a folder that both see; `redis`:
    settings of the server."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        server = await enter(redis_server(folder / "redis", **redis))
        private_directory(folder / "broker")
        broker = Nats(folder / "broker", None)
        passwords = broker.broker.accounts.add_all(DEVICES)
        await broker.start()
        stack.push_async_callback(broker.stop)
        wires = {name: await enter(fault_proxy(server.port)) for name in NAMES}
        fronts = {name: await enter(fault_proxy(0)) for name in FRONTS}
        instances = {name: Instance(folder / name, choose_ports(), name=name) for name in NAMES}
        for name, one in instances.items():
            one.ports |= {"redis": wires[name].port, "man_down": one.ports["cad_http"]}
            _configure(one, broker, lease=lease, wait=wait, more=more, journal=_journal(archive))
        tokens = _credentials(*instances.values())
        two = Pair(server, broker, instances, wires, fronts, *tokens, passwords)
        await _start(two, stack)
        yield two


async def _start(two: Pair, stack: AsyncExitStack) -> None:
    """The second when the first writes."""
    for one in two.instances.values():
        one.start()
        stack.push_async_callback(_stop, one)
        await (one.until_follows() if one.name == NAMES[1] else one.ready())
    fronts = asyncio.create_task(two.keep_fronts())

    async def leave() -> None:
        fronts.cancel()
        await asyncio.wait([fronts])

    stack.push_async_callback(leave)


async def _stop(one: Instance) -> None:
    if one.child is not None and one.child.poll() is None:
        one.thaw()
        await one.stop()


def _journal(archive: Path | None) -> str:
    if archive is None:
        return "snapshot_every = 2000"
    return f'snapshot_every = {KEEP}\nkeep = {KEEP}\narchive = "{archive}"'


def _configure(one: Instance, broker: Nats, **asked: str) -> None:
    private_directory(one.folder)
    one.config.write_text(
        CONFIG.format(
            room=ROOM, name=one.name, user=JOURNAL_USER, **asked,
            mqtt_user=broker.at.username, mqtt_secret=broker.at.password_file,
            **one.ports | {"broker": broker.at.at.port},
        )
    )  # fmt: skip
    journal_on(one.ports["redis"], one.folder)


def _credentials(first: Instance, second: Instance) -> tuple[str, str]:
    """Made at one, and copied to the other as docs/pair.md says; the CAD's and the gateway's
    token."""
    private_directory(first.state)
    FileKeys.prepare(first.state / "keys")
    tokens = first.tokens.add("system:cad"), first.tokens.add("system:gateway")
    People(first.state / "people.json").add(SUPERVISOR, (Role.SUPERVISOR,), PASSWORD)
    private_directory(second.state)
    shutil.copytree(first.state / "keys", second.state / "keys")
    for name in COPIED:
        shutil.copy(first.state / name, second.state / name)
    return tokens
