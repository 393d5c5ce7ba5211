"""What FreeSWITCH says of channels and queues, told as calls (C2, A1).

A call is the caller's channel; its other legs have that channel's id as `Channel-Call-UUID`.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from pydantic import Field

from adapters.codecs.call_abuse import terminated, warned
from adapters.codecs.call_book import Call, CallBook, Said
from adapters.codecs.call_names import Dialect, read_number
from adapters.codecs.esl import Message
from middleware.ports import Problem
from schemas.base import Name
from schemas.call import CallAnswered, CallLeftQueue, CallRang

OnEvent = Callable[[Message, datetime], list[Said]]

QUEUE_EVENT = "callcenter::info"
GAVE_UP = frozenset({"NONE", "BREAK_OUT", ""})
"""Reasons why a queue let go of a caller who hung up; the others are the queue's own."""


class EslDialect(Dialect):
    """How this site's exchange and dialplan speak: events of class CUSTOM, by their subclass."""

    call_events: tuple[Name, ...] = Field(
        ("forewarn::call",), description="event subclasses that announce an emergency call"
    )
    warning_event: Name = Field(
        "forewarn::warned", description="event subclass: the handler warned the caller"
    )
    terminated_event: Name = Field(
        "forewarn::terminated",
        description="event subclass: ended under the call-termination policy",
    )

    @property
    def subclasses(self) -> tuple[str, ...]:
        """All of the dialplan's own."""
        return (*self.call_events, self.warning_event, self.terminated_event)


