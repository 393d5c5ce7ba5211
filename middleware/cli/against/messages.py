"""Sources that take messages one at a time, each with its answer: doors, streams, topics (O2)."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import aiomqtt
import orjson
from aiohttp import ClientError, ClientSession, TCPConnector
from redis.exceptions import RedisError

from adapters.sources.cad_redis import CadRedisSettings
from adapters.wires.mqtt_connection import BrokerAt, Connection, Limits, connect
from adapters.wires.redis_client import RedisServer
from middleware.cli.against import WITHIN, Line, Speaker, client_tls
from middleware.ops.listening import HostPort, read_host_port
from middleware.ports import ChannelDown, OnWire, WireFrame

AGAIN = timedelta(seconds=5)
"""What was published and has no answer is published again."""
KEEPALIVE = timedelta(seconds=10)
STREAM: str = CadRedisSettings.model_fields["stream"].default


class Posts(Line):
    """Messages posted to a door; `path` where the address has none."""

    def __init__(self, source: str, url: str, path: str, speaker: Speaker) -> None:
        super().__init__(source)
        self._url = url if path in url else url.rstrip("/") + path
        self._headers = {"Authorization": f"Bearer {speaker.secret(source)}"}
        self._tls = client_tls(speaker.ca_file)

    async def begin(self, stack: AsyncExitStack) -> None:
        connector = TCPConnector(ssl=self._tls or True)
        session = ClientSession(headers=self._headers, connector=connector)
        self._http = await stack.enter_async_context(session)

    async def say(self, frame: WireFrame) -> None:
        if frame.on is not OnWire.HEARD:
            return
        try:
            async with self._http.post(self._url, data=frame.data) as response:
                self.tally[f"status {response.status}"] += 1
        except ClientError as fault:
            raise ConnectionError(type(fault).__name__) from fault


class Stream(Line):
    """The lines of a CAD, each with its answer."""

    def __init__(self, source: str, address: str, speaker: Speaker) -> None:
        super().__init__(source)
        self._at, self._token = read_host_port(address), speaker.secret(source)
        self._tls = client_tls(speaker.ca_file)

    async def begin(self, stack: AsyncExitStack) -> None:
        self._reader, self._writer = await asyncio.open_connection(*self._at, ssl=self._tls)
        stack.callback(self._writer.close)
        answer = await self._ask(orjson.dumps({"hello": {"token": self._token}}))
        if b'"welcome"' not in answer:
            raise ConnectionError("the token is not known there")

    async def say(self, frame: WireFrame) -> None:
        if frame.on is OnWire.HEARD:
            self.tally[standing(await self._ask(frame.data))] += 1

    async def _ask(self, line: bytes) -> bytes:
        self._writer.write(line + b"\n")
        async with asyncio.timeout(WITHIN.total_seconds()):
            answer = await self._reader.readline()
        if not answer:
            raise ConnectionError("the stream was closed")
        return answer


class Topic(Line):
    """Messages published at the broker that the service listens at, each until it is answered."""

    def __init__(self, source: str, address: str, topic: str, speaker: Speaker) -> None:
        super().__init__(source)
        user, at = _account(address)
        file = speaker.token_file if user else None
        self._broker = BrokerAt(at=at, username=user, password_file=file, ca_file=speaker.ca_file)
        self._room = speaker.room
        self._said = f"forewarn/{speaker.room}/{topic}/messages"
        self._told = f"forewarn/{speaker.room}/{topic}/answers"
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()
        self._connection: Connection

    async def begin(self, stack: AsyncExitStack) -> None:
        limits = Limits(WITHIN, KEEPALIVE, in_flight=1)
        opening = connect(self._broker, self._room, limits, [self._told], self._arrived)
        try:
            self._connection = await stack.enter_async_context(opening)
        except aiomqtt.MqttError as fault:
            raise ConnectionError(type(fault).__name__) from fault

    def _arrived(self, message: aiomqtt.Message) -> None:
        self._answers.put_nowait(bytes(message.payload))

    async def say(self, frame: WireFrame) -> None:
        if frame.on is OnWire.HEARD:
            async with asyncio.timeout(WITHIN.total_seconds()):
                self.tally[standing(await self._answered(frame.data))] += 1

    async def _answered(self, message: bytes) -> bytes:
        while not self._answers.empty():  # to what was said twice
            self._answers.get_nowait()
        while True:
            try:
                await self._connection.publish(self._said, message, 1)
                async with asyncio.timeout(AGAIN.total_seconds()):
                    return await self._answers.get()
            except ChannelDown as fault:
                raise ConnectionError("the broker is gone") from fault
            except TimeoutError:
                continue


class Entries(Line):
    """Entries added to the stream that the service reads, each with its answer."""

    def __init__(self, source: str, address: str, speaker: Speaker) -> None:
        super().__init__(source)
        where, _, stream = address.partition("/")
        user, at = _account(where)
        self._server = RedisServer(
            connect=at,
            username=user,
            password_file=speaker.token_file if user else None,
            tls=speaker.ca_file is not None,
            tls_ca_file=speaker.ca_file,
        )
        self._stream = stream or STREAM
        self._seen: bytes = b"0"

    async def begin(self, stack: AsyncExitStack) -> None:
        secret = self._server.password()
        self._redis = self._server.client(secret, connects=AGAIN, answers=2 * AGAIN)
        stack.push_async_callback(self._redis.aclose)
        try:
            while await self._read(block=None):
                pass
        except RedisError as fault:
            raise ConnectionError(type(fault).__name__) from fault

    async def say(self, frame: WireFrame) -> None:
        if frame.on is not OnWire.HEARD:
            return
        try:
            async with asyncio.timeout(WITHIN.total_seconds()):
                self.tally[standing(await self._answered(frame.data))] += 1
        except RedisError as fault:
            raise ConnectionError(type(fault).__name__) from fault

    async def _answered(self, message: bytes) -> bytes:
        added = await self._redis.xadd(self._stream, {"message": message})
        while True:
            for fields in await self._read(block=1_000):
                if fields.get(b"entry") == added:
                    return bytes(fields.get(b"answer", b""))

    async def _read(self, block: int | None) -> list[dict[bytes, bytes]]:
        """The answers since the last look."""
        key = f"{self._stream}:answers"
        told: Any = await self._redis.xread({key: self._seen}, count=1_000, block=block)
        entries = [one for found in (told or {}).values() for part in found for one in part]
        if entries:
            self._seen = entries[-1][0]
        return [fields for _, fields in entries]


def standing(answer: bytes) -> str:
    """What became of a message, of its answer."""
    try:
        said = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return "answered"
    return str(said.get("standing", "refused")) if isinstance(said, dict) else "answered"


def _account(address: str) -> tuple[str | None, HostPort]:
    """`user@host:port`, or without the user."""
    user, _, at = address.rpartition("@")
    return user or None, read_host_port(at)
