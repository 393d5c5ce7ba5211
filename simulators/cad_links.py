"""The two ways from a CAD to the service: a TCP stream of lines, or HTTP posts."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from ssl import SSLContext
from typing import Any

from aiohttp import ClientError, ClientSession

from simulators.cad_faults import Parcel
from simulators.cad_outbox import Dismissed, Outbox

HEARTBEAT = b'{"heartbeat":true}'
BEAT_S = 20.0
WINDOW = 64


@dataclass(slots=True)
class TcpLink:
    """NDJSON over TCP: many lines on the way, answers in the order of the lines."""

    host: str
    port: int
    token: str
    tls: SSLContext | None = None

    async def carry(self, outbox: Outbox) -> None:
        reader, writer = await asyncio.open_connection(self.host, self.port, ssl=self.tls)
        try:
            await self._hello(reader, writer)
            stream = _Stream(reader, writer, outbox)
            async with asyncio.TaskGroup() as group:
                group.create_task(stream.read())
                group.create_task(stream.beat())
                group.create_task(stream.send())
        except* (OSError, EOFError):
            pass  # every way to break is the same to a CAD: connect again, say again
        finally:
            writer.transport.abort()
        raise ConnectionResetError("the stream was cut")

    async def _hello(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = {"hello": {"token": self.token}}
        writer.write(json.dumps(hello).encode() + b"\n")
        answer = await _answer(reader)
        if "welcome" not in answer:
            raise Dismissed(_reason(answer))


class _Stream:
    """One connection that was welcomed."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, outbox: Outbox
    ) -> None:
        self._reader, self._writer, self._outbox = reader, writer, outbox
        self._expected: deque[Parcel] = deque()
        self._room = asyncio.Semaphore(WINDOW)

    async def send(self) -> None:
        while True:
            for parcel in await self._outbox.take():
                await self._room.acquire()
                self._cut_or_write(parcel)
                await self._writer.drain()

    def _cut_or_write(self, parcel: Parcel) -> None:
        if parcel.cut:
            self._writer.write(parcel.line[: len(parcel.line) // 2])
            self._writer.close()
            raise ConnectionResetError("cut in the middle of a line, on purpose")
        self._expected.append(parcel)
        self._writer.write(parcel.line + b"\n")

    async def read(self) -> None:
        while True:
            answer = await _answer(self._reader)
            if "heartbeat" not in answer:
                self._outbox.answered(self._expected.popleft(), answer)
                self._room.release()

    async def beat(self) -> None:
        while True:
            if not self._outbox.mischief.faults.silent:
                self._writer.write(HEARTBEAT + b"\n")
            await asyncio.sleep(BEAT_S)


@dataclass(slots=True)
class HttpLink:
    """One POST a message, one after the other, so that the order is kept."""

    url: str
    token: str
    tls: SSLContext | None = None
    beat_s: float = BEAT_S

    async def carry(self, outbox: Outbox) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with ClientSession(headers=headers) as http:
            beating = asyncio.create_task(self._beat(http, outbox))
            try:
                while True:
                    for parcel in await outbox.take():
                        outbox.answered(parcel, await self._post(http, parcel))
            finally:
                beating.cancel()

    async def _beat(self, http: ClientSession, outbox: Outbox) -> None:
        """Says that it is there; who does not hear it is told again."""
        while True:
            if not outbox.mischief.faults.silent:
                with suppress(ClientError):
                    async with http.post(self.url, data=HEARTBEAT, ssl=self.tls or True):
                        pass
            await asyncio.sleep(self.beat_s)

    async def _post(self, http: ClientSession, parcel: Parcel) -> dict[str, Any]:
        """The answer; told to wait, the same again."""
        key = {"Idempotency-Key": parcel.message.key} if parcel.message else {}
        while True:
            body = _half(parcel.line) if parcel.cut else parcel.line
            try:
                async with http.post(
                    self.url, data=body, headers=key, ssl=self.tls or True
                ) as response:
                    answer = await response.json()
                    if response.status in {401, 403}:
                        raise Dismissed(_reason(answer))
                    if response.status not in {429, 503}:
                        return dict(answer)
                    await asyncio.sleep(float(response.headers["Retry-After"]))
            except ClientError as broken:
                raise ConnectionResetError("the post was cut") from broken


async def _half(line: bytes) -> AsyncIterator[bytes]:
    yield line[: len(line) // 2]
    raise ConnectionResetError("cut in the middle of a message, on purpose")


async def _answer(reader: asyncio.StreamReader) -> dict[str, Any]:
    line = await reader.readline()
    if not line:
        raise EOFError
    return dict(json.loads(line))


def _reason(answer: dict[str, Any]) -> str:
    error = answer.get("error", {})
    return f"{error.get('field')} {error.get('reason')}"
