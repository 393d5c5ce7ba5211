"""The abusive-call ledger made from the state, for screens and export (A1, A2)."""

from collections.abc import Iterator

from middleware.domain.abuse_ledger import LedgerLine, often, recognised
from middleware.domain.reporting import sub_category
from middleware.domain.wording import precedence
from middleware.engine.drafting import draft_of
from middleware.engine.frequent import RINGS_KEPT
from middleware.engine.ledger import Abuse, number_key
from middleware.engine.state import Call, Incident, State


def lines(state: State) -> Iterator[LedgerLine]:
    """Every call of the ledger, the newest first."""
    for entry in reversed(state.ledger.entries.values()):
        yield line_of(state, entry)


def line_of(state: State, entry: Abuse) -> LedgerLine:
    """One call."""
    rules, report = state.rules, draft_of(entry.call)
    last = entry.corrections[-1] if entry.corrections else None
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
        taken_back_by=last.by if last and entry.struck else None,
        corrected=len(entry.corrections),
        corrected_by=last.by if last else None,
        corrected_why=last.reason if last else None,
    )


def recognised_in_words(state: State, call: Call) -> str:
    """What a handler is shown of the number that rings; empty where it is not in the ledger."""
    there = (state.ledger.entries.get(name) for name in call.abuse)
    known = [entry for entry in there if entry is not None and not entry.struck]
    if not known:
        return ""
    ended = sum(entry.terminated_at is not None for entry in known)
    return recognised(ended, len(known) - ended, known[-1].rang_at, call.shared)


def frequent_in_words(state: State, known: Call | Incident) -> str:
    """What is shown of who rings, where that is a frequent caller: that it is, and the reference of
    the plan, never what is in it (M6, N8)."""
    rings, days = known.rings if isinstance(known, Call) else (0, 0)
    number = known.number if isinstance(known, Call) else known.place.phone
    plan = state.frequent.plan_of(number)
    if plan is None and not rings:
        return ""
    said = precedence(plan.said()) if plan else "Frequent caller without a plan"
    counted = often(rings, days, RINGS_KEPT) if rings else ""
    answer = "Answer it as any other call" if isinstance(known, Call) else ""
    return ". ".join(filter(None, (said, counted, answer))).replace(". rang", "; rang") + "."
