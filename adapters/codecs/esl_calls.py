"""What FreeSWITCH says of channels and queues, told as calls (C2, A1).

A call is the caller's channel; its other legs have that channel's id as `Channel-Call-UUID`.
"""

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from adapters.codecs.call_abuse import Ids
from adapters.codecs.call_book import Call, Said
from adapters.codecs.call_names import Dialect, Headers
from adapters.codecs.call_translator import CallTranslator, OnEvent
from schemas.base import Name

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


class EslTranslator(CallTranslator):
    """As the event socket tells it."""

    EVENT = "Event-Name"
    CUSTOM = "Event-Subclass"
    CHANNEL = LINK = "Unique-ID"
    NAME = "Channel-Name"
    NO_LINK = "is missing; send the event from the call's dialplan"
    NUMBER = "Caller-Caller-ID-Number"
    LINE = "Caller-Destination-Number"
    BRIDGE = "Channel-Call-UUID"
    QUEUE = "callcenter"

    def _steps(self) -> Mapping[str, OnEvent]:
        return {
            "CHANNEL_CREATE": self._ring_if_inbound,
            "CHANNEL_ANSWER": self._ring_if_inbound,
            "CHANNEL_BRIDGE": self._on_bridged,
            "CHANNEL_HOLD": self._on_hold,
            "CHANNEL_UNHOLD": self._on_unhold,
            "CHANNEL_HANGUP_COMPLETE": self._on_hung_up,
            "CUSTOM": self._on_custom,
        }

    def _is_inbound(self, message: Headers) -> bool:
        return (
            message.first("Call-Direction") == "inbound"
            and message.first("Caller-Context") in self._dialect.contexts
        )

    def _ids_of(self, message: Headers) -> Ids:
        channel = message.first("Unique-ID")
        return channel, message.first("Channel-Call-UUID") or channel

    @staticmethod
    def _position_of(channel: str) -> str:
        return channel

    @staticmethod
    def _handler_of(position: str) -> str:
        """`sofia/internal/1001@10.0.0.5:5060` and `1001@default` ─► `1001`."""
        name = position.rpartition("/")[2].partition("@")[0]
        return name.removesuffix("-a").removesuffix("-b") if "loopback/" in position else name

    # --- queue and answer ------------------------------------------------------------------

    def _on_custom(self, message: Headers, now: datetime) -> list[Said]:
        if message.first("Event-Subclass") != QUEUE_EVENT:
            return super()._on_custom(message, now)
        call = self._book.callers(message.first("CC-Member-Session-UUID"))
        action = message.first("CC-Action")
        if call is None:
            return []
        if action == "member-queue-start":
            call.in_queue = True
        elif action == "bridge-agent-start":
            return self._on_agent(call, message, now)
        elif action == "member-queue-end":
            return self._on_left_queue(call, message, now)
        return []

    def _on_agent(self, call: Call, message: Headers, now: datetime) -> list[Said]:
        """An agent of the queue took the call; the caller is in its hands until it lets go."""
        call.in_queue = True
        said = self._leave(call, message.first("CC-Queue"), now, abandoned=False)
        return said + self._answer(call, message.first("CC-Agent"), now)

    def _on_left_queue(self, call: Call, message: Headers, now: datetime) -> list[Said]:
        call.in_queue = False
        if message.first("CC-Cause") != "Cancel":
            return []
        gave_up = message.first("CC-Cancel-Reason") in GAVE_UP
        return self._leave(call, message.first("CC-Queue"), now, abandoned=gave_up)

    def _on_bridged(self, message: Headers, now: datetime) -> list[Said]:
        """Answered without a queue, or put through to another; in one, the queue names the agent
        better."""
        said = self._ring_if_inbound(message, now)
        ends = message.first("Bridge-A-Unique-ID"), message.first("Bridge-B-Unique-ID")
        call = self._book.callers(ends[0]) or self._book.callers(ends[1])
        if call is None or call.in_queue:
            return said
        own = self._callers(message) is call
        position = message.first("Other-Leg-Channel-Name" if own else "Channel-Name")
        return said + self._answer(call, position, now)

    # --- the end ---------------------------------------------------------------------------

    def _on_hung_up(self, message: Headers, now: datetime) -> list[Said]:
        """Only the end of the caller's own channel is the end of the call."""
        call = self._callers(message)
        if call is None:
            return []
        side, _, _ = message.first("variable_sip_hangup_disposition").partition("_")
        if side == "recv":
            call.ended_by = "caller"
        elif side == "send" and call.handler:
            call.ended_by = "handler"
        return self._book.end(message.first("Unique-ID"), now, cause=message.first("Hangup-Cause"))
