"""From what Asterisk says of its channels to what happened to emergency calls (C2, A1).

Two things make a call: the caller's channel in a configured context, and a configured user
event of the dialplan. Legs are tied to it by Linkedid. Pure: no clock, no network.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from adapters.codecs.ami import Message
from adapters.codecs.ami_names import handler_of, ids_of, interface_of, is_inbound
from adapters.codecs.call_abuse import terminated, warned
from adapters.codecs.call_book import Call, CallBook, Said
from adapters.codecs.call_names import Dialect, read_number
from middleware.ports import Problem
from schemas.call import CallAnswered, CallLeftQueue, CallRang

OnEvent = Callable[[Message, datetime], list[Said]]


class CallTranslator:
    """Messages in, call events (or why there is none) out.

    `source` is the adapter's name in the events; `dialect` how this site's exchange speaks.
    """

    def __init__(self, source: str, dialect: Dialect) -> None:
        self._dialect = dialect
        self._book = CallBook(source, dialect.exchange)
        self._user_events: dict[str, OnEvent] = {
            **dict.fromkeys(dialect.call_events, self._on_announced),
            dialect.warning_event: self._on_warned,
            dialect.terminated_event: self._on_terminated,
        }
        self._events: dict[str, OnEvent] = {
            "Newchannel": self._on_new_channel,
            "UserEvent": self._on_user_event,
            "QueueCallerJoin": self._on_joined_queue,
            "QueueCallerAbandon": self._on_abandoned,
            "QueueCallerLeave": self._on_left_queue,
            "AgentConnect": self._on_agent,
            "DialEnd": self._on_dialled,
            "AttendedTransfer": self._on_transferred,
            "HangupRequest": self._on_hang_up_asked,
            "AgentComplete": self._on_agent_done,
            "Hangup": self._on_hung_up,
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
        up = {row.first("Uniqueid") for row in rows}
        said = self._book.end_doubtful(up, now)
        for row in rows:
            said += self._ring_if_inbound(row, now)
            call = self._book.callers(row.first("Uniqueid"))
            if call is not None and call.handler is None:
                call.in_queue = row.first("Application") == "Queue"
                said += self._answer(call, _partner(row, rows), now)
        return said

    def translate(self, message: Message, now: datetime) -> list[Said]:
        """What the message says of calls: for most messages nothing."""
        on_event = self._events.get(message.first("Event"))
        if on_event is None:
            return []
        self._book.trust(message.first("Uniqueid"))
        return on_event(message, now)

    def _on_user_event(self, message: Message, now: datetime) -> list[Said]:
        on_event = self._user_events.get(message.first("UserEvent"))
        if on_event is None:
            return []
        if not message.first("Linkedid"):
            return [Problem("Linkedid", "is missing; Asterisk 13 or later says it")]
        return on_event(message, now)

    def _on_warned(self, message: Message, now: datetime) -> list[Said]:
        return warned(self._dialect, self._book, ids_of(message), message, now)

    def _on_terminated(self, message: Message, now: datetime) -> list[Said]:
        return terminated(self._dialect, self._book, ids_of(message), message, now)

    # --- ringing ---------------------------------------------------------------------------

    def _on_new_channel(self, message: Message, now: datetime) -> list[Said]:
        if message.first("ChannelState") == "0":
            return []  # Down: the exchange is about to dial out
        return self._ring_if_inbound(message, now)

    def _ring_if_inbound(self, message: Message, now: datetime) -> list[Said]:
        link = message.first("Linkedid")
        if self._book.is_over(link) or not is_inbound(message, self._dialect.contexts):
            return []
        call = self._book.callers(message.first("Uniqueid"))
        if call is not None and call.number is not None:
            return []
        return self._ring(message, message.first("CallerIDNum"), now)

    def _on_announced(self, message: Message, now: datetime) -> list[Said]:
        """The dialplan's own header has the number; without one, the channel may."""
        if self._book.is_over(message.first("Linkedid")):
            return []
        given = message.first(self._dialect.number_header)
        number = given if read_number(given) else message.first("CallerIDNum")
        return self._ring(message, number, now)

    def _ring(self, message: Message, given: str, now: datetime) -> list[Said]:
        """Said again only when the number became known, or another."""
        call, said = self._book.hold(message.first("Linkedid"), now)
        number = read_number(given)
        if isinstance(number, Problem):
            said.append(number)
            number = None
        if "rang" in call.said and number in (None, call.number):
            return said
        call.number = number
        line = message.first("Exten") or None
        return said + self._book.count(call, "rang", CallRang, now, number=number, line=line)

    # --- queue and answer ------------------------------------------------------------------

    def _on_joined_queue(self, message: Message, now: datetime) -> list[Said]:
        said = self._ring_if_inbound(message, now)
        if call := self._book.callers(message.first("Uniqueid")):
            call.in_queue, call.abandoned = True, False
        return said

    def _on_abandoned(self, message: Message, now: datetime) -> list[Said]:
        if call := self._book.callers(message.first("Uniqueid")):
            call.abandoned = True
        return []

    def _on_left_queue(self, message: Message, now: datetime) -> list[Said]:
        call = self._book.callers(message.first("Uniqueid"))
        if call is None:
            return []
        call.in_queue = False
        queue = message.first("Queue")
        fields = {"queue": queue, "abandoned": call.abandoned}
        return self._book.count(call, f"left/{queue}", CallLeftQueue, now, **fields)

    def _on_agent(self, message: Message, now: datetime) -> list[Said]:
        """A member of the queue took the call."""
        said = self._ring_if_inbound(message, now)
        return said + self._answer(
            self._book.callers(message.first("Uniqueid")), message.first("Interface"), now
        )

    def _on_dialled(self, message: Message, now: datetime) -> list[Said]:
        """Answered without a queue; in one, AgentConnect names the member better."""
        call = self._book.callers(message.first("Uniqueid"))
        if call is None or call.in_queue or message.first("DialStatus") != "ANSWER":
            return []
        return self._answer(call, interface_of(message.first("DestChannel")), now)

    def _on_transferred(self, message: Message, now: datetime) -> list[Said]:
        """A handler put the caller through to another and left."""
        if message.first("Result") != "Success":
            return []
        call = self._book.callers(message.first("TransfereeUniqueid"))
        return self._answer(call, interface_of(message.first("TransferTargetChannel")), now)

    def _answer(self, call: Call | None, position: str, now: datetime) -> list[Said]:
        if call is None or not position:
            return []
        call.ended_by = "unknown"  # whoever left before only handed over
        handler = handler_of(position)
        if handler == call.handler:
            return []
        call.handler = handler
        fields = {"handler": handler, "position": position}
        return self._book.count(call, f"answered/{handler}", CallAnswered, now, **fields)

    # --- the end ---------------------------------------------------------------------------

    def _on_hang_up_asked(self, message: Message, now: datetime) -> list[Said]:
        """Who asked first: the caller, or, once answered, the other side."""
        if call := self._book.callers(message.first("Uniqueid")):
            call.ended_by = "caller"
        elif (
            (call := self._book.find(*ids_of(message)))
            and call.handler
            and call.ended_by == "unknown"
        ):
            call.ended_by = "handler"
        return []

    def _on_agent_done(self, message: Message, now: datetime) -> list[Said]:
        if call := self._book.callers(message.first("Uniqueid")):
            reasons = {"agent": "handler", "caller": "caller"}
            call.ended_by = reasons.get(message.first("Reason"), "unknown")
        return []

    def _on_hung_up(self, message: Message, now: datetime) -> list[Said]:
        """Only the end of the caller's own channel is the end of the call."""
        if self._book.callers(message.first("Uniqueid")) is None:
            return []
        cause = message.first("Cause-txt") or message.first("Cause")
        return self._book.end(message.first("Uniqueid"), now, cause=cause)


def _partner(row: Message, rows: Sequence[Message]) -> str:
    """The position bridged with the channel of `row`; "" when none, or more than one."""
    bridge = row.first("BridgeId")
    others = {
        interface_of(other.first("Channel"))
        for other in rows
        if bridge and other.first("BridgeId") == bridge and other is not row
    }
    return others.pop() if len(others) == 1 else ""
