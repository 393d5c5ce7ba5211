"""A stand-off as state: a crew that holds near its incident, with a clock (P3)."""

from dataclasses import dataclass
from datetime import datetime

from schemas.held import StandOffEnd, Why
from schemas.incident import Holding


@dataclass(slots=True)
class StandOff:
    """From the moment in which a crew begins to hold until it goes in or leaves. One of a crew at
    an incident is open at a time; those that ended stay with the incident."""

    id: str
    incident: str
    callsign: str
    holding: Holding
    begun_at: datetime
    begun_by: str
    since: datetime
    """Since when it holds as it does now."""
    where: str = ""
    prompt: int = 0
    """How often control and crew were asked."""
    rounds: int = 0
    """Of these, because of the time."""
    why: Why | None = None
    """Of the last time."""
    prompted_at: datetime | None = None
    waits_since: datetime | None = None
    """Since when a prompt waits for a person; None while nobody has to answer."""
    answered_by: str | None = None
    answered_at: datetime | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    how: StandOffEnd | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None

    @property
    def revision(self) -> int:
        """Of what the crew was last told of it."""
        return self.prompt + (self.ended_at is not None)
