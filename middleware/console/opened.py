"""What is behind a flag, for a person who opened the note (N6, E1)."""

from collections.abc import Iterable
from datetime import date

from middleware.console.rows import Row, place_in_words
from middleware.domain.wording import (
    advice,
    age,
    category,
    certainty,
    headline,
    in_words,
    relation,
    review,
    scope,
)
from middleware.engine.state import Checked, State
from schemas.check import SURE, Match
from schemas.marker import Marker


def open_note(state: State, subject: str, today: date) -> Row | None:
    """All that is known of the incident or call under this id, or None. Least data (N8): the
    marker's persons and numbers stay with the marking team."""
    incident = state.incidents.get(subject)
    call = state.calls.get(subject)
    known = incident or call
    if known is None:
        return None
    return {
        "subject": subject,
        "title": f"Incident {incident.number}" if incident else "Call",
        "place": place_in_words(incident.place) if incident else "",
        "checked_at": known.checked.at if known.checked else None,
        "words": in_words(known.checked.outcome, known.checked.reason) if known.checked else "",
        "matches": _matches(state, known.checked, today),
    }


def _matches(state: State, checked: Checked | None, today: date) -> list[Row]:
    return found_rows(state, checked.matches if checked else (), today)


def found_rows(state: State, matches: Iterable[Match], today: date) -> list[Row]:
    """What is behind each of these."""
    return [_match(state, match, today) for match in matches]


def _match(state: State, match: Match, today: date) -> Row:
    kept = state.markers.get(match.marker)
    how = {
        "marker": match.marker,
        "sure": match.relation in SURE,
        "relation": relation(match.relation),
        "certainty": certainty(match),
        "reasons": list(match.reasons),
    }
    if kept is None:
        return how | {"headline": "The marker has ended: it is no longer in force"}
    return how | _known_of(kept.read(), today)


def _known_of(marker: Marker, today: date) -> Row:
    return {
        "headline": headline(marker),
        "what": marker.what,
        "category": category(marker),
        "severity": marker.severity,
        "scope": scope(marker),
        "address": marker.address,
        "postcode": marker.postcode,
        "happened_on": marker.happened_on,
        "age": age(marker, today),
        "source": marker.source,
        "supplied_by": marker.supplied_by,
        "basis": marker.basis,
        "review": review(marker, today),
        "review_on": marker.review_on,
        "ends_on": marker.ends_on,
        "advice": advice(marker),
    }
