"""One session with FreeSWITCH's event socket: sign in, ask what is up, then listen (C2, O4)."""

from collections import deque
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

import structlog

from adapters.codecs import esl
from adapters.codecs.call_book import Said
from adapters.codecs.esl import Frame, Framer, Message, Unreadable
from adapters.codecs.esl_calls import EslDialect, EslTranslator
from adapters.sources.exchange import OnListed
from adapters.sources.exchange_link import Link, Lost, Why
from middleware.ops.redaction import Fixed
from middleware.ports import Intake, Problem, World

NO_LIST = "look at the log of the exchange; calls whose end was missed stay open"

log = structlog.get_logger()


class EslSession:
    """Reads no further than the intake takes: push-back reaches the exchange's socket.

    FreeSWITCH answers commands in the order they were given: `_awaited` has that order.
    """

    def __init__(
        self,
        source: str,
        dialect: EslDialect,
        translator: EslTranslator,
        intake: Intake,
        world: World,
        on_listed: OnListed,
    ) -> None:
        self._source = source
        self._dialect = dialect
        self._translator = translator
        self._intake = intake
        self._clock = world.clock
        self._on_listed = on_listed
        self._received = world.meters.counter("forewarn_adapter_received_total", adapter=source)
        self._awaited: deque[str] = deque()
        self._greeted = False
        self._listed = False

    async def run(self, link: Link, secret: str, list_within: timedelta) -> None:
        """Until Lost; `list_within` counts the time spent waiting for the exchange only."""
        framer = Framer()
        ping = partial(self._ask, link, "ping", esl.PING)
        waited = 0.0
        while True:
            before = self._clock.monotonic()
            data = await link.read(ping)
            waited += self._clock.monotonic() - before
            for item in framer.feed(data):
                await self._take(item, link, secret)
            if not self._listed and waited > list_within.total_seconds():
                raise Lost(Why.LIST_MISSING)

    def _ask(self, link: Link, what: str, command: bytes) -> None:
        if self._greeted:  # before that it would be taken for the password
            self._awaited.append(what)
            link.write(command)

    async def _take(self, item: esl.Item, link: Link, secret: str) -> None:
        if isinstance(item, Unreadable):
            await self._intake.refuse(self._source, item.problem, item.raw)
            if item.lost or not self._greeted:
                raise Lost(Why.GARBLED if self._greeted else Why.NOT_ESL)
        elif item.kind == esl.EVENT:
            await self._on_event(item)
        elif item.kind == esl.AUTH_REQUEST:
            self._greeted = True
            self._ask(link, "login", esl.command("auth", secret))
        elif item.kind == esl.REJECTION:
            raise Lost(Why.LOGIN_REFUSED)
        elif item.kind == esl.GOODBYE:
            raise Lost(Why.CLOSED)
        elif not self._greeted:
            raise Lost(Why.NOT_ESL)
        elif item.kind in (esl.REPLY, esl.ANSWER) and self._awaited:
            await self._on_answer(self._awaited.popleft(), item, link)

    async def _on_answer(self, asked: str, frame: Frame, link: Link) -> None:
        if asked == "login":
            if not frame.headers.get("reply-text", "").startswith("+OK"):
                raise Lost(Why.LOGIN_REFUSED)
            self._translator.begin()
            self._ask(link, "subscription", esl.subscribe(self._dialect.subclasses))
            self._ask(link, "list", esl.LIST_CHANNELS)
        elif asked == "list":
            await self._on_list(frame)

    async def _on_list(self, frame: Frame) -> None:
        rows = esl.read_list(frame.body)
        if rows is None:
            log.error("list_with_gaps", adapter=self._source, remedy=Fixed(NO_LIST))
        else:
            await self._hand_in(self._translator.reconcile(rows, self._clock.now()), b"")
        self._listed = True
        await self._on_listed(complete=rows is not None)

    async def _on_event(self, frame: Frame) -> None:
        self._received.inc()
        message = esl.read_event(frame.body)
        if isinstance(message, Message):
            said = self._translator.translate(message, self._clock.now())
            await self._hand_in(said, message.raw)
        else:
            await self._intake.refuse(self._source, message, frame.body)

    async def _hand_in(self, said: Iterable[Said], raw: bytes) -> None:
        for event in said:
            if isinstance(event, Problem):
                await self._intake.refuse(self._source, event, raw)
            else:
                await self._intake.submit(event, raw)
