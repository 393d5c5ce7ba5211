"""Notes taken back (N7)."""

from collections.abc import Iterable

from middleware.engine.state import Incident, Note, Phase, State
from middleware.engine.suppression import lapse
from schemas.decision import Decision, Ended, MarkersOver, NoteWithdrawn, TimerStopped


def withdraw(note: Note, reason: Ended) -> list[Decision]:
    """Take the note back: a new revision that says so, and no more timers."""
    return [
        NoteWithdrawn(note=note.id, revision=note.revision + 1, reason=reason),
        TimerStopped(timer=f"rung:{note.id}"),
        TimerStopped(timer=f"expire:{note.id}"),
    ]


def withdraw_all(notes: Iterable[Note], reason: Ended) -> list[Decision]:
    """Withdraw those in force."""
    decisions: list[Decision] = []
    for note in notes:
        if note.phase is not Phase.WITHDRAWN:
            decisions += withdraw(note, reason)
    return decisions


def notes_of(state: State, incident: Incident, callsign: str) -> list[Note]:
    """What one crew was told at the incident."""
    notes = (state.notes[name] for name in incident.notes)
    return [note for note in notes if note.callsign == callsign]


def end_markers(state: State, markers: tuple[str, ...]) -> list[Decision]:
    """These never match again: whoever was told about them hears so at once, whatever the index
    has taken up by now (M3, N7), and what was said of them lapses."""
    if not markers:
        return []
    over = frozenset(markers)
    about = (note for note in state.notes.values() if note.matched.marker in over)
    return [
        MarkersOver(markers=markers),
        *withdraw_all(about, Ended.MARKER_ENDED),
        *lapse(state, dict.fromkeys(markers)),
    ]
