"""One entry of the journal: what happened, what was known, what was decided."""

from dataclasses import dataclass
from datetime import datetime

from schemas.check import Answer
from schemas.decision import Decision
from schemas.event import Event


@dataclass(frozen=True, slots=True)
class Erased:
    """Stands where a part was whose key was deleted (E4)."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An event as the intake stamped it. `received_at` never runs backwards; `answer` is the
    matcher's, for events that are checked."""

    position: int
    received_at: datetime
    event: Event
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A record, opened: the event as taken and the decisions made on it."""

    position: int
    received_at: datetime
    event: Event | Erased
    answer: Answer | None
    decisions: tuple[Decision, ...]
