"""Decisions: what the engine concluded from an event. Ids and codes only, never names.

State is the fold of these over the journal (DESIGN.md): content that belongs to a person
(address, number, marker text) stays in the event beside them and is found again by id.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.abuse import ABUSE_DECISIONS
from schemas.alarm import ALARM_DECISIONS
from schemas.back_up import BACK_UP_DECISIONS
from schemas.base import Moment, Name
from schemas.check import Matched as Matched  # noqa: PLC0414 - found here by all
from schemas.check import NotChecked, Outcome
from schemas.decided import Decision as Decision  # noqa: PLC0414 - found here by all
from schemas.frequent import FREQUENT_DECISIONS
from schemas.hand_on import HAND_ON_DECISIONS
from schemas.held import HELD_DECISIONS
from schemas.incident import Stage
from schemas.judgement import MISTAKE_DECISIONS
from schemas.mistake import NotShown
from schemas.proposal import PROPOSAL_DECISIONS
from schemas.reporting import REPORT_DECISIONS
from schemas.search import SearchAnswered
from schemas.telling import TELLING_DECISIONS


class Ended(StrEnum):
    """Why a note is no longer in force (N7)."""

    ADDRESS_CHANGED = "address_changed"
    MARKER_ENDED = "marker_ended"
    STOOD_DOWN = "stood_down"
    CLEARED = "cleared"
    INCIDENT_CLOSED = "incident_closed"
    EXPIRED = "expired"
    NOT_THIS_PLACE = "not_this_place"


class Ladder(StrEnum):
    """Which ladder a duty climbs (N4)."""

    DEFAULT = "default"
    SINGLE_RESPONDER = "single_responder"
    MOVING = "moving"


class Why(StrEnum):
    """Why an event changed nothing."""

    SUPERSEDED = "superseded"
    STALE = "stale"
    UNKNOWN = "unknown"
    ALREADY = "already"


class IncidentTaken(Decision):
    """A new incident is known under our id."""

    kind: ClassVar[str] = "incident_taken"
    incident: Name


class IncidentChanged(Decision):
    """The incident's facts are now those of the event."""

    kind: ClassVar[str] = "incident_changed"
    incident: Name


class IncidentFinished(Decision):
    """Closed: nobody is sent any more."""

    kind: ClassVar[str] = "incident_finished"
    incident: Name


class ResourceMoved(Decision):
    """A resource reached a stage in its duty to the incident."""

    kind: ClassVar[str] = "resource_moved"
    incident: Name
    callsign: Name
    device: Name
    stage: Stage
    single_responder: bool = False
    radio: Name | None = None


class CallChanged(Decision):
    """A call is known, or what is known of it is now what the event says."""

    kind: ClassVar[str] = "call_changed"
    call: Name


class LocationKept(Decision):
    """A caller's position waits for its call."""

    kind: ClassVar[str] = "location_kept"


class CallFinished(Decision):
    """The call is over."""

    kind: ClassVar[str] = "call_finished"
    call: Name


class Assessed(Decision):
    """An incident or call was checked; the reasons in words are in the event's answer. What is
    not shown because a person decided so is no match, and is named apart."""

    kind: ClassVar[str] = "assessed"
    subject: Name
    outcome: Outcome
    reason: NotChecked | None = None
    matches: tuple[Matched, ...] = ()
    not_shown: tuple[NotShown, ...] = ()


class NoteIssued(Decision):
    """A duty to tell one resource about one marker at one incident begins (N3), or its note
    has new content: then the revision is higher."""

    kind: ClassVar[str] = "note_issued"
    note: Name
    revision: Annotated[int, Field(ge=1)]
    incident: Name
    callsign: Name
    device: Name
    matched: Matched
    expires_at: Moment
    ladder: Ladder = Ladder.DEFAULT


class NoteWithdrawn(Decision):
    """The note is no longer true and is taken back from everywhere it went (N7)."""

    kind: ClassVar[str] = "note_withdrawn"
    note: Name
    revision: Annotated[int, Field(ge=1)]
    reason: Ended
    tell: tuple[Name, ...] = ()
    """Channels to tell it on where sending twice is not harmless; the others always do."""


class WriteBackIssued(Decision):
    """What is known of a marker is to stand in the incident of the CAD, whoever is sent (N2)."""

    kind: ClassVar[str] = "write_back_issued"
    writing: Name
    revision: Annotated[int, Field(ge=1)]
    incident: Name
    matched: Matched
    expires_at: Moment


class WriteBackWithdrawn(Decision):
    """It is no longer true and is taken back from the CAD (N7)."""

    kind: ClassVar[str] = "write_back_withdrawn"
    writing: Name
    revision: Annotated[int, Field(ge=1)]
    reason: Ended


class RungEntered(Decision):
    """The duty moved to this rung of the ladder: its channel is to tell now (N5)."""

    kind: ClassVar[str] = "rung_entered"
    note: Name
    rung: Annotated[int, Field(ge=0)]
    channel: Name


