"""Man-down: what radios and gateways say, and what people do about it (D1-D3).

One press of the button reaches control as up to three signals; each is an event of its own and
is kept as it came. The engine makes one alarm of those of one radio.
"""

from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from schemas.base import Code, Moment, Name, Said, Text
from schemas.event import Event

MAN_DOWN_CONTRACT = "forewarn.man-down/1"
"""What gateways speak (docs/man-down.md): signals, cancels and positions."""

RAW_SHOWN = 4_096
"""Bytes of a signal as it came that an event holds."""

SHORT = 8
"""Digits of the individual number within its network."""


def short_number(number: str) -> str:
    """Without country and network code (TSI: 4 + 5 + 8 digits) and leading zeros, so that one
    radio has one number whichever way it is said."""
    return number[-SHORT:].lstrip("0") or "0"


Issi = Annotated[str, Field(pattern=r"^[0-9]{1,17}$"), AfterValidator(short_number)]
"""A radio by its individual number (ISSI); read with or without the codes before it."""


class Signal(StrEnum):
    """How the emergency was said."""

    STATUS = "status_emergency"
    """TETRA status 0x0000."""
    CALL = "emergency_call"
    """A call of emergency priority."""
    LIP = "lip_emergency"
    """A location report with reason 2."""
    GATEWAY = "gateway"
    """A gateway said so over HTTP or MQTT."""


class AlarmOutcome(StrEnum):
    """What it was, as the person who ended the alarm says (D2)."""

    REAL = "real"
    ACCIDENTAL = "accidental"
    TEST = "test"
    UNKNOWN = "unknown"


class Position(Said):
    """Where a radio was. `error_m`: within so many metres, None where nobody said; `fixed_at`:
    when it was measured; `age_s`: where no time was given, at most so many seconds before it was
    said. With neither, the age is unknown and is shown so."""

    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    error_m: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    fixed_at: Moment | None = None
    age_s: Annotated[float, Field(ge=0, le=1_000_000)] | None = None


class SafetyEvent(Event):
    """Of the man-down lane: it never waits behind anything else, and an id that came before with
    other content never hides it."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    urgent: ClassVar[bool] = True


class ManDownSignalled(SafetyEvent):
    """The emergency button of a radio, in one of the ways in which it is said (D1).

    `callsign` where a gateway knows it; `raw` the bytes as they came.
    """

    kind: ClassVar[str] = "man_down.signalled"
    radio: Issi
    signal: Signal = Signal.GATEWAY
    callsign: Code | None = None
    position: Position | None = None
    raw: Annotated[bytes, Field(max_length=RAW_SHOWN)] = b""


class ManDownCancelled(SafetyEvent):
    """The radio took its emergency back. It ends no alarm: a person does (D2)."""

    kind: ClassVar[str] = "man_down.cancelled"
    radio: Issi
    raw: Annotated[bytes, Field(max_length=RAW_SHOWN)] = b""


class UnreadableEmergency(SafetyEvent):
    """Something that may be an emergency and that could not be read: shown as it came."""

    kind: ClassVar[str] = "man_down.unreadable"
    timed_on_arrival: ClassVar[bool] = True
    radio: Issi | None = None
    raw: Annotated[bytes, Field(max_length=RAW_SHOWN)]
    reason: Text


class PositionReported(Event):
    """Where a radio is, said in passing: its last known position. One thing a radio: `id` is
    `position/<radio>`, `revision` grows with the time of the fix, so that an older one that comes
    late changes nothing."""

    kind: ClassVar[str] = "radio.positioned"
    radio: Issi
    position: Position

    @model_validator(mode="after")
    def _one_thing_a_radio(self) -> Self:
        if self.id != f"position/{self.radio}":
            raise ValueError('a position has the id "position/<radio>", the ISSI without codes')
        return self


class AlarmAct(SafetyEvent):
    """What a named person did about an alarm."""

    alarm: Code
    by: Name


class AlarmAccepted(AlarmAct):
    """That person has the alarm in hand (D2)."""

    kind: ClassVar[str] = "alarm.accepted"


class HelpSent(AlarmAct):
    """Help is on the way, says the person who sent it; `what` in that person's words."""

    kind: ClassVar[str] = "alarm.help_sent"
    what: Text = ""


class ListeningReported(AlarmAct):
    """Whether ambient listening, agreed beforehand for the radio, was done (D3)."""

    kind: ClassVar[str] = "alarm.listening_reported"
    done: bool


class AlarmEnded(AlarmAct):
    """That person ended the alarm and said what it was (D2)."""

    kind: ClassVar[str] = "alarm.ended"
    outcome: AlarmOutcome


GATEWAY_TYPES: dict[str, type[Event]] = {
    cls.kind: cls for cls in (ManDownSignalled, ManDownCancelled, PositionReported)
}
"""What a gateway may say."""
