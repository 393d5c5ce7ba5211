"""The abusive-call ledger made from the state, for screens and export (A1, A2)."""

from collections.abc import Iterator

from middleware.domain.abuse_ledger import LedgerLine, recognised
from middleware.domain.reporting import sub_category
from middleware.engine.ledger import Abuse, number_key
from middleware.engine.state import Call, State


def lines(state: State) -> Iterator[LedgerLine]:
    """Every call of the ledger, the newest first."""
    for entry in reversed(state.ledger.entries.values()):
        yield line_of(state, entry)


def line_of(state: State, entry: Abuse) -> LedgerLine:
    """One call."""
    rules, report = state.rules, f"r{entry.call}"
    return LedgerLine(
        call=entry.call,
        rang_at=entry.rang_at,
        number=entry.number,
        shared=rules.shared_numbers.get(number_key(entry.number)),
        line=entry.line,
        handler=entry.handler,
        group=rules.handler_groups.get(entry.handler or ""),
        position=entry.position,
        first_warning_at=entry.warnings.get(1),
        second_warning_at=entry.warnings.get(2),
        ended_at=entry.terminated_at,
        category=entry.category,
        category_in_words=sub_category(entry.category),
        category_as_said=entry.said_category,
        ground=entry.ground,
        wording=entry.wording,
        triage_done=entry.triage_done,
        noted_by=entry.noted_by,
        rang_again=len(entry.later),
        last_rang_at=entry.last_rang_at,
        report=report if report in state.reports.drafts else None,
    )


def recognised_in_words(state: State, call: Call) -> str:
    """What a handler is shown of the number that rings; empty where it is not in the ledger."""
    known = [state.ledger.entries[name] for name in call.abuse if name in state.ledger.entries]
    if not known:
        return ""
    ended = sum(entry.terminated_at is not None for entry in known)
    return recognised(ended, len(known) - ended, known[-1].rang_at, call.shared)
