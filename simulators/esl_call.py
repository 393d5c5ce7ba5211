"""One call through a simulated FreeSWITCH with mod_callcenter (C2, A1). No recording backs it:
headers are those of FreeSWITCH's documentation and public traces."""

from collections.abc import Callable
from itertools import count
from uuid import UUID

from simulators.ami_call import CATEGORY, QUEUES
from simulators.esl_words import Headers, Leg

Say = Callable[[str, str, Headers], None]
"""Event name, the channel's id, headers."""


class EslCall:
    """A call that is up. `number` None is withheld. Invalid steps raise ValueError."""

    def __init__(
        self, say: Say, follow: Callable[[Leg, bool], None], serials: "count[int]",
        number: str | None, line: str,
    ) -> None:  # fmt: skip
        self._say, self._follow, self._serials = say, follow, serials
        self.id = self._unique()
        self.queue = f"{QUEUES.get(line, 'emergency')}@default"
        self.handler: str | None = None
        self.warnings = 0
        self.over = False
        given = number or "anonymous"
        name = f"sofia/external/{given}@192.0.2.1"
        self._caller = Leg(self.id, name, "inbound", "in999", given, line, self.id)
        self._agent: Leg | None = None

    def ring(self) -> None:
        """The channel comes up, the dialplan announces it and puts it into a queue."""
        self._follow(self._caller, True)
        self._tell("CHANNEL_CREATE", self._caller)
        self._custom("forewarn::call", CLI=self._caller.number)
        self._caller = self._caller.up("callcenter")
        self._follow(self._caller, True)
        self._tell("CHANNEL_ANSWER", self._caller)
        self._in_queue("member-queue-start")

    def answer(self, handler: str = "handler1") -> None:
        """An agent of the queue is called, picks up, and is bridged with the caller."""
        if self.over or self.handler:
            raise ValueError("only a call that waits can be answered")
        self.handler = handler
        self._bridge(handler)
        self._in_queue("bridge-agent-start", **{"CC-Agent": f"{handler}@default"})

    def transfer(self, handler: str) -> None:
        """Put through to another, outside the queue."""
        if self.over or self._agent is None:
            raise ValueError("only a call that is answered can be put through")
        self._in_queue("member-queue-end", **{"CC-Cause": "Terminated"})
        self._gone(self._agent, "ATTENDED_TRANSFER", "send_bye")
        self.handler = handler
        self._bridge(handler)

    def warn(self) -> None:
        """The handler warns the caller; the dialplan says so."""
        self.warnings += 1
        self._abuse("forewarn::warned", Warning=str(self.warnings))

    def terminate_for_abuse(self) -> None:
        """The handler ends the call under the call-termination policy."""
        self._abuse("forewarn::terminated", Ground="two warnings given")
        self.hang_up("handler")

    def hang_up(self, by: str = "caller") -> None:
        """The call ends, by `caller` or `handler`."""
        if self.over:
            return
        self.over = True
        if self._agent is None:
            told = {"CC-Cause": "Cancel", "CC-Cancel-Reason": "BREAK_OUT"}
            self._in_queue("member-queue-end", **told)
            self._gone(self._caller, "ORIGINATOR_CANCEL", "recv_bye")
            return
        self._in_queue("member-queue-end", **{"CC-Cause": "Terminated"})
        legs = [(self._agent, "send_bye"), (self._caller, "recv_bye")]
        if by == "handler":
            legs = [(self._agent, "recv_bye"), (self._caller, "send_bye")]
        for leg, disposition in legs:
            self._gone(leg, "NORMAL_CLEARING", disposition)

    # --- steps -----------------------------------------------------------------------------

    def _bridge(self, handler: str) -> None:
        name, unique = f"sofia/internal/{handler}@192.0.2.10:5060", self._unique()
        agent = Leg(unique, name, "outbound", "default", self._caller.number, handler, self.id)
        self._follow(agent, True)
        self._tell("CHANNEL_CREATE", agent)
        self._agent = agent.up()
        self._follow(self._agent, True)
        self._tell("CHANNEL_ANSWER", self._agent)
        ends = {"Bridge-A-Unique-ID": self.id, "Bridge-B-Unique-ID": unique}
        self._tell("CHANNEL_BRIDGE", self._caller, self._agent.other() | ends)

    def _abuse(self, subclass: str, **told: str) -> None:
        if self.over or self._agent is None:
            raise ValueError("only a call that is answered can be warned or terminated")
        more = {"Handler": self.handler or "", "Category": CATEGORY} | told
        self._tell("CUSTOM", self._agent, {"Event-Subclass": subclass} | more)

    def _custom(self, subclass: str, **told: str) -> None:
        self._tell("CUSTOM", self._caller, {"Event-Subclass": subclass} | told)

    def _in_queue(self, action: str, **told: str) -> None:
        member = {"CC-Queue": self.queue, "CC-Action": action, "CC-Member-Session-UUID": self.id}
        self._say("CUSTOM", self.id, {"Event-Subclass": "callcenter::info"} | member | told)

    def _gone(self, leg: Leg, cause: str, disposition: str) -> None:
        self._follow(leg, False)
        told = {"Hangup-Cause": cause, "variable_sip_hangup_disposition": disposition}
        self._tell("CHANNEL_HANGUP_COMPLETE", leg, told)

    def _tell(self, name: str, leg: Leg, more: Headers | None = None) -> None:
        self._say(name, leg.unique, leg.headers() | (more or {}))

    def _unique(self) -> str:
        return str(UUID(int=next(self._serials)))
