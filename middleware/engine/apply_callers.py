"""What is known of who rings, and from where, folded from the journal (C2, C3)."""

from datetime import datetime

from middleware.domain.matching.contacts import read_phone
from middleware.engine.entry import Entry
from middleware.engine.ledger import number_key
from middleware.engine.on_caller import STALE_AFTER, is_same_number, waiting_circle
from middleware.engine.on_frequent import is_first
from middleware.engine.state import Call, State
from schemas import decision as d
from schemas.call import CallRang
from schemas.caller import CallerEvent, CallerLocated, CallerLookedUp

MOST_WAITING = 1_000
"""Positions that wait for their calls."""


def learn_number(state: State, known: Call, event: CallRang, at: datetime) -> None:
    """The call is found by its number from now on, and takes the position that waited for it. It
    counts once among the rings of its number (M6)."""
    number = number_key(event.number)
    is_counted = state.rules.often and number not in state.rules.shared_numbers
    if number and is_counted and is_first(known):
        state.frequent.hear(number, at)
    forget_number(state, known)
    if not is_same_number(known, event):
        known.place = known.looked_up = None
    known.number, known.line = event.number, event.line
    if phone := read_phone(event.number or ""):
        state.by_phone[phone] = known.id
        known.circle = waiting_circle(state, event) or known.circle
        state.waiting_places.pop(phone, None)


def forget_number(state: State, known: Call) -> None:
    """The call is over, or has another number."""
    phone = read_phone(known.number or "")
    if state.by_phone.get(phone) == known.id:
        del state.by_phone[phone]


def learn_place(known: Call, event: CallerEvent) -> None:
    """Where the caller is: by the telephone, or by a directory."""
    if isinstance(event, CallerLocated):
        known.circle = event.circle
    elif isinstance(event, CallerLookedUp):
        known.place, known.looked_up = event.place, event.result


def keep_location(state: State, entry: Entry, made: d.LocationKept) -> None:
    """At most MOST_WAITING, and none that no call would take any more (E4)."""
    event, waiting = entry.event, state.waiting_places
    if isinstance(event, CallerLocated) and (phone := read_phone(event.number)):
        waiting.pop(phone, None)
        waiting[phone] = event.circle, event.occurred_at
        for first, (_, since) in list(waiting.items()):
            if len(waiting) <= MOST_WAITING and event.occurred_at - since <= STALE_AFTER:
                break
            del waiting[first]
