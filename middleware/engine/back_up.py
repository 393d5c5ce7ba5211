"""A request for police or further resources, as state (P1, P2)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from middleware.engine.on_channel import OnChannel
from schemas.back_up import Because
from schemas.police import Threat, Wanted


class BackUpPhase(StrEnum):
    """Where a request stands. Only ARRIVED and STOOD_DOWN end it."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ESCALATED = "escalated"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    STOOD_DOWN = "stood_down"


OVER = frozenset({BackUpPhase.ARRIVED, BackUpPhase.STOOD_DOWN})
AWAITED = frozenset({BackUpPhase.REQUESTED, BackUpPhase.ESCALATED})
"""Somebody is asked and has not answered."""
COMING = frozenset({BackUpPhase.ACCEPTED, BackUpPhase.EN_ROUTE})


@dataclass(slots=True)
class BackUp:
    """One request. `revision` counts what was sent: words, steps, the standing down."""

    id: str
    wanted: Wanted
    incident: str | None
    alarm: str | None
    by: str
    issued_at: datetime
    expires_at: datetime
    """Until when it is sent again where nobody received it."""
    threat: Threat = field(default_factory=Threat)
    words: tuple[str, ...] = ()
    revision: int = 1
    phase: BackUpPhase = BackUpPhase.REQUESTED
    phase_at: datetime | None = None
    step: int = 0
    of: str = ""
    channel: str = ""
    because: Because | None = None
    times: int = 0
    step_revision: int = 1
    """The first revision of this step: an answer to an earlier one is that of an earlier step."""
    stepped_at: datetime | None = None
    turned_away: bool = False
    """The desk's system will not take it: a person must read it out."""
    read_out_by: str | None = None
    read_out_to: str = ""
    read_out_at: datetime | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None
    answered_at: datetime | None = None
    """When the first answer came."""
    heard_from: str = ""
    heard_at: datetime | None = None
    """Source of the answer that stands, and when it was given there."""
    said_by: str = ""
    reason: str = ""
    unit: str = ""
    reference: str | None = None
    crn: str | None = None
    oic: str | None = None
    closed_by: str | None = None
    channels: dict[str, OnChannel] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    """Channel to the revision that the other side confirmed."""

    @property
    def is_over(self) -> bool:
        return self.phase in OVER
