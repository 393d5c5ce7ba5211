"""The fold of decisions about notes and the duty to tell."""

from collections.abc import Callable
from typing import Any

from middleware.engine.entry import Entry
from middleware.engine.notes import content
from middleware.engine.state import Note, Phase, State
from schemas import decision as d
from schemas.decision import Decision


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
    )
    if before is not None:
        note.shown, note.channels = before.shown, _reached(before)
    state.incidents[made.incident].notes[made.note] = None
    state.by_device.setdefault(made.device, {})[made.note] = None


def _reached(before: Note) -> dict[str, None]:
    """Channels that told the earlier revision, and not yet that it was withdrawn: they must get
    the new one, and its withdrawal one day (N7)."""
    gone = before.phase is Phase.WITHDRAWN
    return {
        channel: None
        for channel in before.channels
        if not (gone and before.shown.get(channel, 0) >= before.revision)
    }


def _on_withdrawn(state: State, entry: Entry, made: d.NoteWithdrawn) -> None:
    note = state.notes[made.note]
    note.revision, note.phase, note.ended = made.revision, Phase.WITHDRAWN, made.reason
    note.phase_at = entry.received_at


def _on_rung(state: State, entry: Entry, made: d.RungEntered) -> None:
    note = state.notes[made.note]
    note.rung = made.rung
    note.channels[made.channel] = None


def _on_shown(state: State, entry: Entry, made: d.Shown) -> None:
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


NOTES: dict[type[Decision], Callable[[State, Entry, Any], None]] = {
    d.NoteIssued: _on_issued,
    d.NoteWithdrawn: _on_withdrawn,
    d.RungEntered: _on_rung,
    d.Shown: _on_shown,
    d.DutyAnswered: _on_answered,
    d.TaskRaised: _on_task_raised,
    d.TaskAssumed: _on_task_assumed,
}
