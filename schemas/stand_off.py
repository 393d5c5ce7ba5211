"""Stand-off and rendezvous as crews and dispatchers say them (P3). What the CAD says is in
schemas.incident."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Code, Name, Text
from schemas.delivery import DeviceEvent
from schemas.event import Event


class StandOffState(StrEnum):
    """What is said of a resource near an incident."""

    STANDING_OFF = "standing_off"
    AT_RVP = "at_rvp"
    GONE_IN = "gone_in"
    OVER = "over"
    """It does not hold any more, or never did, and has not gone in."""


class CrewSaidStandOff(DeviceEvent):
    """The crew says it of itself, at the incidents it is on, or at the one with that `number`."""

    kind: ClassVar[str] = "crew.stand_off_said"
    state: StandOffState
    by: Name
    number: Name | None = None


class StandOffSaid(Event):
    """A dispatcher says it of a crew at a console. `incident` is our id of it."""

    kind: ClassVar[str] = "stand_off.said"
    incident: Name
    callsign: Code
    state: StandOffState
    where: Text | None = None
    by: Name


class PromptAnswered(Event):
    """A named person in the EOC has seen to the prompt of that number."""

    kind: ClassVar[str] = "stand_off.prompt_answered"
    stand_off: Code
    prompt: Annotated[int, Field(ge=1)]
    by: Name
