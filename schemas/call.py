"""Call-centre events (C2) and calls ended for abuse (A1)."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Name, Text
from schemas.event import Event


class CallEvent(Event):
    """About one call; `call` ties its legs together (Asterisk: Linkedid).

    Telephony has no message ids of its own: the adapter uses `id = call/what-happened`, so
    that what it says again after a reconnect is the same message.
    """

    timed_on_arrival: ClassVar[bool] = True
    call: Name


class CallRang(CallEvent):
    """Ringing. `number` is the caller's number as given, None when withheld; `line` what was
    dialled (999, 111, an extension)."""

    kind: ClassVar[str] = "call.rang"
    number: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    line: Name | None = None


class CallAnswered(CallEvent):
    """A handler answered at a position (the extension or channel)."""

    kind: ClassVar[str] = "call.answered"
    handler: Name
    position: Name | None = None


class CallLeftQueue(CallEvent):
    """The call left the queue; `abandoned` when the caller hung up before an answer."""

    kind: ClassVar[str] = "call.left_queue"
    queue: Name
    abandoned: bool = False


class CallHeld(CallEvent):
    """Somebody put the call on hold, or (not `held`) took it back."""

    kind: ClassVar[str] = "call.held"
    held: bool = True


class CallEnded(CallEvent):
    """Over. `by` is caller, handler or unknown; `missed` when the hang-up itself was not seen
    and the end was found by asking the exchange afterwards."""

    kind: ClassVar[str] = "call.ended"
    by: Annotated[str, Field(pattern="^(caller|handler|unknown)$")] = "unknown"
    cause: Name | None = None
    missed: bool = False


class AbuseWarned(CallEvent):
    """The handler warned the caller (first, second)."""

    kind: ClassVar[str] = "call.abuse_warned"
    handler: Name | None = None
    warning: Annotated[int, Field(ge=1, le=9)]


class CallTerminatedForAbuse(CallEvent):
    """The handler ended the call under the call-termination policy (A1)."""

    kind: ClassVar[str] = "call.terminated_for_abuse"
    handler: Name | None = None
    ground: Text | None = None
    category: Name | None = None
