"""What Asterisk says of its channels over its REST Interface, told as calls (C2, A1).

ARI has no Linkedid, and tells nothing of queues. The legs of a call are tied to the caller's
channel by who dialled whom, and the two halves of a Local channel by its name; the queue is the
application in which the caller's channel is.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.codecs.ami_names import handler_of, interface_of, is_callers
from adapters.codecs.call_abuse import Ids
from adapters.codecs.call_book import MOST_CALLS, Call, Said
from adapters.codecs.call_names import Dialect, Headers
from adapters.codecs.call_translator import CallTranslator, OnEvent

MOST_LEGS = 2 * MOST_CALLS
"""Legs remembered; the ones heard of first are forgotten first."""
HALVES = {";1": ";2", ";2": ";1"}


class AriTranslator(CallTranslator):
    """As the REST Interface tells it; paths as in `ari.Message`."""

    EVENT = "type"
    CUSTOM = "eventname"
    CHANNEL = LINK = "channel.id"
    NAME = "channel.name"
    NO_LINK = "is missing; raise the event in the dialplan of the call"
    NUMBER = "channel.caller.number"
    LINE = "channel.dialplan.exten"
    BRIDGE = "bridge.id"
    APPLICATION = "channel.dialplan.app_name"
    QUEUE = "Queue"
    _position_of = staticmethod(interface_of)
    _handler_of = staticmethod(handler_of)

    def __init__(self, source: str, dialect: Dialect) -> None:
        super().__init__(source, dialect)
        self._legs: OrderedDict[str, str] = OrderedDict()
        """Channel to the caller's channel that it was dialled for."""
        self._halves: OrderedDict[str, str] = OrderedDict()
        """Name of half a Local channel to its id."""
        self._bridges: dict[str, dict[str, str]] = {}
        """Bridge to the channels in it, with their names."""

    def _steps(self) -> Mapping[str, OnEvent]:
        return {
            "ChannelCreated": self._on_created,
            "ChannelCallerId": self._ring_if_inbound,
            "ChannelUserevent": self._on_custom,
            "ChannelDialplan": self._on_dialplan,
            "Dial": self._on_dialled,
            "ChannelEnteredBridge": self._on_bridged,
            "ChannelLeftBridge": self._on_left_bridge,
            "BridgeAttendedTransfer": self._on_attended_transfer,
            "BridgeBlindTransfer": self._on_blind_transfer,
            "ChannelHold": self._on_hold,
            "ChannelUnhold": self._on_unhold,
            "ChannelHangupRequest": self._on_hang_up_asked,
            "ChannelDestroyed": self._on_destroyed,
        }

    def _is_inbound(self, message: Headers) -> bool:
        channel, name = message.first("channel.id"), message.first("channel.name")
        data = message.first("channel.dialplan.app_data")
        context = message.first("channel.dialplan.context")
        return context in self._dialect.contexts and is_callers(channel, name, data)

    # --- the legs of a call ----------------------------------------------------------------

    def _ids_of(self, message: Headers) -> Ids:
        channel = message.first("channel.id")
        return channel, self._link_of(channel, message.first("channel.name"))

    def _link_of(self, channel: str, name: str) -> str:
        other = self._halves.get(name[:-2] + HALVES.get(name[-2:], ""), "")
        return self._legs.get(channel) or self._legs.get(other) or channel

    def _tie(self, leg: str, link: str) -> None:
        if leg and leg != link and self._book.callers(leg) is None:
            self._legs[leg] = link
            if len(self._legs) > MOST_LEGS:
                self._legs.popitem(last=False)

    def _remember(self, message: Headers) -> None:
        name = message.first("channel.name")
        if name[-2:] in HALVES:
            self._halves[name] = message.first("channel.id")
            if len(self._halves) > MOST_LEGS:
                self._halves.popitem(last=False)

    def reconcile(self, rows: Sequence[Headers], now: datetime) -> list[Said]:
        """The legs of a call that was answered unseen are those in its bridge."""
        said = super().reconcile(rows, now)
        callers = {row.first("bridge.id"): row.first("channel.id") for row in rows
                   if row.first("bridge.id") and self._callers(row)}  # fmt: skip
        for row in rows:
            self._remember(row)
            self._tie(row.first("channel.id"), callers.get(row.first("bridge.id"), ""))
            if (call := self._callers(row)) and call.handler:
                call.in_queue = False  # a caller who talks is still in the queue's application
        return said

    # --- ringing, queue and answer ---------------------------------------------------------

    def _on_created(self, message: Headers, now: datetime) -> list[Said]:
        self._remember(message)
        if message.first("channel.state") == "Down":
            return []  # the exchange is about to dial out
        return self._ring_if_inbound(message, now)

    def _on_dialplan(self, message: Headers, now: datetime) -> list[Said]:
        """The caller's channel goes into a queue, or on without an answer."""
        said = self._ring_if_inbound(message, now)
        call = self._callers(message)
        if call is None:
            return said
        if call.in_queue and _queue_of(message) != call.queue:
            said += self._out_of_queue(call, now, abandoned=False)
        self._see_queue(call, message)
        return said

    def _see_queue(self, call: Call, row: Headers) -> None:
        call.queue = _queue_of(row)
        call.in_queue = bool(call.queue)

    def _out_of_queue(self, call: Call, now: datetime, *, abandoned: bool) -> list[Said]:
        if not call.in_queue:
            return []
        call.in_queue = False
        return self._leave(call, call.queue, now, abandoned=abandoned)

    def _on_dialled(self, message: Headers, now: datetime) -> list[Said]:
        """A leg is called for the caller, or picked up."""
        caller = message.first("caller.id")
        link = self._link_of(caller, message.first("caller.name"))
        self._tie(message.first("peer.id"), link)
        call = self._book.callers(caller)
        if call is None or message.first("dialstatus") != "ANSWER":
            return []
        said = self._out_of_queue(call, now, abandoned=False)
        return said + self._answer(call, interface_of(message.first("peer.name")), now)

    def _on_bridged(self, message: Headers, now: datetime) -> list[Said]:
        """Who is now with a caller and was not called for that call took it over."""
        members = self._bridges.setdefault(message.first("bridge.id"), {})
        members[message.first("channel.id")] = message.first("channel.name")
        callers = [channel for channel in members if self._book.callers(channel)]
        if len(members) != 2 or len(callers) != 1:
            return []
        ((leg, name),) = ((m, name) for m, name in members.items() if m != callers[0])
        if self._link_of(leg, name) == callers[0] or name.startswith("Local/"):
            return []
        self._tie(leg, callers[0])
        return self._answer(self._book.callers(callers[0]), interface_of(name), now)

    def _on_left_bridge(self, message: Headers, now: datetime) -> list[Said]:
        members = self._bridges.get(message.first("bridge.id"), {})
        members.pop(message.first("channel.id"), None)
        if not members:
            self._bridges.pop(message.first("bridge.id"), None)
        return []

    def _on_attended_transfer(self, message: Headers, now: datetime) -> list[Said]:
        """A handler put the caller through to another, after a word with them, and left."""
        if message.first("result") != "Success":
            return []
        for leg in ("transferer_first_leg", "transferer_second_leg"):
            self._legs.pop(message.first(f"{leg}.id"), None)
        link = message.first("transferee.id")
        self._tie(message.first("transfer_target.id"), link)
        position = interface_of(message.first("transfer_target.name"))
        return self._answer(self._book.callers(link), position, now)

    def _on_blind_transfer(self, message: Headers, now: datetime) -> list[Said]:
        """A handler sent the caller on and left: who is dialled next, answers."""
        if message.first("result") == "Success":
            self._legs.pop(message.first("channel.id"), None)
        return []

    # --- the end ---------------------------------------------------------------------------

    def _on_hang_up_asked(self, message: Headers, now: datetime) -> list[Said]:
        """Who asked first: the caller, or, once answered, the other side. A soft request is
        Asterisk's own."""
        if message.first("soft"):
            return []
        if call := self._callers(message):
            call.ended_by = "caller"
            return self._out_of_queue(call, now, abandoned=True)
        call = self._book.find(*self._ids_of(message))
        if call and call.handler and call.ended_by == "unknown":
            call.ended_by = "handler"
        return []

    def _on_destroyed(self, message: Headers, now: datetime) -> list[Said]:
        """Only the end of the caller's own channel is the end of the call."""
        call = self._callers(message)
        if call is None:
            return []
        said = self._out_of_queue(call, now, abandoned=False)
        cause = message.first("cause_txt") or message.first("cause")
        return said + self._book.end(message.first("channel.id"), now, cause=cause)


def _queue_of(message: Headers) -> str:
    """`Queue` with `emergency,,,,20` ─► `emergency`; "" when the channel is in no queue."""
    is_in = message.first("channel.dialplan.app_name") == AriTranslator.QUEUE
    return message.first("channel.dialplan.app_data").partition(",")[0] if is_in else ""
