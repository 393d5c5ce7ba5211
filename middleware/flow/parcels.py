"""What a courier carries, and to whom."""

import asyncio
from dataclasses import dataclass, field

from middleware.ports import ToDevice

ANSWER = "answer"
ANSWERS_KEPT = 10
"""Answers that wait for one device."""


@dataclass(slots=True)
class Parcel:
    """One message for one device. `key` is the note or the ask; `once`: sent, not repeated.
    `due` and `until` (it is of no use any more) in seconds of the monotonic clock."""

    key: str
    revision: int
    message: ToDevice
    kind: str
    due: float
    until: float
    tries: int = 0
    once: bool = False


@dataclass(slots=True)
class Destination:
    """A device on a channel: its open parcels, in order, and the loop that carries them."""

    channel: str
    device: str
    parcels: dict[str, Parcel] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def make_room_for_an_answer(self) -> None:
        """Drop the oldest ones: a device that asks on and on has had none of them."""
        answers = [key for key, parcel in self.parcels.items() if parcel.kind == ANSWER]
        for key in answers[: max(0, len(answers) + 1 - ANSWERS_KEPT)]:
            del self.parcels[key]

    def drop_outdated(self, now: float) -> None:
        """Drop what is of no use any more."""
        for key in [key for key, parcel in self.parcels.items() if parcel.until <= now]:
            del self.parcels[key]
