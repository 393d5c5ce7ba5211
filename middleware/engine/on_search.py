"""What is known of what somebody in the EOC asks for: the same answer as everywhere (C4, C5)."""

from middleware.engine.entry import Taken
from middleware.engine.state import ACTIVE, Incident, State
from middleware.engine.suppression import as_shown
from schemas.check import NotChecked, Outcome, Whereabouts
from schemas.decision import Decision
from schemas.search import By, SearchAnswered, SearchMade

MOST_INCIDENTS = 20


def place_searched(state: State, event: SearchMade) -> Whereabouts | None:
    """What the matcher is asked; None where nobody knows the incident or the call sign."""
    if event.search_by is By.ADDRESS:
        return Whereabouts(address=event.searched)
    if event.search_by is By.NUMBER:
        return Whereabouts(phone=event.searched[:40])
    found = incidents_searched(state, event)
    return found[0].place if found else None


def incidents_searched(state: State, event: SearchMade) -> list[Incident]:
    """Of those that are live, or were lately, the latest first."""
    wanted = event.searched.strip().casefold()
    found = [known for known in state.incidents.values() if _is_meant(known, event, wanted)]
    found.sort(key=lambda known: (known.finished_at is None, known.opened_at), reverse=True)
    return found[:MOST_INCIDENTS]


def _is_meant(known: Incident, event: SearchMade, wanted: str) -> bool:
    if event.search_by is By.INCIDENT:
        return wanted in (known.number.casefold(), known.id)
    if event.search_by is By.CALLSIGN:
        return known.finished_at is None and any(
            sent.callsign.casefold() == wanted and sent.stage in ACTIVE
            for sent in known.resources.values()
        )
    if event.search_by is By.NUMBER:
        return (known.place.phone or "").replace(" ", "") == wanted.replace(" ", "")
    return (known.place.address or "").casefold() == wanted


def on_search(state: State, taken: Taken, event: SearchMade) -> list[Decision]:
    found = tuple(known.id for known in incidents_searched(state, event))
    place = place_searched(state, event)
    if place is None or taken.answer is None:
        reason = NotChecked.NOTHING_TO_CHECK if place is None else NotChecked.FAULT
        answered = SearchAnswered(outcome=Outcome.NOT_CHECKED, reason=reason, incidents=found)
        return [answered]
    shown, left_out = as_shown(state, place, taken)
    answer = shown.answer or taken.answer
    return [
        SearchAnswered(
            outcome=answer.outcome,
            reason=answer.reason,
            markers=tuple(match.marker for match in answer.matches),
            not_shown=tuple(one.marker for one in left_out),
            incidents=found,
        )
    ]
