"""One call through a simulated Asterisk: what it says when a caller rings, waits, talks (C2, A1).

Every method says the events of one step, in the order and with the headers that Asterisk 22
says them (tests/recordings/asterisk-22); the dialplan's variables and steps are left out.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from uuid import uuid4

from simulators.ami_words import Headers, Leg, event

QUEUES = {"111": "nhs111", "998": "overflow"}
CATEGORY = "directed_verbal_abuse_general"

Say = Callable[[Headers], None]


class Call:
    """A call that is up. `number` None is withheld. Invalid steps raise ValueError."""

    def __init__(
        self, say: Say, legs: "count[int]", epoch: int, number: str | None, line: str
    ) -> None:
        serial = next(legs)
        unique = f"{epoch}.{serial}"
        self._say, self._legs, self._epoch = say, legs, epoch
        self.id = unique
        self.queue = QUEUES.get(line, "emergency")
        self.handler: str | None = None
        self.warnings = 0
        self.over = False
        given = number or "anonymous"
        self._caller = Leg(
            f"PJSIP/trunk-{serial:08x}", "in999", line, unique, unique, number=given, name="Caller"
        )
        self._ends: tuple[Leg, Leg] | None = None
        self._bridge: Headers = []

    def ring(self) -> None:
        """The channel comes up, the dialplan announces it and puts it into a queue."""
        caller = self._caller
        kind = "UrgentCareCall" if caller.exten == "111" else "EmergencyCall"
        self._say(event("Newchannel", caller.snapshot()))
        announced = [("UserEvent", kind), ("CLI", caller.number), ("Channel", caller.channel)]
        self._say(event("UserEvent", caller.snapshot(), announced))
        place = [("Queue", self.queue), ("Position", "1"), ("Count", "1")]
        self._say(event("QueueCallerJoin", caller.snapshot(), place))

    def answer(self, handler: str = "handler1") -> None:
        """A member of the queue is called, picks up, and is bridged with the caller."""
        if self.over or self.handler:
            raise ValueError("only a call that waits can be answered")
        self.handler = handler
        one, two = self._member_rings(handler)
        member = self._member(handler)
        self._say(event("Newstate", two.up().snapshot()))
        one = replace(one, exten=self._caller.exten, connected=self._caller.number).up()
        self._ends = (one, two.up())
        self._say(event("Newstate", one.snapshot()))
        ended = [("DialStatus", "ANSWER")]
        self._say(event("DialEnd", self._caller.snapshot(), one.snapshot("Dest"), ended))
        self._leave_queue()
        times = [("HoldTime", "0"), ("RingTime", "0")]
        self._say(
            event("AgentConnect", self._caller.snapshot(), one.snapshot("Dest"), member, times)
        )
        self._caller = self._caller.up()
        self._say(event("Newstate", self._caller.snapshot()))
        self._join(one)

    def warn(self) -> None:
        """The handler warns the caller; the dialplan says so."""
        self.warnings += 1
        told = [("Warning", str(self.warnings)), ("Category", CATEGORY)]
        self._say_abuse("CallWarning", told)

    def terminate_for_abuse(self) -> None:
        """The handler ends the call under the call-termination policy."""
        told = [("Category", CATEGORY), ("Ground", "two warnings given")]
        self._say_abuse("AbusiveCallTerminated", told)
        self.hang_up("handler")

    def hang_up(self, by: str = "caller") -> None:
        """The call ends, by `caller` or `handler`."""
        if self.over:
            return
        self.over = True
        if self._ends is None:
            self._abandon()
        elif by == "caller":
            self._caller_goes(*self._ends)
        else:
            self._handler_goes(*self._ends)

    # --- steps -----------------------------------------------------------------------------

    def _member_rings(self, handler: str) -> tuple[Leg, Leg]:
        name, caller = f"Local/{handler}@handlers-{next(self._legs):08x}", self._caller
        one = Leg(f"{name};1", "handlers", handler, self._unique(), caller.link, state="0")
        two = Leg(f"{name};2", "handlers", handler, self._unique(), caller.link)
        self._say(event("Newchannel", one.snapshot()))
        self._say(event("Newchannel", two.snapshot()))
        one = replace(one, number=caller.exten)
        member = self._member(handler)
        self._say(event("AgentCalled", caller.snapshot(), one.snapshot("Dest"), member))
        dialled = [("DialString", f"Local/{handler}@handlers")]
        self._say(event("DialBegin", caller.snapshot(), one.snapshot("Dest"), dialled))
        return one, replace(two, number=caller.number, connected=caller.exten)

    def _leave_queue(self) -> None:
        place = [("Queue", self.queue), ("Position", "1"), ("Count", "0")]
        self._say(event("QueueCallerLeave", self._caller.snapshot(), place))

    def _join(self, one: Leg) -> None:
        self._bridge = _bridge(str(uuid4()))
        self._say(event("BridgeCreate", _with(self._bridge, 0)))
        self._say(event("BridgeEnter", _with(self._bridge, 1), one.snapshot()))
        self._say(event("BridgeEnter", _with(self._bridge, 2), self._caller.snapshot()))

    def _say_abuse(self, name: str, told: Headers) -> None:
        if self.over or self._ends is None:
            raise ValueError("only a call that is answered can be warned or terminated")
        _, two = self._ends
        named = [("UserEvent", name), ("Handler", self.handler or "")]
        self._say(event("UserEvent", two.snapshot(), named, told))

    def _abandon(self) -> None:
        leg, cause = self._caller, [("Cause", "127"), ("TechCause", "487")]
        place = [("Queue", self.queue), ("Position", "1")]
        self._say(event("HangupRequest", leg.snapshot(), cause))
        held = [("OriginalPosition", "1"), ("HoldTime", "1")]
        self._say(event("QueueCallerAbandon", leg.snapshot(), place, held))
        self._leave_queue()
        self._say(event("SoftHangupRequest", leg.snapshot(), cause))
        why = [("Cause", "127"), ("Cause-txt", "Interworking, unspecified"), ("TechCause", "487")]
        self._say(event("Hangup", leg.snapshot(), why))

    def _caller_goes(self, one: Leg, two: Leg) -> None:
        self._say(event("HangupRequest", self._caller.snapshot()))
        self._say(event("BridgeLeave", _with(self._bridge, 1), self._caller.snapshot()))
        self._complete(one, "caller")
        self._say(event("BridgeLeave", _with(self._bridge, 0), one.snapshot()))
        self._say(event("BridgeDestroy", _with(self._bridge, 0)))
        self._say(event("HangupRequest", two.snapshot(), [("Cause", "16")]))
        for leg in (two, self._caller):
            self._say(event("SoftHangupRequest", leg.snapshot(), [("Cause", "16")]))
        for leg in (one, two, self._caller):
            self._gone(leg)

    def _handler_goes(self, one: Leg, two: Leg) -> None:
        self._say(event("SoftHangupRequest", two.snapshot(), [("Cause", "16")]))
        self._say(event("HangupRequest", one.snapshot(), [("Cause", "16")]))
        self._gone(two)
        self._complete(one, "agent")
        self._say(event("BridgeLeave", _with(self._bridge, 1), one.snapshot()))
        self._say(event("BridgeLeave", _with(self._bridge, 0), self._caller.snapshot()))
        self._say(event("BridgeDestroy", _with(self._bridge, 0)))
        self._say(event("SoftHangupRequest", self._caller.snapshot(), [("Cause", "16")]))
        self._gone(one)
        self._gone(self._caller)

    def _complete(self, one: Leg, reason: str) -> None:
        times = [("HoldTime", "0"), ("TalkTime", "4"), ("Reason", reason)]
        member = self._member(self.handler or "")
        self._say(
            event("AgentComplete", self._caller.snapshot(), one.snapshot("Dest"), member, times)
        )

    def _gone(self, leg: Leg) -> None:
        why = [("Cause", "16"), ("Cause-txt", "Normal Clearing")]
        self._say(event("Hangup", leg.snapshot(), why))

    def _member(self, handler: str) -> Headers:
        interface = f"Local/{handler}@handlers"
        return [("Queue", self.queue), ("Interface", interface), ("MemberName", handler)]

    def _unique(self) -> str:
        return f"{self._epoch}.{next(self._legs)}"


def _bridge(unique: str) -> Headers:
    return [
        ("BridgeUniqueid", unique),
        ("BridgeType", "basic"),
        ("BridgeTechnology", "simple_bridge"),
        ("BridgeCreator", "<unknown>"),
        ("BridgeName", "<unknown>"),
    ]


def _with(bridge: Headers, channels: int) -> Headers:
    count_and_mode = [("BridgeNumChannels", str(channels)), ("BridgeVideoSourceMode", "none")]
    return bridge + count_and_mode
