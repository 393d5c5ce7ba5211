"""Decisions about stand-off and rendezvous (P3). Ids and codes only, like all decisions."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Name
from schemas.decided import Decision
from schemas.incident import Holding


class StandOffEnd(StrEnum):
    """How a stand-off ended."""

    GONE_IN = "gone_in"
    OVER = "over"
    STOOD_DOWN = "stood_down"
    CLEARED = "cleared"
    INCIDENT_CLOSED = "incident_closed"


class Why(StrEnum):
    """Why a person is asked to look."""

    TIME = "time"
    PATIENT = "patient"
    """What is known of the patient has changed."""


class StandOffBegun(Decision):
    """A crew holds near the incident: its clock begins."""

    kind: ClassVar[str] = "stand_off_begun"
    stand_off: Name
    incident: Name
    callsign: Name
    holding: Holding
    by: Name


class StandOffMoved(Decision):
    """It holds otherwise or elsewhere now; the clock goes on."""

    kind: ClassVar[str] = "stand_off_moved"
    stand_off: Name
    holding: Holding
    by: Name


class StandOffConfirmed(Decision):
    """The crew says that it still holds."""

    kind: ClassVar[str] = "stand_off_confirmed"
    stand_off: Name
    by: Name


class StandOffPrompted(Decision):
    """Control is to look, until a named person answers, and the crew is asked on `channels`.
    `prompt` counts them; the later one stands for the earlier."""

    kind: ClassVar[str] = "stand_off_prompted"
    stand_off: Name
    prompt: Annotated[int, Field(ge=1)]
    why: Why
    channels: tuple[Name, ...] = ()


class StandOffAnswered(Decision):
    """A named person has seen to it."""

    kind: ClassVar[str] = "stand_off_answered"
    stand_off: Name
    prompt: Annotated[int, Field(ge=1)]
    by: Name


class StandOffEnded(Decision):
    """The clock stops: nobody is asked any more."""

    kind: ClassVar[str] = "stand_off_ended"
    stand_off: Name
    how: StandOffEnd
    by: Name


HELD_DECISIONS: tuple[type[Decision], ...] = (
    StandOffBegun,
    StandOffMoved,
    StandOffConfirmed,
    StandOffPrompted,
    StandOffAnswered,
    StandOffEnded,
)
