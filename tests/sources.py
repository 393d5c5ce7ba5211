"""How the contract suite speaks to each source. To add a source: one Rig, one line in RIGS."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import aiomqtt
from aiohttp import ClientSession
from redis.asyncio import Redis

from adapters.channels.broker import NatsBroker
from adapters.sources.cad_mqtt import CadMqtt, CadMqttSettings
from adapters.sources.cad_redis import CadRedis, CadRedisSettings
from adapters.sources.cad_tcp import CadTcp, CadTcpSettings
from adapters.sources.http_door import Door
from adapters.sources.man_down_mqtt import ManDownMqtt, ManDownMqttSettings
from adapters.sources.mqtt_door import MqttDoor
from adapters.wires.mqtt_connection import BrokerAt
from middleware.ops.clock import SystemClock
from middleware.ops.listening import HostPort
from middleware.ports import Source, World
from schemas.service import SourceConnected
from tests.bench.mqtt import connect_packet
from tests.cad import message
from tests.directory_rig import caller_directory
from tests.eido_rigs import eido_client, eido_server
from tests.exchange_rigs import AmiRig, AriRig, EslRig, exchange
from tests.exchanges import until
from tests.fakes import CAD_TOKEN, FakeIntake, fake_world
from tests.http_rigs import (
    ANY,
    BOUND,
    AmlRig,
    BarsRig,
    CadHttpRig,
    MaitRig,
    ManDownHttpRig,
    PoliceAnswersRig,
    SayingRig,
)
from tests.redis_server import STREAM, RedisServer, redis_server


class Rig(Protocol):
    """The other side of one source: it can say thing `n`, and say it badly."""

    intake: FakeIntake
    bound: int
    """So many things may stand before a full intake; then the source reads no further."""

    @property
    def source(self) -> Source: ...

    async def say(self, n: int, words: str = "") -> None:
        """Say thing `n`; `words` are free text in it. Returns when it has been dealt with."""
        ...

    async def say_raw(self, raw: bytes) -> None:
        """Say something that cannot be read. Returns when it has been dealt with."""
        ...

    async def say_half_and_cut(self, n: int) -> None:
        """Cut the connection in the middle of thing `n`; returns when it can be said anew."""
        ...

    def heard(self) -> list[int]:
        """Which things the intake has, in their order."""
        ...


class _MqttRig(SayingRig):
    """A system that publishes to its own broker, and repeats what has no answer."""

    source: MqttDoor

    def __init__(self, intake: FakeIntake, at: BrokerAt) -> None:
        SayingRig.__init__(self, intake)
        self._at = at
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        at = self._at
        client = aiomqtt.Client(
            at.at.host, at.at.port, username=at.username, password=at.password(), timeout=60
        )
        async with client as self._client:
            await client.subscribe(self.source.topics[1], 1)
            hearing = asyncio.create_task(self._hear())
            try:
                yield
            finally:
                hearing.cancel()

    async def _hear(self) -> None:
        async for answer in self._client.messages:
            self._answers.put_nowait(bytes(answer.payload))

    async def say_raw(self, raw: bytes) -> None:
        await self._client.publish(self.source.topics[0], raw, 1)
        async with self._turn:
            assert await self._answers.get()

    async def say_half_and_cut(self, n: int) -> None:
        _, writer = await asyncio.open_connection(*self._at.at)
        writer.write(connect_packet("half") + message(n=n)[:40])
        await writer.drain()
        writer.transport.abort()


class CadMqttRig(_MqttRig):
    """A CAD."""

    def __init__(self, intake: FakeIntake, world: World, at: BrokerAt) -> None:
        super().__init__(intake, at)
        self.source = CadMqtt(CadMqttSettings(**at.model_dump(), at_once=BOUND), world)

    async def say(self, n: int, words: str = "") -> None:
        await self.say_raw(message(n=n, nature=words))


class ManDownMqttRig(_MqttRig, ManDownHttpRig):
    """A gateway."""

    def __init__(self, intake: FakeIntake, world: World, at: BrokerAt) -> None:
        _MqttRig.__init__(self, intake, at)
        self.source = ManDownMqtt(ManDownMqttSettings(**at.model_dump(), at_once=BOUND), world)


class CadTcpRig(SayingRig):
    """A CAD with a stream of lines."""

    def __init__(self, intake: FakeIntake, state: Path) -> None:
        super().__init__(intake)
        self.source = CadTcp(CadTcpSettings(listen=ANY, window=BOUND), fake_world(state))
        self._turn = asyncio.Lock()

    async def connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(*self.source.address)
        hello = json.dumps({"hello": {"token": CAD_TOKEN}}).encode()
        await self.say_raw(hello)

    async def say(self, n: int, words: str = "") -> None:
        await self.say_raw(message(n=n, nature=words))

    async def say_raw(self, raw: bytes) -> None:
        self._writer.write(raw + b"\n")
        async with self._turn:
            assert await self._reader.readline()

    async def say_half_and_cut(self, n: int) -> None:
        self._writer.write(message(n=n)[:40])
        await self._writer.drain()
        self.close()
        await self.connect()

    def close(self) -> None:
        self._writer.transport.abort()


class CadRedisRig(SayingRig):
    """A CAD that adds to a Redis stream."""

    def __init__(self, intake: FakeIntake, state: Path, server: RedisServer) -> None:
        super().__init__(intake)
        where = HostPort("127.0.0.1", server.port)
        settings = CadRedisSettings(connect=where, window=BOUND)
        self.source = CadRedis(settings, replace(fake_world(state), clock=SystemClock()))
        self._server = server

    async def say(self, n: int, words: str = "") -> None:
        await self.say_raw(message(n=n, nature=words))

    async def say_raw(self, raw: bytes) -> None:
        async with self._server.client() as client:
            entry = await client.xadd(STREAM, {"message": raw})
            while entry not in await self._answered(client):
                pass

    async def _answered(self, client: "Redis") -> list[bytes]:
        """Entries of which an answer has come since the beginning."""
        await client.xread({f"{STREAM}:answers": "$"}, block=20)
        told: Any = await client.xrange(f"{STREAM}:answers")
        return [fields[b"entry"] for _, fields in told]

    async def say_half_and_cut(self, n: int) -> None:
        """Half of the command that adds it."""
        words = [b"XADD", STREAM.encode(), b"*", b"message", message(n=n)]
        whole = b"*5\r\n" + b"".join(b"$%d\r\n%b\r\n" % (len(w), w) for w in words)
        _, writer = await asyncio.open_connection("127.0.0.1", self._server.port)
        writer.write(whole[: len(whole) // 2])
        await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def running(source: Door | CadTcp, intake: FakeIntake) -> AsyncIterator[None]:
    """The source at work, listening."""
    task = asyncio.create_task(source.run(intake))
    await source.listening.wait()
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def over_http(kind: type[CadHttpRig], state: Path) -> AsyncIterator[Rig]:
    intake = FakeIntake()
    async with ClientSession(headers={"Authorization": f"Bearer {CAD_TOKEN}"}) as http:
        rig = kind(intake, state, http)
        async with running(rig.source, intake):
            yield rig


@asynccontextmanager
async def cad_tcp(state: Path) -> AsyncIterator[Rig]:
    intake = FakeIntake()
    rig = CadTcpRig(intake, state)
    async with running(rig.source, intake):
        await rig.connect()
        try:
            yield rig
        finally:
            rig.close()


@asynccontextmanager
async def cad_redis(state: Path) -> AsyncIterator[Rig]:
    intake = FakeIntake()
    async with redis_server(state / "redis") as server:
        rig = CadRedisRig(intake, state, server)
        task = asyncio.create_task(rig.source.run(intake))
        await until(intake, SourceConnected)
        try:
            yield rig
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def over_mqtt(kind: type[CadMqttRig | ManDownMqttRig], state: Path) -> AsyncIterator[Rig]:
    intake, world = FakeIntake(), replace(fake_world(state), clock=SystemClock())
    broker = NatsBroker(world, ANY)
    await broker.start()
    try:
        rig = kind(intake, world, broker.at)
        task = asyncio.create_task(rig.source.run(intake))
        await until(intake, SourceConnected)
        async with rig.connected():
            yield rig
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    finally:
        await broker.stop()


RIGS: dict[str, Callable[[Path], AbstractAsyncContextManager[Rig]]] = {
    "aml_http": partial(over_http, AmlRig),
    "asterisk_ami": partial(exchange, AmiRig),
    "asterisk_ari": partial(exchange, AriRig),
    "bars_http": partial(over_http, BarsRig),
    "caller_directory": caller_directory,
    "cad_http": partial(over_http, CadHttpRig),
    "cad_mqtt": partial(over_mqtt, CadMqttRig),
    "cad_redis": cad_redis,
    "cad_tcp": cad_tcp,
    "eido_client": eido_client,
    "eido_server": eido_server,
    "freeswitch_esl": partial(exchange, EslRig),
    "mait_http": partial(over_http, MaitRig),
    "man_down_http": partial(over_http, ManDownHttpRig),
    "man_down_mqtt": partial(over_mqtt, ManDownMqttRig),
    "police_answers": partial(over_http, PoliceAnswersRig),
}
