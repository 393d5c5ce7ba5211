"""One session with Asterisk's REST Interface: hear everything, ask what is up (C2, O4)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import aiohttp
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from adapters.codecs import ari
from adapters.sources.exchange_link import Lost, Why
from adapters.sources.exchange_session import ExchangeSession
from adapters.wires.ari import events
from middleware.ports import Problem

CHUNK = 65_536
MOST_LIST = 32_000_000
"""Longest list, in bytes; with more, nothing is concluded from it."""
BETWEEN = b"\0"
"""Between the list of channels and that of bridges, on what is heard first."""
PRIMER = b"[]" + BETWEEN + b"[]"
SPOKEN = frozenset({WSMsgType.TEXT, WSMsgType.BINARY})
REFUSED = frozenset({401, 403})

GAPS = "check that the ari.conf user may read channels and bridges; what ended unseen stays open"


class EventStream:
    """The WebSocket, read with a watchdog: in silence it pings; with `pings` of them unanswered the
    link is dead. `ask` is for the lists."""

    def __init__(
        self,
        told: ClientWebSocketResponse,
        ask: Callable[[], Awaitable[bytes]],
        ping_every: timedelta,
        pings: int,
    ) -> None:
        self._told = told
        self._ask: Callable[[], Awaitable[bytes]] | None = ask
        self._ping_every = ping_every.total_seconds()
        self._pings = pings

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        session: ClientSession,
        url: str,
        application: str,
        ping_every: timedelta,
        pings: int,
    ) -> AsyncIterator["EventStream"]:
        """Lost when there is none in the time that a dead link may take."""
        opening = events(session, url, application, everything=True)
        try:
            async with asyncio.timeout(ping_every.total_seconds() * (pings + 1)):
                told = await opening.__aenter__()
        except aiohttp.WSServerHandshakeError as fault:
            raise Lost(Why.LOGIN_REFUSED if fault.status in REFUSED else Why.NOT_ARI) from fault
        except (aiohttp.ClientConnectionError, OSError) as fault:
            raise Lost(Why.UNREACHABLE) from fault
        except aiohttp.ClientError as fault:
            raise Lost(Why.NOT_ARI) from fault
        try:
            yield cls(told, partial(_lists, session, url), ping_every, pings)
        finally:
            await told.close()

    async def read(self) -> bytes:
        """The lists, then one event after the other. Lost when it is closed or stays silent."""
        if self._ask is not None:
            ask, self._ask = self._ask, None
            return await ask()
        silences = 0
        while silences <= self._pings:
            try:
                message = await self._told.receive(self._ping_every)
            except TimeoutError:
                silences += 1
                await self._ping()
                continue
            silences = 0
            if message.type in SPOKEN:
                data = message.data
                return data.encode() if isinstance(data, str) else bytes(data)
            if message.type is WSMsgType.PING:
                await self._told.pong(message.data)
            elif message.type is not WSMsgType.PONG:
                garbled = isinstance(message.data, aiohttp.WebSocketError)
                raise Lost(Why.GARBLED if garbled else Why.CLOSED)
        raise Lost(Why.SILENT)

    async def _ping(self) -> None:
        try:
            await self._told.ping()
        except ConnectionError as fault:
            raise Lost(Why.CLOSED) from fault


class AriSession(ExchangeSession[bytes]):
    """What is heard first are the lists; events that came meanwhile wait in the WebSocket."""

    async def run(self, read: Callable[[], Awaitable[bytes]], list_within: timedelta) -> None:
        """Until Lost."""
        self._translator.begin()
        await self._follow(read, _one, list_within)

    async def _take(self, item: bytes) -> None:
        if not self._listed:
            rows = ari.read_list(*item.split(BETWEEN, 1))
            await self._end_list(rows, item[: ari.MOST_EVENT], GAPS)
            return
        self._received.inc()
        message = ari.read_event(item)
        if isinstance(message, Problem):
            await self._intake.refuse(self._source, message, item[: ari.MOST_EVENT])
        elif message.first("type") == ari.REPLACED:
            raise Lost(Why.REPLACED)
        else:
            said = self._translator.translate(message, self._clock.now())
            await self._hand_in(said, message.raw)


def _one(data: bytes) -> Iterable[bytes]:
    return (data,)


async def _lists(session: ClientSession, url: str) -> bytes:
    return BETWEEN.join([await _get(session, f"{url}/{what}") for what in ("channels", "bridges")])


async def _get(session: ClientSession, url: str) -> bytes:
    """The answer; b"" where it is a refusal, or too long. Lost when the exchange is gone."""
    try:
        async with session.get(url) as answer:
            if not answer.ok:
                return b""
            read = bytearray()
            async for chunk in answer.content.iter_chunked(CHUNK):
                read += chunk
                if len(read) > MOST_LIST:
                    return b""
            return bytes(read)
    except TimeoutError as fault:
        raise Lost(Why.LIST_MISSING) from fault
    except aiohttp.ClientPayloadError:
        return b""
    except (aiohttp.ClientError, OSError) as fault:
        raise Lost(Why.CLOSED) from fault