class EslTranslator:
    """Events in, call events (or why there is none) out.

    `source` is the adapter's name in the events; `dialect` how this site's exchange speaks.
    """

    def __init__(self, source: str, dialect: EslDialect) -> None:
        self._dialect = dialect
        self._book = CallBook(source, dialect.exchange)
        self._events: dict[str, OnEvent] = {
            "CHANNEL_CREATE": self._ring_if_inbound,
            "CHANNEL_ANSWER": self._ring_if_inbound,
            "CHANNEL_BRIDGE": self._on_bridged,
            "CHANNEL_HANGUP_COMPLETE": self._on_hung_up,
        }
        self._custom: dict[str, OnEvent] = {
            QUEUE_EVENT: self._on_queue,
            **dict.fromkeys(dialect.call_events, self._on_announced),
            dialect.warning_event: self._on_warned,
            dialect.terminated_event: self._on_terminated,
        }
        self._queue: dict[str, OnEvent] = {
            "member-queue-start": self._on_joined_queue,
            "bridge-agent-start": self._on_agent,
            "member-queue-end": self._on_left_queue,
        }

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

    def reconcile(self, rows: Sequence[Message], now: datetime) -> list[Said]:
        """The complete list of channels: calls that are gone have ended, new ones are told."""
        up = {row.first("Unique-ID") for row in rows}
        said = self._book.end_doubtful(up, now)
        for row in rows:
            said += self._ring_if_inbound(row, now)
            call = self._book.callers(row.first("Unique-ID"))
            if call is not None and call.handler is None:
                call.in_queue = row.first("Application") == "callcenter"
                said += self._answer(call, _partner(row, rows), now)
        return said

    def translate(self, message: Message, now: datetime) -> list[Said]:
        """What the event says of calls: for most events nothing."""
        name = message.first("Event-Name")
        table, key = self._events, name
        if name == "CUSTOM":
            table, key = self._custom, message.first("Event-Subclass")
        on_event = table.get(key)
        if on_event is None:
            return []
        self._book.trust(message.first("Unique-ID"))
        return on_event(message, now)

    # --- ringing ---------------------------------------------------------------------------

    def _ring_if_inbound(self, message: Message, now: datetime) -> list[Said]:
        channel = message.first("Unique-ID")
        if self._book.is_over(channel) or not self._is_inbound(message):
            return []
        call = self._book.callers(channel)
        if call is not None and call.number is not None:
            return []
        return self._ring(message, message.first("Caller-Caller-ID-Number"), now)

    def _is_inbound(self, message: Message) -> bool:
        return (
            message.first("Call-Direction") == "inbound"
            and message.first("Caller-Context") in self._dialect.contexts
        )

    def _on_announced(self, message: Message, now: datetime) -> list[Said]:
        """The dialplan's own header has the number; without one, the channel may."""
        if not message.first("Unique-ID"):
            return [Problem("Unique-ID", "is missing; send the event from the call's dialplan")]
        if self._book.is_over(message.first("Unique-ID")):
            return []
        given = message.first(self._dialect.number_header)
        number = given if read_number(given) else message.first("Caller-Caller-ID-Number")
        return self._ring(message, number, now)

    def _ring(self, message: Message, given: str, now: datetime) -> list[Said]:
        """Said again only when the number became known, or another."""
        call, said = self._book.hold(message.first("Unique-ID"), now)
        number = read_number(given)
        if isinstance(number, Problem):
            said.append(number)
            number = None
        if "rang" in call.said and number in (None, call.number):
            return said
        call.number = number
        line = message.first("Caller-Destination-Number") or None
        return said + self._book.count(call, "rang", CallRang, now, number=number, line=line)

    # --- queue and answer ------------------------------------------------------------------

    def _on_queue(self, message: Message, now: datetime) -> list[Said]:
        on_action = self._queue.get(message.first("CC-Action"))
        return on_action(message, now) if on_action else []

    def _on_joined_queue(self, message: Message, now: datetime) -> list[Said]:
        if call := self._member(message):
            call.in_queue = True
        return []

    def _on_agent(self, message: Message, now: datetime) -> list[Said]:
        """An agent of the queue took the call; the caller is in its hands until it lets go."""
        call = self._member(message)
        if call is None:
            return []
        call.in_queue = True
        said = self._leave(call, message, now, abandoned=False)
        return said + self._answer(call, message.first("CC-Agent"), now)

    def _on_left_queue(self, message: Message, now: datetime) -> list[Said]:
        call = self._member(message)
        if call is None:
            return []
        call.in_queue = False
        if message.first("CC-Cause") != "Cancel":
            return []
        gave_up = message.first("CC-Cancel-Reason") in GAVE_UP
        return self._leave(call, message, now, abandoned=gave_up)

    def _member(self, message: Message) -> Call | None:
        return self._book.callers(message.first("CC-Member-Session-UUID"))

    def _leave(self, call: Call, message: Message, now: datetime, *, abandoned: bool) -> list[Said]:
        queue = message.first("CC-Queue")
        fields = {"queue": queue, "abandoned": abandoned}
        return self._book.count(call, f"left/{queue}", CallLeftQueue, now, **fields)

    def _on_bridged(self, message: Message, now: datetime) -> list[Said]:
        """Answered without a queue, or put through to another; in one, the queue names the agent
        better."""
        said = self._ring_if_inbound(message, now)
        ends = message.first("Bridge-A-Unique-ID"), message.first("Bridge-B-Unique-ID")
        call = self._book.callers(ends[0]) or self._book.callers(ends[1])
        if call is None or call.in_queue:
            return said
        own = self._book.callers(message.first("Unique-ID")) is call
        position = message.first("Other-Leg-Channel-Name" if own else "Channel-Name")
        return said + self._answer(call, position, now)

    def _answer(self, call: Call, position: str, now: datetime) -> list[Said]:
        handler = handler_of(position)
        if not handler or handler == call.handler:
            return []
        call.handler = handler
        fields = {"handler": handler, "position": position}
        return self._book.count(call, f"answered/{handler}", CallAnswered, now, **fields)

    # --- abuse and the end -----------------------------------------------------------------

    def _on_warned(self, message: Message, now: datetime) -> list[Said]:
        if not message.first("Unique-ID"):
            return [Problem("Unique-ID", "is missing; send the event from the call's dialplan")]
        return warned(self._dialect, self._book, ids_of(message), message, now)

    def _on_terminated(self, message: Message, now: datetime) -> list[Said]:
        if not message.first("Unique-ID"):
            return [Problem("Unique-ID", "is missing; send the event from the call's dialplan")]
        return terminated(self._dialect, self._book, ids_of(message), message, now)

    def _on_hung_up(self, message: Message, now: datetime) -> list[Said]:
        """Only the end of the caller's own channel is the end of the call."""
        call = self._book.callers(message.first("Unique-ID"))
        if call is None:
            return []
        side, _, _ = message.first("variable_sip_hangup_disposition").partition("_")
        if side == "recv":
            call.ended_by = "caller"
        elif side == "send" and call.handler:
            call.ended_by = "handler"
        return self._book.end(message.first("Unique-ID"), now, cause=message.first("Hangup-Cause"))


def ids_of(message: Message) -> tuple[str, str]:
    """The channel, and the caller's to which it belongs."""
    channel = message.first("Unique-ID")
    return channel, message.first("Channel-Call-UUID") or channel


def handler_of(position: str) -> str:
    """`sofia/internal/1001@10.0.0.5:5060` and `1001@default` ─► `1001`: who sits there."""
    name = position.rpartition("/")[2].partition("@")[0]
    return name.removesuffix("-a").removesuffix("-b") if "loopback/" in position else name


def _partner(row: Message, rows: Sequence[Message]) -> str:
    """The position on the other leg of the call; "" when none, or more than one."""
    call = row.first("Channel-Call-UUID")
    others = {
        other.first("Channel-Name")
        for other in rows
        if call and other.first("Channel-Call-UUID") == call and other is not row
    }
    return others.pop() if len(others) == 1 else ""
