"""What goes first when much is due at once: after a restart, the most dangerous (N5)."""

from middleware.engine.state import Note, State
from schemas.marker import Severity

_FIRST = {severity: rank for rank, severity in enumerate(reversed(Severity))}
"""0 for the highest."""
LAST = len(_FIRST)


def rank(state: State, note: str) -> int:
    """0 for a duty about the severest kind of marker; for what is no duty, the last."""
    known = state.notes.get(note)
    kept = state.markers.get(known.matched.marker) if known else None
    return _FIRST[kept.read().severity] if kept else LAST


def most_dangerous_first(state: State) -> list[Note]:
    """Every note, the severest marker first; among equals the one that was issued first."""
    return sorted(state.notes.values(), key=lambda note: rank(state, note.id))
