"""A telephone exchange that speaks the Asterisk Manager Interface, as a server (C2, A1, O3).

In a test: `async with TelephonySimulator() as exchange: call = exchange.ring("07700900101")`.
It says what a real Asterisk says; the recordings in the tests hold it to that.
"""

import asyncio
import ssl
from itertools import count
from time import time

from simulators.ami_call import Call
from simulators.ami_channels import ChannelList
from simulators.ami_words import Headers, decode, encode
from simulators.exchange_server import ExchangeServer
from simulators.exchange_session import END, Session

GREETING = "Asterisk Call Manager/11.0.0"
ENDINGS = frozenset({"Hangup", "HangupRequest", "SoftHangupRequest", "AgentComplete"})
REPEATED = slice(2, 6)
ALL = frozenset({"system", "call", "agent", "user", "dialplan"})


class TelephonySimulator(ExchangeServer):
    """Sessions, the channels that are up, and calls to play with."""

    def __init__(
        self,
        username: str = "forewarn",
        secret: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(secret, host, port, tls)
        self._username = username
        self.calls: dict[str, Call] = {}
        self._channels = ChannelList()
        self._legs = count(1)
        self._epoch = int(time())
        self._said = b""

    # --- calls -----------------------------------------------------------------------------

    def ring(self, number: str | None, line: str = "999") -> Call:
        """A caller dials `line`; `number` None is withheld."""
        call = Call(self.say, self._legs, self._epoch, number, line)
        self.calls = {key: known for key, known in self.calls.items() if not known.over}
        self.calls[call.id] = call
        call.ring()
        return call

    # --- the wire --------------------------------------------------------------------------

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

    def _greeting(self) -> bytes:
        return (self.faults.greeting or GREETING).encode() + b"\r\n"

    async def _listen(self, session: Session, reader: asyncio.StreamReader) -> None:
        while True:
            action = dict(decode(await reader.readuntil(END)))
            self._on_action(session, action)
            await self._note(action.get("Action", ""))

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