class Shown(Decision):
    """The device said that this revision is on its screen, or gone from it (N3)."""

    kind: ClassVar[str] = "shown"
    note: Name
    revision: Annotated[int, Field(ge=1)]
    channel: Name
    before_at_scene: bool


class DutyAnswered(Decision):
    """A person acknowledged: the duty ends, the note stays in force."""

    kind: ClassVar[str] = "duty_answered"
    note: Name
    channel: Name
    by: Name


class TaskRaised(Decision):
    """The crew has not been told: a person in the EOC must take this (N5). Raised again with
    the next `times` while nobody has."""

    kind: ClassVar[str] = "task_raised"
    task: Name
    note: Name
    times: Annotated[int, Field(ge=1)]


class TaskAssumed(Decision):
    """A named person has the task; the duty is in that person's hands."""

    kind: ClassVar[str] = "task_assumed"
    task: Name
    by: Name


class DeviceReturned(Decision):
    """A device came up: everything open for it goes out again."""

    kind: ClassVar[str] = "device_returned"
    device: Name
    channel: Name


class AskAnswered(Decision):
    """What is known of the device's incidents goes back the way the question came (C5)."""

    kind: ClassVar[str] = "ask_answered"
    ask: Name
    device: Name
    channel: Name
    incidents: tuple[Name, ...]


class TimerSet(Decision):
    """A timer; a later revision replaces the earlier one."""

    kind: ClassVar[str] = "timer_set"
    timer: Name
    revision: Annotated[int, Field(ge=1)]
    due_at: Moment


class TimerStopped(Decision):
    """The timer is no longer needed."""

    kind: ClassVar[str] = "timer_stopped"
    timer: Name


class BatchStaged(Decision):
    """A chunk of a marker import is kept until somebody decides (M5)."""

    kind: ClassVar[str] = "batch_staged"
    batch: Name


class BatchActivated(Decision):
    """The staged markers of the batch are in force."""

    kind: ClassVar[str] = "batch_activated"
    batch: Name


class BatchDiscarded(Decision):
    """The staged markers of the batch were thrown away."""

    kind: ClassVar[str] = "batch_discarded"
    batch: Name


class MarkerInForce(Decision):
    """One marker was added or changed."""

    kind: ClassVar[str] = "marker_in_force"
    marker: Name


class MarkersOver(Decision):
    """These markers ended: by decision or because their day passed. Never matched again."""

    kind: ClassVar[str] = "markers_over"
    markers: tuple[Name, ...]


class RechecksOrdered(Decision):
    """One incident or call (or every live one) is to be checked again because of this
    position (C3)."""

    kind: ClassVar[str] = "rechecks_ordered"
    cause: Annotated[int, Field(ge=0)]
    subject: Name | None = None


class SourceChanged(Decision):
    """A source is up, or cut off."""

    kind: ClassVar[str] = "source_changed"
    source: Name
    connected: bool
    gap: bool


class ProbesChanged(Decision):
    """Probes of a channel come back, or no longer do."""

    kind: ClassVar[str] = "probes_changed"
    channel: Name
    back: bool


class Quarantined(Decision):
    """Refused input is kept and counted."""

    kind: ClassVar[str] = "quarantined"
    source: Name
    conflict: bool


class Noted(Decision):
    """On record, nothing follows (a view, a sign-in, a start)."""

    kind: ClassVar[str] = "noted"


class Ignored(Decision):
    """The event changed nothing, and why."""

    kind: ClassVar[str] = "ignored"
    why: Why


class Failed(Decision):
    """A fault of ours: the event is on record and nothing was decided; people must look."""

    kind: ClassVar[str] = "failed"


class Forgotten(Decision):
    """A finished incident or call leaves the working state; the journal keeps it."""

    kind: ClassVar[str] = "forgotten"
    subject: Name


DECISIONS: tuple[type[Decision], ...] = (
    IncidentTaken,
    IncidentChanged,
    IncidentFinished,
    ResourceMoved,
    CallChanged,
    LocationKept,
    CallFinished,
    Assessed,
    NoteIssued,
    NoteWithdrawn,
    WriteBackIssued,
    WriteBackWithdrawn,
    RungEntered,
    Shown,
    DutyAnswered,
    TaskRaised,
    TaskAssumed,
    DeviceReturned,
    AskAnswered,
    TimerSet,
    TimerStopped,
    BatchStaged,
    BatchActivated,
    BatchDiscarded,
    MarkerInForce,
    MarkersOver,
    RechecksOrdered,
    SourceChanged,
    ProbesChanged,
    Quarantined,
    Noted,
    Ignored,
    Failed,
    Forgotten,
    *ALARM_DECISIONS,
    *BACK_UP_DECISIONS,
    *MISTAKE_DECISIONS,
    *TELLING_DECISIONS,
    *HELD_DECISIONS,
    SearchAnswered,
    *REPORT_DECISIONS,
    *ABUSE_DECISIONS,
    *FREQUENT_DECISIONS,
    *PROPOSAL_DECISIONS,
    *HAND_ON_DECISIONS,
)

DECISION_TYPES: dict[str, type[Decision]] = {cls.kind: cls for cls in DECISIONS}
