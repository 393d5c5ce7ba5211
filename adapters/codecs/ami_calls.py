"""From what Asterisk says of its channels to what happened to emergency calls (C2, A1).

Legs are tied to a call by Linkedid.
"""

from collections.abc import Mapping
from datetime import datetime

from adapters.codecs.ami_names import handler_of, interface_of, is_callers
from adapters.codecs.call_abuse import Ids
from adapters.codecs.call_book import Said
from adapters.codecs.call_names import Headers
from adapters.codecs.call_translator import CallTranslator, OnEvent


class AmiTranslator(CallTranslator):
    """As the Manager Interface tells it."""

    EVENT = "Event"
    CUSTOM = "UserEvent"
    CHANNEL = "Uniqueid"
    NAME = "Channel"
    LINK = "Linkedid"
    NO_LINK = "is missing; Asterisk 13 or later says it"
    NUMBER = "CallerIDNum"
    LINE = "Exten"
    BRIDGE = "BridgeId"
    QUEUE = "Queue"
    _position_of = staticmethod(interface_of)
    _handler_of = staticmethod(handler_of)

    def _steps(self) -> Mapping[str, OnEvent]:
        return {
            "Newchannel": self._on_new_channel,
            "UserEvent": self._on_custom,
            "QueueCallerJoin": self._on_joined_queue,
            "QueueCallerAbandon": self._on_abandoned,
            "QueueCallerLeave": self._on_left_queue,
            "AgentConnect": self._on_agent,
            "DialEnd": self._on_dialled,
            "AttendedTransfer": self._on_transferred,
            "Hold": self._on_hold,
            "Unhold": self._on_unhold,
            "HangupRequest": self._on_hang_up_asked,
            "AgentComplete": self._on_agent_done,
            "Hangup": self._on_hung_up,
        }

    def _is_inbound(self, message: Headers) -> bool:
        channel, link = self._ids_of(message)
        return (
            message.first("Context") in self._dialect.contexts
            and channel == link
            and is_callers(channel, message.first("Channel"), message.first("ApplicationData"))
        )

    def _ids_of(self, message: Headers) -> Ids:
        return message.first("Uniqueid"), message.first("Linkedid")

    def _on_new_channel(self, message: Headers, now: datetime) -> list[Said]:
        if message.first("ChannelState") == "0":
            return []  # Down: the exchange is about to dial out
        return self._ring_if_inbound(message, now)

    # --- queue and answer ------------------------------------------------------------------

    def _on_joined_queue(self, message: Headers, now: datetime) -> list[Said]:
        said = self._ring_if_inbound(message, now)
        if call := self._callers(message):
            call.in_queue, call.abandoned = True, False
        return said

    def _on_abandoned(self, message: Headers, now: datetime) -> list[Said]:
        if call := self._callers(message):
            call.abandoned = True
        return []

    def _on_left_queue(self, message: Headers, now: datetime) -> list[Said]:
        call = self._callers(message)
        if call is None:
            return []
        call.in_queue = False
        return self._leave(call, message.first("Queue"), now, abandoned=call.abandoned)

    def _on_agent(self, message: Headers, now: datetime) -> list[Said]:
        """A member of the queue took the call."""
        said = self._ring_if_inbound(message, now)
        return said + self._answer(self._callers(message), message.first("Interface"), now)

    def _on_dialled(self, message: Headers, now: datetime) -> list[Said]:
        """Answered without a queue; in one, AgentConnect names the member better."""
        call = self._callers(message)
        if call is None or call.in_queue or message.first("DialStatus") != "ANSWER":
            return []
        return self._answer(call, interface_of(message.first("DestChannel")), now)

    def _on_transferred(self, message: Headers, now: datetime) -> list[Said]:
        """A handler put the caller through to another and left."""
        if message.first("Result") != "Success":
            return []
        call = self._book.callers(message.first("TransfereeUniqueid"))
        return self._answer(call, interface_of(message.first("TransferTargetChannel")), now)

    # --- the end ---------------------------------------------------------------------------

    def _on_hang_up_asked(self, message: Headers, now: datetime) -> list[Said]:
        """Who asked first: the caller, or, once answered, the other side."""
        if call := self._callers(message):
            call.ended_by = "caller"
        elif (
            (call := self._book.find(*self._ids_of(message)))
            and call.handler
            and call.ended_by == "unknown"
        ):
            call.ended_by = "handler"
        return []

    def _on_agent_done(self, message: Headers, now: datetime) -> list[Said]:
        if call := self._callers(message):
            reasons = {"agent": "handler", "caller": "caller"}
            call.ended_by = reasons.get(message.first("Reason"), "unknown")
        return []

    def _on_hung_up(self, message: Headers, now: datetime) -> list[Said]:
        """Only the end of the caller's own channel is the end of the call."""
        if self._callers(message) is None:
            return []
        cause = message.first("Cause-txt") or message.first("Cause")
        return self._book.end(message.first("Uniqueid"), now, cause=cause)
