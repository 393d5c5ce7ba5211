"""What follows from receipts, acknowledgements and questions (N3, N5, C5)."""

from middleware.engine.entry import Taken
from middleware.engine.state import ACTIVE, Note, Phase, State
from schemas.decision import (
    AskAnswered,
    Decision,
    DeviceReturned,
    DutyAnswered,
    Ignored,
    Noted,
    Shown,
    TaskAssumed,
    TimerStopped,
    Why,
)
from schemas.delivery import (
    CrewAsked,
    DeviceEvent,
    DeviceSeen,
    NoteAcknowledged,
    NoteDisplayed,
    NoteOpened,
    TaskTaken,
)
from schemas.incident import Stage


def on_displayed(state: State, taken: Taken, event: NoteDisplayed) -> list[Decision]:
    note = note_of(state, event, event.note)
    if note is None:
        return [Ignored(why=Why.UNKNOWN)]
    if event.note_revision <= note.shown.get(event.channel, 0):
        return [Ignored(why=Why.ALREADY)]
    if event.note_revision > note.revision:
        return [Ignored(why=Why.UNKNOWN)]
    return [_shown(state, note, event.channel, event.note_revision)]


def on_acknowledged(state: State, taken: Taken, event: NoteAcknowledged) -> list[Decision]:
    note = note_of(state, event, event.note)
    if note is None:
        return [Ignored(why=Why.UNKNOWN)]
    if event.note_revision != note.revision or note.phase is Phase.WITHDRAWN:
        return [Ignored(why=Why.STALE)]
    if note.phase is Phase.ANSWERED:
        return [Ignored(why=Why.ALREADY)]
    shown: list[Decision] = []
    if note.shown.get(event.channel, 0) < note.revision:
        shown.append(_shown(state, note, event.channel, note.revision))
    return [
        *shown,
        DutyAnswered(note=note.id, channel=event.channel, by=event.by),
        TimerStopped(timer=f"rung:{note.id}"),
    ]


def note_of(state: State, event: DeviceEvent, note: str) -> Note | None:
    """The note, if it is this device's: a device speaks for itself alone."""
    known = state.notes.get(note)
    return known if known is not None and known.device == event.device else None


def _shown(state: State, note: Note, channel: str, revision: int) -> Shown:
    incident = state.incidents.get(note.incident)
    sent = incident.resources.get(note.callsign) if incident else None
    early = sent is not None and sent.stage in ACTIVE and sent.stage is not Stage.AT_SCENE
    return Shown(note=note.id, revision=revision, channel=channel, before_at_scene=early)


def on_device_seen(state: State, taken: Taken, event: DeviceSeen) -> list[Decision]:
    return [DeviceReturned(device=event.device, channel=event.channel)]


def on_asked(state: State, taken: Taken, event: CrewAsked) -> list[Decision]:
    """Answered with the incidents this device is on; the content comes from the state (C5)."""
    incidents = tuple(
        incident.id
        for incident in state.incidents.values()
        if incident.finished_at is None
        and any(s.device == event.device and s.stage in ACTIVE for s in incident.resources.values())
    )
    return [
        AskAnswered(ask=event.ask, device=event.device, channel=event.channel, incidents=incidents)
    ]


def on_task_taken(state: State, taken: Taken, event: TaskTaken) -> list[Decision]:
    note = state.notes.get(event.task.removeprefix("t-"))
    if note is None or not note.task_times:
        return [Ignored(why=Why.UNKNOWN)]
    if note.phase is not Phase.OPEN:
        return [Ignored(why=Why.ALREADY)]
    return [TaskAssumed(task=event.task, by=event.by), TimerStopped(timer=f"rung:{note.id}")]


def on_opened_note(state: State, taken: Taken, event: NoteOpened) -> list[Decision]:
    return [Noted()]
