"""One session with FreeSWITCH's event socket: sign in, ask what is up, then listen (C2, O4)."""

from collections import deque
from datetime import timedelta
from functools import partial

from adapters.codecs import esl
from adapters.codecs.call_translator import CallTranslator
from adapters.codecs.esl import Frame, Framer, Message, Unreadable
from adapters.codecs.esl_calls import EslDialect
from adapters.sources.exchange_link import Link, Lost, Why
from adapters.sources.exchange_session import ExchangeSession, OnListed
from middleware.ports import Intake, World

NO_LIST = "look at the log of the exchange; calls whose end was missed stay open"

PRIMER = (
    b"Content-Type: auth/request\n\n"
    b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"
    b"Content-Type: command/reply\nReply-Text: +OK event listener enabled json\n\n"
    b'Content-Type: api/response\nContent-Length: 15\n\n{"row_count":0}'
)
"""Signed in, and nothing on the list."""


class EslSession(ExchangeSession[esl.Item]):
    """FreeSWITCH answers commands in the order they were given: `_awaited` has that order."""

    def __init__(
        self,
        source: str,
        translator: CallTranslator,
        intake: Intake,
        world: World,
        on_listed: OnListed,
        link: Link,
    ) -> None:
        super().__init__(source, translator, intake, world, on_listed)
        self._link = link
        self._awaited: deque[str] = deque()
        self._greeted = False

    async def run(self, dialect: EslDialect, secret: str, list_within: timedelta) -> None:
        """Until Lost."""
        self._secret, self._subclasses = secret, dialect.subclasses
        read = partial(self._link.read, partial(self._ask, "ping", esl.PING))
        await self._follow(read, Framer().feed, list_within)

    def _ask(self, what: str, command: bytes) -> None:
        if self._greeted:  # before that it would be taken for the password
            self._awaited.append(what)
            self._link.write(command)

    async def _take(self, item: esl.Item) -> None:
        if isinstance(item, Unreadable):
            await self._intake.refuse(self._source, item.problem, item.raw)
            if item.lost or not self._greeted:
                raise Lost(Why.GARBLED if self._greeted else Why.NOT_ESL)
        elif item.kind == esl.EVENT:
            await self._on_event(item)
        elif item.kind == esl.AUTH_REQUEST:
            self._greeted = True
            self._ask("login", esl.command("auth", self._secret))
        elif item.kind == esl.REJECTION:
            raise Lost(Why.LOGIN_REFUSED)
        elif item.kind == esl.GOODBYE:
            raise Lost(Why.CLOSED)
        elif not self._greeted:
            raise Lost(Why.NOT_ESL)
        elif item.kind in (esl.REPLY, esl.ANSWER) and self._awaited:
            await self._on_answer(self._awaited.popleft(), item)

    async def _on_answer(self, asked: str, frame: Frame) -> None:
        if asked == "login":
            if not frame.headers.get("reply-text", "").startswith("+OK"):
                raise Lost(Why.LOGIN_REFUSED)
            self._translator.begin()
            self._ask("subscription", esl.subscribe(self._subclasses))
            self._ask("list", esl.LIST_CHANNELS)
        elif asked == "list":
            await self._end_list(esl.read_list(frame.body), b"", NO_LIST)

    async def _on_event(self, frame: Frame) -> None:
        self._received.inc()
        message = esl.read_event(frame.body)
        if isinstance(message, Message):
            said = self._translator.translate(message, self._clock.now())
            await self._hand_in(said, message.raw)
        else:
            await self._intake.refuse(self._source, message, frame.body)
