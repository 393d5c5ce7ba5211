"""The rows of the abusive-call ledger (A1, A2)."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from itertools import islice

from middleware.console.rows import Row
from middleware.domain.reporting import sub_category
from middleware.engine.state import State
from middleware.flow.ledger_lines import line_of

SHOWN = 500


def abuse_ids(state: State) -> Iterable[str]:
    """The newest first."""
    return islice(reversed(state.ledger.entries), SHOWN)


def abuse_row(state: State, name: str, today: date) -> Row | None:
    """A call of the ledger on one line; what was said in it, and why it was set right, comes when
    it is opened and with the export (E1)."""
    entry = state.ledger.entries.get(name)
    if entry is None:
        return None
    line = line_of(state, entry).model_dump(mode="json", exclude={"wording", "corrected_why"})
    return {"id": name} | line | {"number": entry.number or "number withheld"}


def open_abuse(state: State, name: str) -> Row | None:
    """The whole entry, with what it said before each time it was set right (E1, E3)."""
    entry = state.ledger.entries.get(name)
    if entry is None:
        return None
    line = line_of(state, entry).model_dump(mode="json")
    before = [asdict(one) | {"category": sub_category(one.category)} for one in entry.corrections]
    there = {"warnings": sorted(entry.warnings), "later": len(entry.later), "before": before}
    return {"id": name} | line | there | {"number": entry.number or "number withheld"}
