"""Decisions about man-down alarms (D1-D3). Ids and codes only, like all decisions."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Name
from schemas.decided import Decision
from schemas.safety import AlarmOutcome


class Audience(StrEnum):
    """Who is shown an alarm and hears it; each holds the ones before it."""

    SUPERVISORS = "supervisors"
    DISPATCHERS = "dispatchers"
    EVERYBODY = "everybody"


class AlarmRaised(Decision):
    """A new alarm: of this radio, or of a source that could not say which. `follows` is the
    radio's alarm before it, where that ended lately."""

    kind: ClassVar[str] = "alarm_raised"
    alarm: Name
    source: Name
    radio: Name | None = None
    callsign: Name | None = None
    incident: Name | None = None
    follows: Name | None = None


class AlarmGrew(Decision):
    """A signal more of the same alarm. `press` counts how often the button was pressed: signals
    close together are one press."""

    kind: ClassVar[str] = "alarm_grew"
    alarm: Name
    signal: Name
    press: Annotated[int, Field(ge=1)]


class AlarmRaisedAgain(Decision):
    """Pressed again after a person had it in hand: it must be accepted again."""

    kind: ClassVar[str] = "alarm_raised_again"
    alarm: Name


class AlarmStepped(Decision):
    """Told to these people now; `times` grows while nobody has accepted (D2)."""

    kind: ClassVar[str] = "alarm_stepped"
    alarm: Name
    step: Annotated[int, Field(ge=0)]
    to: Audience
    times: Annotated[int, Field(ge=1)]


class AlarmTaken(Decision):
    """A named person has it."""

    kind: ClassVar[str] = "alarm_taken"
    alarm: Name
    by: Name


class HelpComing(Decision):
    """Help is on the way; what, is in the event."""

    kind: ClassVar[str] = "help_coming"
    alarm: Name
    by: Name


class AlarmClosed(Decision):
    """Ended by a named person, with what it was."""

    kind: ClassVar[str] = "alarm_closed"
    alarm: Name
    by: Name
    outcome: AlarmOutcome


class CancelHeard(Decision):
    """The radio took it back. The alarm goes on."""

    kind: ClassVar[str] = "cancel_heard"
    alarm: Name


class RadioSilent(Decision):
    """Nothing was heard of the radio since, and it did not cancel."""

    kind: ClassVar[str] = "radio_silent"
    alarm: Name


class RadioHeard(Decision):
    """The radio that had fallen silent was heard again."""

    kind: ClassVar[str] = "radio_heard"
    alarm: Name


class ListeningAsked(Decision):
    """Ambient listening was agreed beforehand for this radio: the alarm asks for it (D3)."""

    kind: ClassVar[str] = "listening_asked"
    alarm: Name


class ListeningSettled(Decision):
    """Whether it was done, and who says so."""

    kind: ClassVar[str] = "listening_settled"
    alarm: Name
    by: Name
    done: bool


class PositionKept(Decision):
    """The last known position of the radio is that of the event."""

    kind: ClassVar[str] = "position_kept"
    radio: Name


class AlarmForgotten(Decision):
    """An ended alarm leaves the working state; the journal keeps it."""

    kind: ClassVar[str] = "alarm_forgotten"
    alarm: Name


ALARM_DECISIONS: tuple[type[Decision], ...] = (
    AlarmRaised,
    AlarmGrew,
    AlarmRaisedAgain,
    AlarmStepped,
    AlarmTaken,
    HelpComing,
    AlarmClosed,
    CancelHeard,
    RadioSilent,
    RadioHeard,
    ListeningAsked,
    ListeningSettled,
    PositionKept,
    AlarmForgotten,
)
