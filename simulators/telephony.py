"""A telephone exchange that speaks the Asterisk Manager Interface, as a server (C2, A1, O3).

In a test: `async with TelephonySimulator() as exchange: call = exchange.ring("07700900101")`.
It says what a real Asterisk says; the recordings in the tests hold it to that.
"""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import count
from time import time
from typing import Self

from simulators.ami_call import Call
from simulators.ami_channels import ChannelList
from simulators.ami_session import END, Faults, Session
from simulators.ami_words import Headers, decode, encode

ENDINGS = frozenset({"Hangup", "HangupRequest", "SoftHangupRequest", "AgentComplete"})
REPEATED = slice(2, 6)
ALL = frozenset({"system", "call", "agent", "user", "dialplan"})


class TelephonySimulator:
    """Sessions, the channels that are up, and calls to play with.

    `faults` can be changed at any time; `port` is where it listens once it is entered.
    """

    def __init__(
        self,
        username: str = "forewarn",
        secret: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._username, self._secret = username, secret
        self._host, self._tls = host, tls
        self.port = port
        self.faults = Faults()
        self.calls: dict[str, Call] = {}
        self._channels = ChannelList()
        self._sessions: set[Session] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._asked: Counter[str] = Counter()
        self._changed = asyncio.Condition()
        self._legs = count(1)
        self._epoch = int(time())
        self._said = b""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self._host, self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    # --- calls -----------------------------------------------------------------------------

    def ring(self, number: str | None, line: str = "999") -> Call:
        """A caller dials `line`; `number` None is withheld."""
        call = Call(self.say, self._legs, self._epoch, number, line)
        self.calls = {key: known for key, known in self.calls.items() if not known.over}
        self.calls[call.id] = call
        call.ring()
        return call

    # --- the wire --------------------------------------------------------------------------

    async def signed_in(self, sessions: int = 1) -> None:
        """Wait until so many clients are signed in."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._listeners()) >= sessions)

    async def asked(self, action: str, times: int = 1) -> None:
        """Wait until clients have asked for the action so many times."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._asked[action] >= times)

    async def carried_out(self) -> None:
        """Wait until everything said so far has left for those who read it."""
        for session in self._listeners():
            await session.carried_out()

    def cut(self, after: int = 0) -> None:
        """Cut every connection after so many more bytes, wherever that is in a message."""
        for session in self._sessions:
            session.cut(after)

    def say(self, told: Headers) -> None:
        """An event, to everybody who asked for its class."""
        self._channels.follow(told)
        if self.faults.drop_hang_ups and told[0][1] in ENDINGS:
            return
        if self.faults.repeat_headers:
            told = told[: REPEATED.start] + told[REPEATED] + told[REPEATED.start :]
        kind = dict(told).get("Privilege", "call").partition(",")[0]
        for session in self._listeners():
            if kind in session.classes:
                session.say(encode(told))

    def play(self, piece: bytes) -> None:
        """A piece of recorded traffic as it is, to everybody who is signed in."""
        at_start = not self._said
        *blocks, self._said = (self._said + piece).split(END)
        for block in blocks:
            self._channels.follow(decode(block))
        for session in self._listeners():
            session.play(piece, at_start=at_start)

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
        session.say(self.faults.greeting.encode() + b"\r\n")
        try:
            async for action in _actions(reader):
                self._on_action(session, action)
                self._asked[action.get("Action", "")] += 1
                async with self._changed:
                    self._changed.notify_all()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client is gone, or talks too much
        finally:
            self._sessions.discard(session)
            writing.cancel()
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    def _on_action(self, session: Session, action: dict[str, str]) -> None:
        name, action_id = action.get("Action", ""), action.get("ActionID", "")
        if name == "Login":
            self._on_login(session, action)
        elif name == "Ping":
            session.say(_response("Success", action_id, ("Ping", "Pong")))
        elif name == "CoreShowChannels" and session.classes and self.faults.spoil_list != "refused":
            session.say(b"".join(encode(row) for row in self._list(action_id)))
        elif name == "Logoff":
            told = ("Message", "Thanks for all the fish.")
            session.say(_response("Goodbye", action_id, told))
            session.finish()
        else:
            session.say(_response("Error", action_id, ("Message", "Permission denied")))

    def _list(self, action_id: str) -> list[Headers]:
        start, *rows, end = self._channels.answer(action_id)
        if self.faults.spoil_list == "endless":
            return [start, *rows]
        return [start, *(rows[:-1] if self.faults.spoil_list == "short" else rows), end]

    def _on_login(self, session: Session, action: dict[str, str]) -> None:
        given = action.get("Username"), action.get("Secret")
        if given != (self._username, self._secret):
            told = ("Message", "Authentication failed")
            session.say(_response("Error", action.get("ActionID", ""), told))
            session.finish()
            return
        told = ("Message", "Authentication accepted")
        session.say(_response("Success", action.get("ActionID", ""), told))
        wanted = action.get("Events", "on")
        session.classes = ALL if wanted == "on" else frozenset(wanted.split(","))


def _response(kind: str, action_id: str, *more: tuple[str, str]) -> bytes:
    return encode([("Response", kind), ("ActionID", action_id), *more])


async def _actions(reader: asyncio.StreamReader) -> AsyncIterator[dict[str, str]]:
    while True:
        yield dict(decode(await reader.readuntil(END)))
