"""An incident that was handed on to another service, as state (N2, N7)."""

from dataclasses import dataclass, field
from datetime import datetime

from middleware.engine.on_channel import OnChannel
from middleware.engine.phase import Phase
from schemas.check import Matched
from schemas.hand_on import HandOnCase
from schemas.report import Place


@dataclass(slots=True)
class HandOn:
    """What one other service is to have about the scene. `matched`: what is in force there, with a
    digest of each marker's content; `gone`: markers that were said there and are no longer true;
    `place`: as it is said; `said_at` grows with each revision."""

    id: str
    incident: str
    service: str
    service_id: str
    case: HandOnCase
    by: str
    at: datetime
    issued_at: datetime
    expires_at: datetime
    said_at: datetime
    revision: int = 0
    first: int = 0
    """The revision that was the first to say anything; 0 while none was."""
    matched: tuple[Matched, ...] = ()
    content: tuple[bytes, ...] = ()
    gone: tuple[str, ...] = ()
    place: Place = field(default_factory=Place)
    phase: Phase = Phase.OPEN
    channels: dict[str, OnChannel] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    """Channel to the revision that the other side confirmed."""
    refused: str | None = None
    """The code with which the present revision was refused."""
    ended_by: str | None = None

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the other side may not have its present revision yet."""
        return any(self.shown.get(name, 0) < self.revision for name in self.channels)
