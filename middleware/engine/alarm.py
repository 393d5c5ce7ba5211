"""A man-down alarm and what is known of the radios, as state (D1, D2)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from middleware.engine.on_channel import OnChannel
from schemas.alarm import Audience
from schemas.safety import AlarmOutcome, Position

RADIOS_KEPT = 20_000
"""Last positions; the one not heard of for longest goes first."""
AUDIENCES = tuple(Audience)
NEVER = datetime.max.replace(tzinfo=UTC)


class AlarmPhase(StrEnum):
    """Where an alarm stands. Only a named person takes it further (D2)."""

    RAISED = "raised"
    ACCEPTED = "accepted"
    HELP = "help_on_the_way"
    ENDED = "ended"


@dataclass(slots=True)
class Alarm:
    """One alarm that grows. `radio` is None where nobody could read which it was."""

    id: str
    source: str
    radio: str | None
    callsign: str | None
    incident: str | None
    raised_at: datetime
    follows: str | None = None
    phase: AlarmPhase = AlarmPhase.RAISED
    signals: Counter[str] = field(default_factory=Counter)
    signalled_at: datetime | None = None
    press: int = 1
    pressed_at: datetime | None = None
    heard_at: datetime | None = None
    cancelled_at: datetime | None = None
    """None again with the next signal."""
    silent_at: datetime | None = None
    raw: bytes = b""
    """Of the last signal that could not be read."""
    position: Position | None = None
    """Where the radio was at the press, or last before it."""
    positioned_at: datetime | None = None
    step: int = 0
    times: int = 0
    audience: Audience = Audience.SUPERVISORS
    accepted_by: str | None = None
    accepted_at: datetime | None = None
    help_by: str | None = None
    help_at: datetime | None = None
    help_what: str = ""
    listening_asked_at: datetime | None = None
    listening_done: bool | None = None
    listening_by: str | None = None
    listening_at: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    outcome: AlarmOutcome | None = None
    revision: int = 1
    """Counts what other services were told of it: raised, accepted, pressed again, ended."""
    expires_at: datetime = NEVER
    """Until when it is sent again where nobody received it."""
    channels: dict[str, OnChannel] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    """Channel to the revision that the other side confirmed."""

    @property
    def issued_at(self) -> datetime:
        return self.raised_at

    @property
    def key(self) -> str:
        """Under which it is found while it is open."""
        return alarm_key(self.radio, self.source)

    @property
    def is_open(self) -> bool:
        return self.phase is not AlarmPhase.ENDED

    @property
    def is_cancelled(self) -> bool:
        """Whether the last that the radio said of its emergency is that it took it back."""
        return self.cancelled_at is not None

    def is_for(self, audience: Audience) -> bool:
        """Whether these people are shown it: it never goes back to fewer."""
        return AUDIENCES.index(audience) <= AUDIENCES.index(self.audience)


def alarm_key(radio: str | None, source: str) -> str:
    """One open alarm a radio; one a source for what names no radio."""
    return radio if radio is not None else f"?{source}"


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The last known position of a radio, and when it was said. `fixed_at`: when it was measured,
    or at least so long ago as this; None where nobody knows."""

    position: Position
    said_at: datetime
    fixed_at: datetime | None

    @classmethod
    def of(cls, position: Position, said_at: datetime) -> "LastSeen":
        fixed_at = position.fixed_at
        if fixed_at is None and position.age_s is not None:
            fixed_at = said_at - timedelta(seconds=position.age_s)
        return cls(position, said_at, fixed_at)
