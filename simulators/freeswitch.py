"""A telephone exchange that speaks FreeSWITCH's event socket, as a server (C2, A1, O3).

In a test: `async with FreeswitchSimulator() as exchange: call = exchange.ring("07700900101")`.
"""

import asyncio
import json
import ssl
from itertools import count

from simulators.esl_call import EslCall
from simulators.esl_words import Headers, Leg, event, frame
from simulators.exchange_server import ExchangeServer
from simulators.exchange_session import Session

ASKED = {"auth": "auth", "event": "subscribe"}


class FreeswitchSimulator(ExchangeServer):
    """Sessions, the channels that are up, and calls to play with. What clients ask for is counted
    as auth, subscribe, show and echo."""

    def __init__(
        self,
        secret: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(secret, host, port, tls)
        self.calls: dict[str, EslCall] = {}
        self._channels: dict[str, Leg] = {}
        self._serials = count(1)

    def ring(self, number: str | None, line: str = "999") -> EslCall:
        """A caller dials `line`; `number` None is withheld."""
        call = EslCall(self._tell, self._follow, self._serials, number, line)
        self.calls = {key: known for key, known in self.calls.items() if not known.over}
        self.calls[call.id] = call
        call.ring()
        return call

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

    def _greeting(self) -> bytes:
        return self.faults.greeting.encode() or frame("auth/request")

    async def _listen(self, session: Session, reader: asyncio.StreamReader) -> None:
        is_in = False
        while True:
            line = (await reader.readuntil(b"\n\n")).decode(errors="replace").strip()
            what = line.partition(" ")[0]
            if what == "auth":
                is_in = self._sign_in(session, line)
            elif not is_in:
                session.say(frame("command/reply", Reply_Text="-ERR command not found"))
            else:
                self._answer(session, line)
            await self._note(ASKED.get(what, line.removeprefix("api ").partition(" ")[0]))

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
