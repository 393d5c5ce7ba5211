"""What the CAD still has to say: kept until it is answered, sent again after a cut."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from simulators.cad_faults import Mischief, Parcel
from simulators.cad_messages import Message

Heard = Callable[[Message, str], None]
"""Told of every answer to a message of ours: the message and its standing."""


def _nobody(message: Message, standing: str) -> None:
    """Nobody listens."""


@dataclass(slots=True)
class Outbox:
    """Messages in their order: `waiting`, then `sent`, then answered and gone."""

    mischief: Mischief
    heard: Heard = _nobody
    waiting: deque[Message] = field(default_factory=deque)
    sent: deque[Message] = field(default_factory=deque)
    tally: Counter[str] = field(default_factory=Counter)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, message: Message) -> None:
        self.waiting.append(message)
        self.settled.clear()
        self.changed.set()

    async def take(self) -> list[Parcel]:
        """What to send next; waits for a message, and for ever when silence is the fault."""
        while not self.waiting or self.mischief.faults.silent:
            self.changed.clear()
            await self.changed.wait()
        self.mischief.arrange(self.waiting)
        message = self.waiting.popleft()
        self.sent.append(message)
        return self.mischief.parcels(message)

    def answered(self, parcel: Parcel, answer: dict[str, Any]) -> None:
        """The service has it, or refused it for good: either way it is not sent again."""
        standing = str(answer.get("standing", "refused"))
        if parcel.message is None:
            self.tally[f"extra {standing}"] += 1
            return
        self.tally[standing] += 1
        if parcel.message in self.sent:
            self.sent.remove(parcel.message)
        self.heard(parcel.message, standing)
        if not self.waiting and not self.sent:
            self.settled.set()

    def cut_off(self) -> None:
        """What has no answer is sent again, first."""
        self.tally["sent again"] += len(self.sent)
        self.waiting.extendleft(reversed(self.sent))
        self.sent.clear()
        self.changed.set()


class Dismissed(Exception):
    """The service will not have this CAD: trying again is of no use before somebody mends it."""


class Link(Protocol):
    """A way to the service. `carry` returns never; OSError when it broke, Dismissed when the
    service will not talk to us."""

    async def carry(self, outbox: Outbox) -> None: ...
