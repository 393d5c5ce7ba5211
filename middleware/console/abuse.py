"""The rows of the abusive-call ledger (A1, A2)."""

from collections.abc import Iterable
from datetime import date
from itertools import islice

from middleware.console.rows import Row
from middleware.engine.state import State
from middleware.flow.ledger_lines import line_of

SHOWN = 500


def abuse_ids(state: State) -> Iterable[str]:
    """The newest first."""
    return islice(reversed(state.ledger.entries), SHOWN)


def abuse_row(state: State, name: str, today: date) -> Row | None:
    """A call of the ledger on one line; what was said in it comes only with the export (E1)."""
    entry = state.ledger.entries.get(name)
    if entry is None:
        return None
    line = line_of(state, entry).model_dump(mode="json", exclude={"wording"})
    return {"id": name} | line | {"number": entry.number or "number withheld"}
