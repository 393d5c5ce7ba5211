"""The few figures at the top of the screens; the rest is in the metrics (O1)."""

from collections import Counter
from datetime import date

from middleware.console.rows import Row
from middleware.engine.state import Phase, State
from schemas.check import Outcome

FIGURES = "figures"


def figures_row(state: State, row: str, today: date) -> Row | None:
    """Live incidents by answer, live calls, notes nobody answered for, refusals."""
    live = [i for i in state.incidents.values() if i.finished_at is None]
    answers = Counter(i.checked.outcome for i in live if i.checked is not None)
    return {
        "id": row,
        "incidents": len(live),
        "calls": sum(call.finished_at is None for call in state.calls.values()),
        "found": answers[Outcome.FOUND],
        "possible": answers[Outcome.POSSIBLE],
        "none_found": answers[Outcome.NONE_FOUND],
        "not_checked": len(live) - sum(answers.values()) + answers[Outcome.NOT_CHECKED],
        "unanswered": sum(note.phase is Phase.OPEN for note in state.notes.values()),
        "refused": state.refused,
    }
