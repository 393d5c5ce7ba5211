"""What is proposed after calls that were ended for abuse, as the marking team and the security team
see it (A2, M4)."""

from collections.abc import Callable
from datetime import date

from middleware.console.reports import place_of_report
from middleware.console.rows import Row
from middleware.domain.reporting import sub_category
from middleware.engine.proposals import Course, Proposal
from middleware.engine.proposing import is_groundless
from middleware.engine.state import State
from middleware.flow.proposal_bodies import drafted_letter, marker_id
from schemas.proposal import Proposed

SHOWN = 500


def ids_of(what: Proposed) -> Callable[[State], list[str]]:
    """What waits for a person first, the oldest first; then what was decided, the newest first."""

    def ids(state: State) -> list[str]:
        there = [one for one in state.proposals.values() if one.what is what]
        waits = [one.id for one in there if waits_for_person(state, one)]
        done = [one.id for one in there[::-1] if not waits_for_person(state, one)]
        return [*waits, *done][:SHOWN]

    return ids


def waits_for_person(state: State, one: Proposal) -> bool:
    """Not decided on; or decided, with a marker whose ground is gone."""
    accepted = one.course is Course.ACCEPTED and one.marker is not None
    return one.course is Course.OPEN or (accepted and is_groundless(state, one.call))


def row_of(what: Proposed) -> Callable[[State, str, date], Row | None]:
    """One proposal on one line, without the number and without what was said (E1)."""

    def row(state: State, name: str, today: date) -> Row | None:
        one = state.proposals.get(name)
        return _line(state, one) if one is not None and one.what is what else None

    return row


def open_proposal(state: State, name: str) -> Row | None:
    """All of it, for a person who opened it (E1)."""
    one = state.proposals.get(name)
    if one is None:
        return None
    entry = state.ledger.entries.get(one.entry)
    said = {
        "number": entry.number if entry else None,
        "ground": entry.ground if entry else None,
        "wording": entry.wording if entry else None,
        "category_code": entry.category if entry else None,
        "warnings": len(entry.warnings) if entry else 0,
        "triage_done": entry.triage_done if entry else None,
        "earlier": _earlier(state, one),
        "place": place_of_report(one.place),
        "reason": one.reason,
    }
    if one.what is Proposed.LETTER:
        return _line(state, one) | said | {"text": drafted_letter(state, one)}
    return _line(state, one) | said | {"makes": marker_id(one)}


def _line(state: State, one: Proposal) -> Row:
    entry = state.ledger.entries.get(one.entry)
    return {
        "id": one.id,
        "what": one.what,
        "course": one.course,
        "waits": waits_for_person(state, one),
        "groundless": is_groundless(state, one.call),
        "call": one.call,
        "rang_at": entry.rang_at if entry else one.made_at,
        "category": sub_category(entry.category if entry else None) or "sub-category not known",
        "handler": entry.handler if entry else None,
        "since": one.made_at,
        "by": one.by,
        "at": one.at,
        "marker": one.marker,
    }


def _earlier(state: State, one: Proposal) -> int:
    """Other calls of the number in the ledger."""
    entry = state.ledger.entries.get(one.entry)
    names = state.ledger.of_number(entry.number if entry else None)
    return sum(name != one.entry for name in names)
