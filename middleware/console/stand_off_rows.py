"""The rows of crews that stand off: where, how, since when, who was asked, who answered (P3)."""

from datetime import date

from middleware.console.held import held_row
from middleware.console.rows import Row, place_in_words
from middleware.engine.state import State


def stand_off_row(state: State, name: str, today: date) -> Row | None:
    """One that has not ended, with its incident."""
    one = state.stand_offs.get(name)
    known = state.incidents.get(one.incident) if one else None
    if one is None or known is None or one.ended_at is not None:
        return None
    return {
        **held_row(one),
        "incident": known.id,
        "number": known.number,
        "place": place_in_words(known.place),
        "callsign": one.callsign,
        "priority": known.priority,
        "condition": known.condition,
    }
