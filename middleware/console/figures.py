"""The few figures at the top of the screens; the rest is in the metrics (O1)."""

from collections import Counter
from datetime import date

from middleware.console.rows import Row
from middleware.console.told import Told, told
from middleware.engine.state import State
from schemas.check import Outcome

FIGURES = "figures"


def figures_row(state: State, row: str, today: date) -> Row | None:
    """Live incidents by answer, live calls, notes by who has been told, refusals."""
    live = [i for i in state.incidents.values() if i.finished_at is None]
    answers = Counter(i.checked.outcome for i in live if i.checked is not None)
    notes = Counter(told(note) for note in state.notes.values())
    return {
        "id": row,
        "incidents": len(live),
        "calls": sum(call.finished_at is None for call in state.calls.values()),
        "found": answers[Outcome.FOUND],
        "possible": answers[Outcome.POSSIBLE],
        "none_found": answers[Outcome.NONE_FOUND],
        "not_checked": len(live) - sum(answers.values()) + answers[Outcome.NOT_CHECKED],
        "not_told": notes[Told.NOT_TOLD] + notes[Told.NOT_ANSWERED],
        "waiting": notes[Told.SENDING] + notes[Told.SHOWN],
        "acknowledged": notes[Told.ACKNOWLEDGED],
        "in_hands": notes[Told.IN_HANDS],
        "refused": state.refused,
    }
