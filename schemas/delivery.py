"""What comes back from devices and people: shown, acknowledged, asked, taken (N3, N5, C5, E1)."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Code, Name
from schemas.event import Event


class DeviceEvent(Event):
    """From a device on a channel. `device` as authenticated, never as claimed."""

    timed_on_arrival: ClassVar[bool] = True
    device: Code
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
