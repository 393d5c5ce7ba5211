"""What a CAD does wrong, on purpose and by the seed."""

from collections import deque
from dataclasses import dataclass, field
from random import Random

from simulators.cad_messages import Message

GARBAGE = (
    b"not json",
    b'{"contract":',
    b"[1,2,3]",
    b'{"contract":"forewarn.cad/9"}',
    b"\xff\xfe{}",
)
CHANGED = {"nature": "other words under the same revision"}


@dataclass(frozen=True, slots=True)
class Faults:
    """Rates from 0 to 1, of messages; all 0: a faultless CAD."""

    duplicate: float = 0.0
    conflict: float = 0.0
    garbage: float = 0.0
    cut: float = 0.0
    reorder: float = 0.0
    resource_first: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """One line to send. `message` is None for what a fault added: nobody waits for its answer.

    `cut` says to send only half of it and to cut the connection.
    """

    line: bytes
    message: Message | None = None
    cut: bool = False


@dataclass(slots=True)
class Mischief:
    """Turns messages into what goes on the wire. With no fault set, that is what they say."""

    faults: Faults
    random: Random
    done: dict[str, int] = field(default_factory=dict)
    tried: set[str] = field(default_factory=set)

    def arrange(self, waiting: deque[Message]) -> None:
        """Change the order of what waits to be sent first."""
        if len(waiting) > 1 and self._strikes("reorder", self.faults.reorder):
            waiting[0], waiting[1] = waiting[1], waiting[0]
        if self.faults.resource_first:
            self._resource_first(waiting)

    def parcels(self, message: Message) -> list[Parcel]:
        """The message, with what goes wrong around it."""
        if self._first_time(message) and self._strikes("cut", self.faults.cut):
            return [Parcel(message.line(), message, cut=True)]
        found = [Parcel(message.line(), message)]
        if self._strikes("garbage", self.faults.garbage):
            found.insert(0, Parcel(self.random.choice(GARBAGE)))
        if self._strikes("duplicate", self.faults.duplicate):
            found.append(Parcel(message.line()))
        if self._strikes("conflict", self.faults.conflict):
            found.append(Parcel(message.line(**CHANGED, occurred_at="2026-01-01T00:00:00Z")))
        return found

    def _first_time(self, message: Message) -> bool:
        """Only the first try can be cut: with many lines on the way none would ever arrive."""
        new = message.key not in self.tried
        self.tried.add(message.key)
        return new

    def _resource_first(self, waiting: deque[Message]) -> None:
        """A resource before the incident it belongs to, as CADs with two queues do."""
        first = waiting[0]
        for at, message in enumerate(waiting):
            if first.body["type"] == "incident.opened" and message.id.startswith(f"{first.id}/"):
                waiting[0], waiting[at] = message, first
                self._count("resource_first")
                return

    def _strikes(self, what: str, rate: float) -> bool:
        struck = rate > 0 and self.random.random() < rate
        if struck:
            self._count(what)
        return struck

    def _count(self, what: str) -> None:
        self.done[what] = self.done.get(what, 0) + 1
