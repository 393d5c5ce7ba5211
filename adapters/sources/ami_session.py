"""One session with the Manager Interface: sign in, ask what is up, then listen (C2, O4)."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from adapters.codecs import ami
from adapters.codecs.ami import Framer, Greeting, Message, Unreadable
from adapters.codecs.call_translator import CallTranslator
from adapters.sources.exchange_link import Link, Lost, Why
from adapters.sources.exchange_session import ExchangeSession, OnListed
from middleware.ports import Intake, World

MOST_ROWS = 50_000
"""Channels in one list; with more, nothing is concluded from it."""

NO_RIGHT = "give the manager.conf user write = reporting; calls whose end was missed stay open"
GAPS = "nothing was concluded from it; look at the log of the exchange"

PRIMER = (
    b"Asterisk Call Manager/0\r\nResponse: Success\r\nActionID: 1\r\n\r\n"
    b"Event: CoreShowChannelsComplete\r\nActionID: 2\r\nListItems: 0\r\n\r\n"
)
"""Signed in, and nothing on the list."""


class AmiSession(ExchangeSession[ami.Item]):
    """Answers are known by the number of the action they are for."""

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
        self._rows: list[Message] = []
        self._login_id = self._list_id = ""
        self._actions = 0

    async def run(self, username: str, secret: str, list_within: timedelta) -> None:
        """Until Lost."""
        self._login = partial(ami.login, username=username, secret=secret)
        read = partial(self._link.read, partial(self._act, ami.ping))
        await self._follow(read, Framer().feed, list_within)

    def _act(self, write: Callable[[str], bytes]) -> str:
        """Send an action under a number of its own, which is returned."""
        self._actions += 1
        action_id = str(self._actions)
        self._link.write(write(action_id))
        return action_id

    async def _take(self, item: ami.Item) -> None:
        if isinstance(item, Unreadable):
            await self._intake.refuse(self._source, item.problem, item.raw)
            if not self._login_id:
                raise Lost(Why.NOT_AMI)
        elif isinstance(item, Greeting):
            self._login_id = self._act(self._login)
        else:
            self._received.inc()
            await self._on_message(item)

    async def _on_message(self, message: Message) -> None:
        answers = message.first("ActionID")
        if answers and answers == self._login_id:
            self._on_login(message)
        elif answers and answers == self._list_id:
            await self._on_list(message)
        else:
            said = self._translator.translate(message, self._clock.now())
            await self._hand_in(said, message.raw)

    def _on_login(self, message: Message) -> None:
        if message.first("Response") != "Success":
            raise Lost(Why.LOGIN_REFUSED)
        self._translator.begin()
        self._list_id = self._act(ami.list_channels)

    async def _on_list(self, message: Message) -> None:
        if message.first("Response") == "Error":
            await self._end_list(None, b"", NO_RIGHT)
        elif message.first("Event") == "CoreShowChannel" and len(self._rows) <= MOST_ROWS:
            self._rows.append(message)
        elif message.first("Event") == "CoreShowChannelsComplete":
            whole = str(len(self._rows)) == message.first("ListItems")
            await self._end_list(self._rows if whole else None, message.raw, GAPS)
            self._rows = []
