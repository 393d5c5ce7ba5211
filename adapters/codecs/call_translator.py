"""From what an exchange says of its channels to what happened to emergency calls (C2, A1).

Two things make a call: the caller's channel in a configured context, and a configured event of the
dialplan's own. What differs between exchanges is in the subclasses. Pure: no clock, no network.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from adapters.codecs.call_abuse import Ids, terminated, warned
from adapters.codecs.call_book import Call, CallBook, Said
from adapters.codecs.call_names import Dialect, Headers, read_number
from middleware.ports import Problem
from schemas.call import CallAnswered, CallHeld, CallLeftQueue, CallRang

OnEvent = Callable[[Headers, datetime], list[Said]]


class CallTranslator(ABC):
    """Messages in, call events (or why there is none) out.

    `source` is the adapter's name in the events; `dialect` how this site's exchange speaks. The
    constants are the exchange's names of headers; LINK is the one that every event of the dialplan
    must have, NO_LINK what to do without it; QUEUE is its name for the queue's application.
    """

    EVENT: ClassVar[str]
    CUSTOM: ClassVar[str]
    CHANNEL: ClassVar[str]
    NAME: ClassVar[str]
    LINK: ClassVar[str]
    NO_LINK: ClassVar[str]
    NUMBER: ClassVar[str]
    LINE: ClassVar[str]
    BRIDGE: ClassVar[str]
    APPLICATION: ClassVar[str] = "Application"
    QUEUE: ClassVar[str]

    def __init__(self, source: str, dialect: Dialect) -> None:
        self._dialect = dialect
        self._book = CallBook(source, dialect.exchange)
        self._events = self._steps()
        self._own: dict[str, OnEvent] = {
            **dict.fromkeys(dialect.call_events, self._on_announced),
            dialect.warning_event: self._on_warned,
            dialect.terminated_event: self._on_terminated,
        }

    @abstractmethod
    def _steps(self) -> Mapping[str, OnEvent]:
        """What is done on each of the exchange's events; others say nothing of calls."""

    @abstractmethod
    def _is_inbound(self, message: Headers) -> bool:
        """Whether it speaks of a caller's channel in one of the contexts."""

    @abstractmethod
    def _ids_of(self, message: Headers) -> Ids:
        """The channel, and the caller's to which it belongs."""

    @staticmethod
    @abstractmethod
    def _position_of(channel: str) -> str:
        """The position behind a channel's name."""

    @staticmethod
    @abstractmethod
    def _handler_of(position: str) -> str:
        """Who sits at that position."""

    @property
    def live(self) -> frozenset[str]:
        """The ids of the calls held to be up."""
        return self._book.up

    def believe_live(self, calls: Iterable[str]) -> None:
        """Take over the calls that an earlier run of the service held to be up."""
        self._book.believe(calls)

    def begin(self) -> None:
        """A new session: hang-ups may have been missed before it."""
        self._book.doubt_all()

    def reconcile(self, rows: Sequence[Headers], now: datetime) -> list[Said]:
        """The complete list of channels: calls that are gone have ended, new ones are told."""
        said = self._book.end_doubtful({row.first(self.CHANNEL) for row in rows}, now)
        for row in rows:
            said += self._ring_if_inbound(row, now)
            call = self._callers(row)
            if call is not None and call.handler is None:
                self._see_queue(call, row)
                said += self._answer(call, self._partner(row, rows), now)
        return said

    def _see_queue(self, call: Call, row: Headers) -> None:
        call.in_queue = row.first(self.APPLICATION) == self.QUEUE

    def _partner(self, row: Headers, rows: Sequence[Headers]) -> str:
        """The position bridged with the channel of `row`; "" when none, or more than one."""
        bridge = row.first(self.BRIDGE)
        others = {
            self._position_of(other.first(self.NAME))
            for other in rows
            if bridge and other.first(self.BRIDGE) == bridge and other is not row
        }
        return others.pop() if len(others) == 1 else ""

    def translate(self, message: Headers, now: datetime) -> list[Said]:
        """What the message says of calls: for most messages nothing."""
        on_event = self._events.get(message.first(self.EVENT))
        if on_event is None:
            return []
        self._book.trust(message.first(self.CHANNEL))
        return on_event(message, now)

    def _callers(self, message: Headers) -> Call | None:
        """The call, when the message speaks of its caller's channel."""
        return self._book.callers(message.first(self.CHANNEL))

    # --- the dialplan's own events -------------------------------------------------------------

    def _on_custom(self, message: Headers, now: datetime) -> list[Said]:
        on_event = self._own.get(message.first(self.CUSTOM))
        if on_event is None:
            return []
        if not message.first(self.LINK):
            return [Problem(self.LINK, self.NO_LINK)]
        return on_event(message, now)

    def _on_announced(self, message: Headers, now: datetime) -> list[Said]:
        """The dialplan's own header has the number; without one, the channel may."""
        _, link = self._ids_of(message)
        if self._book.is_over(link):
            return []
        given = message.first(self._dialect.number_header)
        number = given if read_number(given) else message.first(self.NUMBER)
        return self._ring(message, link, number, now)

    def _on_warned(self, message: Headers, now: datetime) -> list[Said]:
        return warned(self._dialect, self._book, self._ids_of(message), message, now)

    def _on_terminated(self, message: Headers, now: datetime) -> list[Said]:
        return terminated(self._dialect, self._book, self._ids_of(message), message, now)

    # --- what is said of a call ----------------------------------------------------------------

    def _ring_if_inbound(self, message: Headers, now: datetime) -> list[Said]:
        channel = message.first(self.CHANNEL)
        if self._book.is_over(channel) or not self._is_inbound(message):
            return []
        call = self._book.callers(channel)
        if call is not None and call.number is not None:
            return []
        return self._ring(message, channel, message.first(self.NUMBER), now)

    def _ring(self, message: Headers, link: str, given: str, now: datetime) -> list[Said]:
        """Said again only when the number became known, or another."""
        call, said = self._book.hold(link, now)
        number = read_number(given)
        if isinstance(number, Problem):
            said.append(number)
            number = None
        if "rang" in call.said and number in (None, call.number):
            return said
        call.number = number
        line = message.first(self.LINE) or None
        return said + self._book.count(call, "rang", CallRang, now, number=number, line=line)

    def _leave(self, call: Call, queue: str, now: datetime, *, abandoned: bool) -> list[Said]:
        fields = {"queue": queue, "abandoned": abandoned}
        return self._book.count(call, f"left/{queue}", CallLeftQueue, now, **fields)

    def _on_hold(self, message: Headers, now: datetime, *, held: bool = True) -> list[Said]:
        """Whoever pressed it, the caller waits."""
        call = self._book.find(*self._ids_of(message))
        return self._book.count(call, "held", CallHeld, now, held=held) if call else []

    def _on_unhold(self, message: Headers, now: datetime) -> list[Said]:
        return self._on_hold(message, now, held=False)

    def _answer(self, call: Call | None, position: str, now: datetime) -> list[Said]:
        handler = self._handler_of(position)
        if call is None or not handler:
            return []
        call.ended_by = "unknown"  # whoever left before only handed over
        if handler == call.handler:
            return []
        call.handler = handler
        fields = {"handler": handler, "position": position}
        return self._book.count(call, f"answered/{handler}", CallAnswered, now, **fields)
