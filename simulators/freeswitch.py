"""A telephone exchange that speaks FreeSWITCH's event socket, as a server (C2, A1, O3).

In a test: `async with FreeswitchSimulator() as exchange: call = exchange.ring("07700900101")`.
"""

import asyncio
import json
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count
from typing import Self

from simulators.ami_session import Faults, Session
from simulators.esl_call import EslCall
from simulators.esl_words import Headers, Leg, event, frame

ASKED = {"auth": "auth", "event": "subscribe"}


class FreeswitchSimulator:
    """Sessions, the channels that are up, and calls to play with.

    `faults` can be changed at any time (`greeting` is what comes instead of the request to sign
    in); `port` is where it listens once it is entered.
    """

    def __init__(
        self,
        secret: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._secret, self._host, self._tls = secret, host, tls
        self.port = port
        self.faults = Faults(greeting="")
        self.calls: dict[str, EslCall] = {}
        self._channels: dict[str, Leg] = {}
        self._sessions: set[Session] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._asked: Counter[str] = Counter()
        self._changed = asyncio.Condition()
        self._serials = count(1)

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

    def ring(self, number: str | None, line: str = "999") -> EslCall:
        """A caller dials `line`; `number` None is withheld."""
        call = EslCall(self._tell, self._follow, self._serials, number, line)
        self.calls = {key: known for key, known in self.calls.items() if not known.over}
        self.calls[call.id] = call
        call.ring()
        return call

    async def signed_in(self, sessions: int = 1) -> None:
        """Wait until so many clients listen."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._listeners()) >= sessions)

    async def asked(self, what: str, times: int = 1) -> None:
        """Wait until clients have asked so many times to auth, subscribe, show or echo."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._asked[what] >= times)

    def cut(self, after: int = 0) -> None:
        """Cut every connection after so many more bytes, wherever that is in a frame."""
        for session in self._sessions:
            session.cut(after)

    def say(self, raw: bytes) -> None:
        """These bytes, to everybody who listens."""
        for session in self._listeners():
            session.say(raw)

    def _tell(self, name: str, unique: str, told: Headers) -> None:
        if self.faults.drop_hang_ups and name == "CHANNEL_HANGUP_COMPLETE":
            return
        self.say(event(name, {"Unique-ID": unique}, told))

    def _follow(self, leg: Leg, is_up: bool) -> None:
        if is_up:
            self._channels[leg.unique] = leg
        else:
            self._channels.pop(leg.unique, None)

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
        session.say(self.faults.greeting.encode() or frame("auth/request"))
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

    async def _listen(self, session: Session, reader: asyncio.StreamReader) -> None:
        is_in = False
        async for line in _commands(reader):
            what = line.partition(" ")[0]
            if what == "auth":
                is_in = self._sign_in(session, line)
            elif not is_in:
                session.say(frame("command/reply", Reply_Text="-ERR command not found"))
            else:
                self._answer(session, line)
            self._asked[ASKED.get(what, line.removeprefix("api ").partition(" ")[0])] += 1
            async with self._changed:
                self._changed.notify_all()

    def _sign_in(self, session: Session, line: str) -> bool:
        if line == f"auth {self._secret}":
            session.say(frame("command/reply", Reply_Text="+OK accepted"))
            return True
        session.say(frame("command/reply", Reply_Text="-ERR invalid"))
        session.say(frame("text/disconnect-notice", b"Disconnected, goodbye.\n"))
        session.finish()
        return False

    def _answer(self, session: Session, line: str) -> None:
        if line.startswith("event json "):
            session.classes = frozenset(line.split()[2:])
            session.say(frame("command/reply", Reply_Text="+OK event listener enabled json"))
        elif line == "api show channels as json":
            self._list(session)
        elif self.faults.spoil_list == "endless":  # answers come in order: the list's never does
            session.say(event("HEARTBEAT"))
        elif line.startswith("api echo "):
            session.say(frame("api/response", line.removeprefix("api echo ").encode()))
        else:
            session.say(frame("api/response", b"-ERR command not found\n"))

    def _list(self, session: Session) -> None:
        spoil = self.faults.spoil_list
        rows = [leg.row() for leg in self._channels.values()]
        told: dict[str, object] = {"row_count": len(rows)}
        if rows:
            told["rows"] = rows[:-1] if spoil == "short" else rows
        if spoil == "refused":
            session.say(frame("api/response", b"-ERR no reply\n"))
        elif spoil != "endless":
            session.say(frame("api/response", json.dumps(told).encode()))


async def _commands(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    while True:
        yield (await reader.readuntil(b"\n\n")).decode(errors="replace").strip()
