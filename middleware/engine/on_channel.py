"""How something that is told stands on one channel."""

from dataclasses import dataclass

from schemas.delivery import Delivery

NOT_THERE = frozenset(
    {Delivery.REFUSED, Delivery.EXPIRED, Delivery.BUSY, Delivery.NO_ANSWER, Delivery.DECLINED}
)
"""Ends of an attempt after which nothing of it can have arrived."""


@dataclass(slots=True)
class OnChannel:
    """How a note stands on one channel; all but `address` and `went` of its present revision."""

    address: str
    wanted: int = 0
    """How often the ladder, or the withdrawal, asked this channel to tell."""
    attempts: int = 0
    """On record, where sending twice is not harmless; elsewhere 0."""
    again: int = 0
    """Of these, made once more after a restart."""
    unsent: int = 0
    """Of these, where nothing went out."""
    state: Delivery | None = None
    """What became of the last attempt."""
    went: bool = False
    """Whether an earlier revision may have arrived."""

    @property
    def made(self) -> int:
        """Attempts that may have arrived."""
        return self.attempts - self.unsent

    @property
    def is_due(self) -> bool:
        """Asked for, and not yet attempted."""
        return self.made - self.again < self.wanted

    @property
    def is_open(self) -> bool:
        """Attempted, and nobody knows what became of it: after a restart it is made once more."""
        return self.made > 0 and self.state is None and self.again < self.wanted

    @property
    def may_be_there(self) -> bool:
        """Whether anything of the note may have arrived on this channel."""
        return self.went or (self.made > 0 and self.state not in NOT_THERE)
