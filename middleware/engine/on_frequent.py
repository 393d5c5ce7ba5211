"""What follows when somebody rings often, and from the plans that the trust made (M6)."""

from collections.abc import Iterator, Mapping

from middleware.domain.calendar import london_day
from middleware.engine.entry import Taken
from middleware.engine.frequent import PLANS_KEPT
from middleware.engine.ids import begun_by
from middleware.engine.ledger import number_key
from middleware.engine.notes import retell
from middleware.engine.state import Call, State
from middleware.engine.write_back import rewrite_of
from schemas.call import CallRang
from schemas.decision import Decision, Ignored, Why
from schemas.frequent import (
    FrequentCallerRecognised,
    FrequentPlanEnded,
    FrequentPlanMade,
    FrequentPlanPut,
    FrequentPlansOver,
    PlanSaid,
    RingsForgotten,
)


def recognise(
    state: State, taken: Taken, call: str, known: Call | None, event: CallRang
) -> list[Decision]:
    """Whether who rings is a frequent caller. It is shown and refuses nobody an answer: no
    withheld number, no extension, and no number that many people ring from."""
    number = number_key(event.number)
    if not number or number in state.rules.shared_numbers:
        return []
    plan = state.frequent.plan_of(number)
    rings, days = _often(state, taken, number, is_new=is_first(known))
    if plan is None and not rings:
        return []
    name = state.frequent.often_by_number.get(number, begun_by("f", taken.event)) if rings else None
    return [
        FrequentCallerRecognised(
            call=call, caller=name, rings=rings, days=days, plan=plan.id if plan else None
        )
    ]


def is_first(known: Call | None) -> bool:
    """Whether this ring is the first that names the number of the call: one call counts once."""
    return known is None or known.number is None


def _often(state: State, taken: Taken, number: str, *, is_new: bool) -> tuple[int, int]:
    """(rings, days) of the first rule that is met, this call included; (0, 0) where none is."""
    for often in state.rules.often:
        since = taken.received_at - often.within
        rings = state.frequent.count(number, since) + is_new
        if rings >= often.calls:
            return rings, often.within.days
    return 0, 0


def on_put(state: State, taken: Taken, event: FrequentPlanPut) -> list[Decision]:
    """In force from now on, also in the notes of incidents that are live. Numbers that stand for no
    person have none, and a day that is past makes none."""
    shared = state.rules.shared_numbers.keys() & set(event.phones)
    full = len(state.frequent.plans) >= PLANS_KEPT and event.plan not in state.frequent.plans
    if shared or full or event.ends_on < london_day(taken.received_at):
        return [Ignored(why=Why.STALE)]
    before = state.frequent.plans.get(event.plan)
    said = PlanSaid(plan=event.plan, precedence=event.precedence)
    now = dict.fromkeys(before.phones if before else (), None) | dict.fromkeys(event.phones, said)
    return [FrequentPlanMade(plan=event.plan), *_said_anew(state, taken, now)]


def on_ended(state: State, taken: Taken, event: FrequentPlanEnded) -> list[Decision]:
    if event.plan not in state.frequent.plans:
        return [Ignored(why=Why.UNKNOWN)]
    return end_plans(state, taken, (event.plan,))


def end_plans(state: State, taken: Taken, plans: tuple[str, ...]) -> list[Decision]:
    """Over, and the notes of live incidents say so no more."""
    if not plans:
        return []
    known = state.frequent
    over = (phone for name in plans for phone in known.plans[name].phones)
    now = {phone: None for phone in over if known.by_phone.get(phone) in plans}
    return [FrequentPlansOver(plans=plans), *_said_anew(state, taken, now)]


def _said_anew(
    state: State, taken: Taken, now: Mapping[str, PlanSaid | None]
) -> Iterator[Decision]:
    """Notes say which process leads: who was told otherwise is told again (M6, N7). `now`: number
    to what is said of its plan."""
    for known in state.incidents.values():
        number = number_key(known.place.phone)
        if known.finished_at is None and number in now:
            yield from retell(state, taken, known, now[number])
            yield from rewrite_of(state, taken, known, now[number])


def turn_day(state: State, taken: Taken) -> list[Decision]:
    """What need not be kept any more goes, each night (E4)."""
    before = taken.received_at - state.rules.rings_kept
    forgotten = any(rings[0] < before for rings in state.frequent.rings.values())
    return [RingsForgotten(before=before)] if forgotten else []
