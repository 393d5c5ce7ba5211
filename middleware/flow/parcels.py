"""What a courier carries, and to whom."""

from collections import deque
from dataclasses import dataclass, field

from middleware.ports import ToDevice

ANSWER = "answer"
ANSWERS_KEPT = 10
"""Answers that wait for one device."""


@dataclass(slots=True)
class Parcel:
    """One message for one device. `key` is the note or the ask; `once`: sent, not repeated.
    `until` (it is of no use any more) in seconds of the monotonic clock."""

    key: str
    revision: int
    message: ToDevice
    kind: str
    until: float
    tries: int = 0
    once: bool = False
    attempt: int | None = None
    """Where sending twice is not harmless: attempts of this revision that are on record."""
    again: bool = False
    """Made once more after a restart, as nobody knows what became of it."""
    due: float = 0.0
    """When it is sent again, unless it is sent before."""
    waits: bool = False
    """In the queue of its destination, to be sent as soon as its turn comes."""
    under_way: bool = False
    """While it is being sent."""


@dataclass(slots=True)
class Destination:
    """A device on a channel: its open parcels, and those of them that are to be sent now."""

    channel: str
    device: str
    parcels: dict[str, Parcel] = field(default_factory=dict)
    queue: deque[Parcel] = field(default_factory=deque)
    carried: bool = False
    """While somebody works through the queue."""

    def put(self, parcel: Parcel) -> None:
        """A new parcel, which replaces the one with the same key."""
        if parcel.kind == ANSWER:
            self._make_room_for_an_answer()
        self.parcels[parcel.key] = parcel
        self.send_now(parcel)

    def send_now(self, parcel: Parcel) -> None:
        """Queue it, unless it is in the queue, or is being sent where twice is not harmless."""
        if not parcel.waits and not (parcel.attempt is not None and parcel.under_way):
            parcel.waits = True
            self.queue.append(parcel)

    def is_open(self, parcel: Parcel, now: float) -> bool:
        """Whether it is still to be carried; one that is of no use any more is dropped."""
        if self.parcels.get(parcel.key) is not parcel:
            return False
        if parcel.until > now:
            return True
        del self.parcels[parcel.key]
        return False

    def drop(self, parcel: Parcel) -> None:
        """It is done with, unless another one has taken its place."""
        if self.parcels.get(parcel.key) is parcel:
            del self.parcels[parcel.key]

    def _make_room_for_an_answer(self) -> None:
        """Drop the oldest ones: a device that asks on and on has had none of them."""
        answers = [key for key, parcel in self.parcels.items() if parcel.kind == ANSWER]
        for key in answers[: max(0, len(answers) + 1 - ANSWERS_KEPT)]:
            del self.parcels[key]
