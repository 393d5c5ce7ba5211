"""What follows from what the telephone exchange says (C2, A1)."""

from middleware.engine import on_frequent
from middleware.engine.checks import assess, check_again
from middleware.engine.drafting import from_termination
from middleware.engine.entry import Taken
from middleware.engine.ids import begun_by
from middleware.engine.on_abuse import recognise, terminated, warned
from middleware.engine.on_caller import ask, is_same_number, waiting_circle
from middleware.engine.proposing import propose
from middleware.engine.state import Call, State
from schemas.call import AbuseWarned, CallEnded, CallEvent, CallRang, CallTerminatedForAbuse
from schemas.caller import CallerPlace
from schemas.check import NotChecked, Outcome
from schemas.decision import (
    Assessed,
    CallChanged,
    CallFinished,
    Decision,
    Ignored,
    TimerSet,
    TimerStopped,
    Why,
)


def find_call(state: State, event: CallEvent) -> Call | None:
    """The call the event speaks of."""
    key = state.by_call.get((event.source, event.call))
    return state.calls.get(key) if key else None


def place_ringing(state: State, event: CallRang) -> CallerPlace:
    """The number, and what is known of where it rings from."""
    known = find_call(state, event)
    circle = waiting_circle(state, event) or (known.circle if known else None)
    place = known.place if known and is_same_number(known, event) else None
    return ask(event.number, place, circle)


def on_rang(state: State, taken: Taken, event: CallRang) -> list[Decision]:
    known = find_call(state, event)
    if known is not None and known.finished_at is not None:
        return [Ignored(why=Why.STALE)]
    call = known.id if known else begun_by("c", event)
    checked = [*assess(call, taken), *check_again(state, call, taken)]
    often = on_frequent.recognise(state, taken, call, known, event)
    return [CallChanged(call=call), *recognise(state, call, event), *often, *checked]


def on_call(state: State, taken: Taken, event: CallEvent) -> list[Decision]:
    """Answered, left the queue, warned, terminated: also of a call whose ring was missed."""
    known = find_call(state, event)
    if known is None:
        call = begun_by("c", event)
        missed = Assessed(
            subject=call, outcome=Outcome.NOT_CHECKED, reason=NotChecked.NOTHING_TO_CHECK
        )
        return [CallChanged(call=call), missed]
    return [CallChanged(call=known.id)]


def on_warned(state: State, taken: Taken, event: AbuseWarned) -> list[Decision]:
    """In the ledger (A1)."""
    known = find_call(state, event)
    call = known.id if known else begun_by("c", event)
    return [*on_call(state, taken, event), warned(call, event)]


def on_terminated(state: State, taken: Taken, event: CallTerminatedForAbuse) -> list[Decision]:
    """Logged with the call (A1), drafted as a report (R1); a marker and a letter are proposed."""
    known = find_call(state, event)
    call = known.id if known else begun_by("c", event)
    made = [*on_call(state, taken, event), terminated(call, event)]
    proposed = propose(state, call, known.number) if known else []
    return [*made, *from_termination(state, taken, call, event), *proposed]


def on_call_ended(state: State, taken: Taken, event: CallEnded) -> list[Decision]:
    known = find_call(state, event)
    if known is None:
        return [Ignored(why=Why.UNKNOWN)]
    if known.finished_at is not None:
        return [Ignored(why=Why.ALREADY)]
    forget_at = taken.received_at + state.rules.keep_finished
    return [
        CallFinished(call=known.id),
        TimerStopped(timer=f"recheck:{known.id}"),
        TimerSet(timer=f"forget:{known.id}", revision=taken.position, due_at=forget_at),
    ]
