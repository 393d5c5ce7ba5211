"""Frequent callers and their plans, as the marking team sees them (M6)."""

from datetime import date

from middleware.console.rows import Row
from middleware.domain.abuse_ledger import often
from middleware.domain.wording import precedence
from middleware.engine.frequent import RINGS_KEPT
from middleware.engine.state import State

SHOWN = 1_000


def frequent_ids(state: State) -> list[str]:
    """Who rings often and has no plan, the newest first; then the plans."""
    return [*list(state.frequent.often)[::-1], *state.frequent.plans][:SHOWN]


def frequent_row(state: State, name: str, today: date) -> Row | None:
    """A plan; or a number without one that is rung from often, as long as it is."""
    known = state.frequent
    plan = known.plans.get(name)
    if plan is not None:
        return {
            "id": name,
            "plan": name,
            "numbers": list(plan.phones),
            "words": precedence(plan.said()),
            "precedence": plan.precedence,
            "ends_on": plan.ends_on,
            "by": plan.by,
            "since": plan.at,
        }
    one = known.often.get(name)
    if one is None or known.plan_of(one.number) is not None:
        return None
    words = often(one.rings, one.days, RINGS_KEPT)
    shown = {"plan": None, "numbers": [one.number], "words": words, "last_at": one.last_at}
    return {"id": name, "since": one.since} | shown
