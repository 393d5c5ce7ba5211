"""What follows from where a caller is: it belongs to a call, and the call is checked again (C3)."""

from datetime import timedelta

from middleware.domain.matching.contacts import read_phone
from middleware.engine.checks import assess, check_again
from middleware.engine.entry import Taken
from middleware.engine.state import Call, State
from middleware.engine.suppression import as_shown
from schemas.call import CallRang
from schemas.caller import CallerEvent, CallerLocated, CallerLookedUp, CallerPlace, Circle
from schemas.check import Whereabouts
from schemas.decision import CallChanged, Decision, Ignored, LocationKept, Why

STALE_AFTER = timedelta(minutes=10)
"""An older position is not where the caller is now."""


def live_call(state: State, number: str) -> Call | None:
    """The last call from that number that is not over."""
    known = state.calls.get(state.by_phone.get(read_phone(number) or number, ""))
    return known if known is not None and known.finished_at is None else None


def waiting_circle(state: State, event: CallRang) -> Circle | None:
    """The position that was heard of before its call."""
    waiting = state.waiting_places.get(read_phone(event.number)) if event.number else None
    if waiting is None or event.occurred_at - waiting[1] > STALE_AFTER:
        return None
    return waiting[0]


def is_same_number(call: Call, event: CallRang) -> bool:
    """Whether a place looked up for the call is that of the number that rings."""
    before, now = call.number or "", event.number or ""
    return before == now or (read_phone(before) or before) == (read_phone(now) or now)


def place_of(call: Call, event: CallerEvent | None = None) -> CallerPlace:
    """What is known of where the caller is, with what the event adds."""
    circle, place = call.circle, call.place
    if isinstance(event, CallerLocated):
        circle = event.circle
    elif isinstance(event, CallerLookedUp):
        place = event.place
    return ask(call.number, place, circle)


def ask(number: str | None, place: Whereabouts | None, circle: Circle | None) -> CallerPlace:
    """The question to the matcher. A position of the place found is not the caller's circle."""
    given = place.model_dump(exclude={"phone", "latitude", "longitude"}) if place else {}
    if circle is None:
        return CallerPlace(**given, phone=number)
    return CallerPlace(
        **given, phone=number, latitude=circle.latitude, longitude=circle.longitude,
        radius_m=circle.radius_m, confidence=circle.confidence,
    )  # fmt: skip


def on_located(state: State, taken: Taken, event: CallerLocated) -> list[Decision]:
    """Where the call is not known yet, the position waits for it."""
    fixed_at = event.circle.fixed_at
    if fixed_at is not None and taken.received_at - fixed_at > STALE_AFTER:
        return [Ignored(why=Why.STALE)]
    call = live_call(state, event.number)
    return _check(state, taken, call, event) if call else [LocationKept()]


def on_looked_up(state: State, taken: Taken, event: CallerLookedUp) -> list[Decision]:
    """Also a look-up that failed is kept with the call, so that people see it (C4)."""
    call = live_call(state, event.number)
    return _check(state, taken, call, event) if call else [Ignored(why=Why.UNKNOWN)]


def _check(state: State, taken: Taken, call: Call, event: CallerEvent) -> list[Decision]:
    taken, not_shown = as_shown(state, place_of(call, event), taken)
    assessed = assess(call.id, taken, not_shown)
    return [CallChanged(call=call.id), *assessed, *check_again(state, call.id, taken)]
