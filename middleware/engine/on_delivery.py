"""What follows from receipts, acknowledgements and questions (N3, N5, C5)."""

from middleware.engine import hand_ons, on_report
from middleware.engine.back_ups import received, turned_away
from middleware.engine.entry import Taken
from middleware.engine.ladder import has_failed, next_rung
from middleware.engine.reach import address, crew_of, crews_at
from middleware.engine.state import ACTIVE, Note, Phase, State
from middleware.engine.write_back import confirmed
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
    CrewAcknowledged,
    CrewAsked,
    DeliveryReported,
    DeviceEvent,
    DeviceSeen,
    NoteAcknowledged,
    NoteAttempted,
    NoteDisplayed,
    NoteOpened,
    TaskTaken,
)
from schemas.incident import Stage
from schemas.telling import AttemptMade, AttemptReported


def on_displayed(state: State, taken: Taken, event: NoteDisplayed) -> list[Decision]:
    if event.note in state.writings:
        return confirmed(state.writings[event.note], event)
    if event.note in state.hand_ons:
        return hand_ons.confirmed(state.hand_ons[event.note], event)
    if event.note in state.filings:
        return on_report.confirmed(state.filings[event.note], event)
    if event.note in state.back_ups:
        return received(state.back_ups[event.note], event)
    if event.note in state.alarms:
        return received(state.alarms[event.note], event)
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
    if event.note_revision > note.revision:
        return [Ignored(why=Why.UNKNOWN)]
    if event.note_revision < note.revision or note.phase is Phase.WITHDRAWN:
        return [Ignored(why=Why.STALE)]
    if note.phase is Phase.ANSWERED:
        return [Ignored(why=Why.ALREADY)]
    return _answered(state, note, event.channel, event.by)


def on_crew_acknowledged(state: State, taken: Taken, event: CrewAcknowledged) -> list[Decision]:
    """Of what was displayed there, in its present words, and waits for an answer. Never of what
    was only sent or received: the crew may mean another note, and must be told of this one."""
    decisions: list[Decision] = []
    for note in state.notes.values():
        on = note.channels.get(event.channel)
        waits = note.phase in (Phase.OPEN, Phase.IN_HANDS)
        displayed = note.shown.get(event.channel, 0) >= note.revision
        if waits and displayed and on is not None and on.address == event.device:
            decisions += _answered(state, note, event.channel, event.by)
    return decisions or [Ignored(why=Why.UNKNOWN)]


def _answered(state: State, note: Note, channel: str, by: str) -> list[Decision]:
    shown: list[Decision] = []
    if note.shown.get(channel, 0) < note.revision:
        shown.append(_shown(state, note, channel, note.revision))
    return [
        *shown,
        DutyAnswered(note=note.id, channel=channel, by=by),
        TimerStopped(timer=f"rung:{note.id}"),
    ]


def on_attempted(state: State, taken: Taken, event: NoteAttempted) -> list[Decision]:
    """Whether it may still be sent, and is to be: the courier sends on `AttemptMade` alone."""
    note = state.notes.get(event.note)
    on = note.channels.get(event.channel) if note else None
    if note is None or on is None or event.note_revision != note.revision:
        return [Ignored(why=Why.STALE)]
    if note.phase not in (Phase.OPEN, Phase.WITHDRAWN):
        return [Ignored(why=Why.STALE)]
    wanted = on.is_open if event.again else on.is_due
    if not wanted or event.attempt != on.attempts + 1:
        return [Ignored(why=Why.ALREADY)]
    return [
        AttemptMade(
            note=note.id,
            revision=note.revision,
            channel=event.channel,
            attempt=event.attempt,
            again=event.again,
        )
    ]


def on_reported(state: State, taken: Taken, event: DeliveryReported) -> list[Decision]:
    """Kept; and where nothing of this rung can reach the crew any more, the next one now (N5)."""
    if event.note in state.writings or event.note in state.alarms:
        return [Noted()]
    if event.note in state.back_ups:
        return turned_away(state.back_ups[event.note], event)
    if event.note in state.hand_ons:
        return hand_ons.answered(state.hand_ons[event.note], event)
    if event.note in state.filings:
        return on_report.answered(state.filings[event.note], event)
    note = note_of(state, event, event.note)
    on = note.channels.get(event.channel) if note else None
    if note is None or on is None:
        return [Ignored(why=Why.UNKNOWN)]
    if event.note_revision != note.revision or event.times != on.made - 1:
        return [Ignored(why=Why.STALE)]
    reported = AttemptReported(
        note=note.id, revision=note.revision, channel=event.channel, state=event.state
    )
    if note.phase is Phase.OPEN and has_failed(state.rules, note, event.channel, event.state):
        return [reported, *next_rung(state, note, taken)]
    return [reported]


def note_of(state: State, event: DeviceEvent, note: str) -> Note | None:
    """The note, if it was told there: a device, a radio or a number speaks for itself alone."""
    known = state.notes.get(note)
    return known if known is not None and _address(state, known, event) == event.device else None


def _address(state: State, note: Note, event: DeviceEvent) -> str | None:
    """Where the note went on the event's channel, or would go."""
    on = note.channels.get(event.channel)
    return on.address if on else address(state.rules, crew_of(state, note), event.channel)


def _shown(state: State, note: Note, channel: str, revision: int) -> Shown:
    incident = state.incidents.get(note.incident)
    sent = incident.resources.get(note.callsign) if incident else None
    early = sent is not None and sent.stage in ACTIVE and sent.stage is not Stage.AT_SCENE
    return Shown(note=note.id, revision=revision, channel=channel, before_at_scene=early)


def on_device_seen(state: State, taken: Taken, event: DeviceSeen) -> list[Decision]:
    return [DeviceReturned(device=event.device, channel=event.channel)]


def on_asked(state: State, taken: Taken, event: CrewAsked) -> list[Decision]:
    """Answered with the incidents of the crew that is reached there; the content comes from the
    state (C5)."""
    incidents = tuple(
        incident.id
        for incident in state.incidents.values()
        if incident.finished_at is None and crews_at(state, incident, event.channel, event.device)
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
