"""One session with the Manager Interface: sign in, ask what is up, then listen (C2, O4)."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial

import structlog

from adapters.codecs import ami
from adapters.codecs.ami import Framer, Greeting, Message, Unreadable
from adapters.codecs.ami_calls import CallTranslator
from adapters.codecs.call_book import Said
from adapters.sources.exchange import OnListed
from adapters.sources.exchange_link import Link, Lost, Why
from middleware.ops.redaction import Fixed
from middleware.ports import Intake, Problem, World

MOST_ROWS = 50_000
"""Channels in one list; with more, nothing is concluded from it."""

NO_RIGHT = "give the manager.conf user write = reporting; calls whose end was missed stay open"
GAPS = "nothing was concluded from it; look at the log of the exchange"

log = structlog.get_logger()


class Session:
    """Reads no further than the intake takes: push-back reaches the exchange's socket."""

    def __init__(
        self,
        source: str,
        translator: CallTranslator,
        intake: Intake,
        world: World,
        on_listed: OnListed,
    ) -> None:
        self._source = source
        self._translator = translator
        self._intake = intake
        self._clock = world.clock
        self._on_listed = on_listed
        self._received = world.meters.counter("forewarn_adapter_received_total", adapter=source)
        self._rows: list[Message] = []
        self._login_id = self._list_id = ""
        self._listed = False
        self._actions = 0

    async def run(self, link: Link, username: str, secret: str, list_within: timedelta) -> None:
        """Until Lost; `list_within` counts the time spent waiting for the exchange only."""
        framer = Framer()
        login = partial(ami.login, username=username, secret=secret)
        ping = partial(self._act, link, ami.ping)
        waited = 0.0
        while True:
            before = self._clock.monotonic()
            data = await link.read(ping)
            waited += self._clock.monotonic() - before
            for item in framer.feed(data):
                await self._take(item, link, login)
            if not self._listed and waited > list_within.total_seconds():
                raise Lost(Why.LIST_MISSING)

    def _act(self, link: Link, write: Callable[[str], bytes]) -> str:
        """Send an action under a number of its own, which is returned."""
        self._actions += 1
        action_id = str(self._actions)
        link.write(write(action_id))
        return action_id

    async def _take(self, item: ami.Item, link: Link, login: Callable[[str], bytes]) -> None:
        if isinstance(item, Unreadable):
            await self._intake.refuse(self._source, item.problem, item.raw)
            if not self._login_id:
                raise Lost(Why.NOT_AMI)
        elif isinstance(item, Greeting):
            self._login_id = self._act(link, login)
        else:
            self._received.inc()
            await self._on_message(item, link)

    async def _on_message(self, message: Message, link: Link) -> None:
        answers = message.first("ActionID")
        if answers and answers == self._login_id:
            self._on_login(message, link)
        elif answers and answers == self._list_id:
            await self._on_list(message)
        else:
            await self._hand_in(self._translator.translate(message, self._clock.now()), message)

    def _on_login(self, message: Message, link: Link) -> None:
        if message.first("Response") != "Success":
            raise Lost(Why.LOGIN_REFUSED)
        self._translator.begin()
        self._list_id = self._act(link, ami.list_channels)

    async def _on_list(self, message: Message) -> None:
        if message.first("Response") == "Error":
            log.error("list_refused", adapter=self._source, remedy=Fixed(NO_RIGHT))
            await self._end_list(complete=False)
        elif message.first("Event") == "CoreShowChannel" and len(self._rows) <= MOST_ROWS:
            self._rows.append(message)
        elif message.first("Event") == "CoreShowChannelsComplete":
            whole = str(len(self._rows)) == message.first("ListItems")
            await self._hand_in(self._reconcile(whole=whole), message)
            await self._end_list(complete=whole)

    def _reconcile(self, *, whole: bool) -> list[Said]:
        if whole:
            return self._translator.reconcile(self._rows, self._clock.now())
        log.error("list_with_gaps", adapter=self._source, remedy=Fixed(GAPS))
        return []

    async def _end_list(self, *, complete: bool) -> None:
        self._listed = True
        self._rows.clear()
        await self._on_listed(complete=complete)

    async def _hand_in(self, said: Iterable[Said], message: Message) -> None:
        for event in said:
            if isinstance(event, Problem):
                await self._intake.refuse(self._source, event, message.raw)
            else:
                await self._intake.submit(event, message.raw)
