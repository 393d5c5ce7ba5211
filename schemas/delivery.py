"""What comes back from devices and people: shown, acknowledged, asked, taken (N3, N5, C5, E1)."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Address, Code, Name
from schemas.event import Event


class Delivery(StrEnum):
    """What became of one attempt to tell, short of being displayed or acknowledged."""

    SENT = "sent"
    """The network took it."""
    STORED = "stored"
    """The network keeps it until the terminal is there."""
    RECEIVED = "received"
    """The terminal has it; whether anybody saw it is not known."""
    FAILED = "failed"
    """It may have gone out, and nothing more is known."""
    REFUSED = "refused"
    """The network or the terminal would not take it."""
    EXPIRED = "expired"
    """Its time was over before the terminal could be reached."""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    CUT_OFF = "cut_off"
    """They hung up before its end."""
    SILENCE = "silence"
    """Said to the end, and nobody did anything: it may have been a voicemail."""
    UNSENT = "unsent"
    """Nothing went out: the channel was down."""
    LINES_BUSY = "lines_busy"
    """Nothing went out: all lines were in use. It is tried again when one is free."""


NOT_OUT = frozenset({Delivery.UNSENT, Delivery.LINES_BUSY})
"""Nothing of the attempt can have arrived, and it does not count as one."""


class DeviceEvent(Event):
    """From a device on a channel. `device` as authenticated, never as claimed: a device, a radio
    or a number, whatever the channel reaches."""

    timed_on_arrival: ClassVar[bool] = True
    device: Address
    channel: Code


class NoteDisplayed(DeviceEvent):
    """The device showed this revision of the note, or took it away when it was withdrawn."""

    kind: ClassVar[str] = "note.displayed"
    note: Code
    note_revision: Annotated[int, Field(ge=1)]


class NoteAcknowledged(DeviceEvent):
    """A member of the crew acknowledged; `by` is the staff code entered on the device."""

    kind: ClassVar[str] = "note.acknowledged"
    note: Code
    note_revision: Annotated[int, Field(ge=1)]
    by: Name


class CrewAcknowledged(DeviceEvent):
    """An acknowledgement that names no note (a status of a radio): of everything that was told
    there and waits for an answer."""

    kind: ClassVar[str] = "crew.acknowledged"
    by: Name


class DeliveryReported(DeviceEvent):
    """What became of an attempt: never an acknowledgement. `times` as the message said it;
    `code` is what the network calls it."""

    kind: ClassVar[str] = "delivery.reported"
    note: Code
    note_revision: Annotated[int, Field(ge=1)]
    times: Annotated[int, Field(ge=0)] = 0
    state: Delivery
    code: Name | None = None


class NoteAttempted(Event):
    """About to be sent where sending twice is not harmless. Sent only when this is on record.
    `again`: the service stopped before it knew what became of the attempt before."""

    kind: ClassVar[str] = "note.attempted"
    ours: ClassVar[bool] = True
    note: Code
    note_revision: Annotated[int, Field(ge=1)]
    channel: Code
    attempt: Annotated[int, Field(ge=1)]
    again: bool = False


class DeviceSeen(DeviceEvent):
    """The device came (back) up and asks for what is in force."""

    kind: ClassVar[str] = "device.seen"


class CrewAsked(DeviceEvent):
    """The crew asks what is known of its incident (C5)."""

    kind: ClassVar[str] = "crew.asked"
    ask: Code


class TaskTaken(Event):
    """A named person took the task that a crew has not been told (N5)."""

    kind: ClassVar[str] = "task.taken"
    task: Code
    by: Name


class NoteOpened(Event):
    """Somebody opened a note on a screen (E1)."""

    kind: ClassVar[str] = "note.opened"
    subject: Name
    by: Name
    role: Name


class TimerDue(Event):
    """A timer set by a decision ran out; stale revisions are ignored."""

    kind: ClassVar[str] = "timer.due"
    ours: ClassVar[bool] = True
    timer: Name
