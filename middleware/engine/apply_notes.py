"""The fold of decisions about notes and the duty to tell."""

from collections.abc import Callable
from typing import Any

from middleware.engine.entry import Entry
from middleware.engine.notes import content
from middleware.engine.reach import address, crew_of
from middleware.engine.state import Note, OnChannel, Phase, State, Writing
from schemas import decision as d
from schemas.decision import Decision
from schemas.delivery import NOT_OUT
from schemas.frequent import PlanSaid
from schemas.telling import AttemptMade, AttemptReported, RungSkipped


def _on_issued(state: State, entry: Entry, made: d.NoteIssued) -> None:
    kept = state.markers.get(made.matched.marker)
    before = state.notes.get(made.note)
    state.notes[made.note] = note = Note(
        id=made.note,
        revision=made.revision,
        incident=made.incident,
        callsign=made.callsign,
        device=made.device,
        matched=made.matched,
        content=content(kept.json) if kept else b"",
        caused_at=entry.received_at,
        issued_at=entry.received_at,
        expires_at=made.expires_at,
        ladder=made.ladder,
        plan=_plan_at(state, made.incident),
    )
    if before is not None:
        note.shown, note.channels = before.shown, _reached(before)
    state.incidents[made.incident].notes[made.note] = None
    state.by_device.setdefault(made.device, {})[made.note] = None


def _plan_at(state: State, incident: str) -> PlanSaid | None:
    """What the note says of who rings: kept with its revision, which never says two things."""
    return state.frequent.said_of(state.incidents[incident].place.phone)


def _reached(before: Note) -> dict[str, OnChannel]:
    """Channels that told the earlier revision, and not yet that it was withdrawn: they must get
    the new one, and its withdrawal one day (N7)."""
    gone = before.phase is Phase.WITHDRAWN
    return {
        channel: OnChannel(on.address, went=on.may_be_there)
        for channel, on in before.channels.items()
        if not (gone and before.shown.get(channel, 0) >= before.revision)
    }


def _on_withdrawn(state: State, entry: Entry, made: d.NoteWithdrawn) -> None:
    note = state.notes[made.note]
    note.revision, note.phase, note.ended = made.revision, Phase.WITHDRAWN, made.reason
    note.phase_at = entry.received_at
    for channel, on in note.channels.items():
        wanted = 1 if channel in made.tell else 0
        note.channels[channel] = OnChannel(on.address, wanted, went=on.may_be_there)


def _on_rung(state: State, entry: Entry, made: d.RungEntered) -> None:
    note = state.notes[made.note]
    note.rung = made.rung
    at = address(state.rules, crew_of(state, note), made.channel) or ""
    on = note.channels.get(made.channel)
    if on is None:
        note.channels[made.channel] = OnChannel(at, 1)
        return
    on.address = at
    on.wanted += 1


def _on_skipped(state: State, entry: Entry, made: RungSkipped) -> None:
    state.notes[made.note].rung = made.rung


def _on_attempt(state: State, entry: Entry, made: AttemptMade) -> None:
    on = state.notes[made.note].channels[made.channel]
    on.attempts, on.state = made.attempt, None
    on.again += made.again


def _on_reported(state: State, entry: Entry, made: AttemptReported) -> None:
    on = state.notes[made.note].channels[made.channel]
    on.state = made.state
    on.unsent += made.state in NOT_OUT


def _on_shown(state: State, entry: Entry, made: d.Shown) -> None:
    name = made.note
    other = (
        state.writings.get(name)
        or state.hand_ons.get(name)
        or state.filings.get(name)
        or state.back_ups.get(name)
        or state.alarms.get(name)
    )
    if other is not None:
        other.shown[made.channel] = made.revision
        return
    note = state.notes[made.note]
    note.shown[made.channel], note.shown_at = made.revision, entry.received_at


def _on_answered(state: State, entry: Entry, made: d.DutyAnswered) -> None:
    note = state.notes[made.note]
    note.phase, note.answered_by, note.answered_on = Phase.ANSWERED, made.by, made.channel
    note.phase_at = entry.received_at


def _on_task_raised(state: State, entry: Entry, made: d.TaskRaised) -> None:
    state.notes[made.note].task_times = made.times


def _on_task_assumed(state: State, entry: Entry, made: d.TaskAssumed) -> None:
    note = state.notes[made.task.removeprefix("t-")]
    note.phase, note.task_by = Phase.IN_HANDS, made.by
    note.phase_at = entry.received_at


def _on_write_back(state: State, entry: Entry, made: d.WriteBackIssued) -> None:
    kept = state.markers.get(made.matched.marker)
    before = state.writings.get(made.writing)
    state.writings[made.writing] = Writing(
        id=made.writing,
        revision=made.revision,
        incident=made.incident,
        matched=made.matched,
        content=content(kept.json) if kept else b"",
        issued_at=entry.received_at,
        expires_at=made.expires_at,
        channels={name: OnChannel(made.incident) for name in state.rules.write_backs()},
        shown=before.shown if before else {},
        plan=_plan_at(state, made.incident),
    )
    state.incidents[made.incident].writings[made.writing] = None


def _on_taken_back(state: State, entry: Entry, made: d.WriteBackWithdrawn) -> None:
    writing = state.writings[made.writing]
    writing.revision, writing.phase, writing.ended = made.revision, Phase.WITHDRAWN, made.reason


NOTES: dict[type[Decision], Callable[[State, Entry, Any], None]] = {
    d.NoteIssued: _on_issued,
    d.NoteWithdrawn: _on_withdrawn,
    d.RungEntered: _on_rung,
    RungSkipped: _on_skipped,
    AttemptMade: _on_attempt,
    AttemptReported: _on_reported,
    d.WriteBackIssued: _on_write_back,
    d.WriteBackWithdrawn: _on_taken_back,
    d.Shown: _on_shown,
    d.DutyAnswered: _on_answered,
    d.TaskRaised: _on_task_raised,
    d.TaskAssumed: _on_task_assumed,
}
