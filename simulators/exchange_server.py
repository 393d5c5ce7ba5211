"""A telephone exchange as a TCP server: its clients, what they asked, and the cuts (O3)."""

import asyncio
import ssl
from abc import ABC, abstractmethod
from collections import Counter
from contextlib import suppress
from typing import Self

from simulators.exchange_session import Faults, Session


class ExchangeServer(ABC):
    """`faults` can be changed at any time; `port` is where it listens once it is entered."""

    def __init__(
        self,
        secret: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.port = port
        self.faults = Faults()
        self._secret, self._host, self._tls = secret, host, tls
        self._sessions: set[Session] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._asked: Counter[str] = Counter()
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._accept, self._host, self.port, ssl=self._tls
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    async def signed_in(self, sessions: int = 1) -> None:
        """Wait until so many clients listen."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._listening() >= sessions)

    async def asked(self, what: str, times: int = 1) -> None:
        """Wait until clients have asked for it so many times."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._asked[what] >= times)

    async def carried_out(self) -> None:
        """Wait until everything said so far has left for those who read it."""
        for session in self._listeners():
            await session.carried_out()

    def cut(self, after: int = 0) -> None:
        """Cut every connection after so many more bytes, wherever that is in a message."""
        for session in self._sessions:
            session.cut(after)

    def _listening(self) -> int:
        """How many clients hear of the calls."""
        return len(self._listeners())

    def _listeners(self) -> list[Session]:
        return [session for session in self._sessions if session.classes]

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session(writer, self.faults)
        writing = asyncio.create_task(session.write())
        self._sessions.add(session)
        session.say(self._greeting())
        try:
            await self._listen(session, reader)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client is gone, or talks too much
        finally:
            self._sessions.discard(session)
            writing.cancel()
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    @abstractmethod
    def _greeting(self) -> bytes: ...

    @abstractmethod
    async def _listen(self, session: Session, reader: asyncio.StreamReader) -> None:
        """Answer one client, and `_note` what it asked, until it is gone."""

    async def _note(self, what: str) -> None:
        self._asked[what] += 1
        async with self._changed:
            self._changed.notify_all()
