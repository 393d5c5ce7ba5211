"""A note for the ear (N4, N6, N8): short sentences, no figures, no names of persons.

Free words about what happened are not spoken: they may name somebody, and in a car others listen.
The terminal and control have them.
"""

from datetime import date, datetime

from middleware.domain import wording
from middleware.domain.spoken_address import spoken_address
from middleware.domain.spoken_words import day, in_words, spelled
from schemas.check import Match, Relation, Whereabouts
from schemas.decision import Ended, Matched
from schemas.marker import Marker, Scope, Severity
from schemas.told import SpokenNote

LONGEST_ORIGIN = 60
"""Letters of the name of the list that a marker came from."""

_SCOPE = {
    Scope.DWELLING: "It is about this dwelling only.",
    Scope.HOUSE: "It is about this house.",
    Scope.BUILDING: "It is about the whole building.",
    Scope.SITE: "It is about the whole site.",
    Scope.PERSON: "It is about a person, not about the place.",
}
_CERTAINTY = {
    Relation.SAME_DWELLING: "We are sure it is the same address.",
    Relation.BUILDING_COVERS: "We are sure it covers this address.",
    Relation.OTHER_DWELLING: "It may be another dwelling in this building: ask.",
    Relation.ASK_WHICH_FLAT: "It may be this address: ask which flat.",
    Relation.NUMBER_ONLY: "Only the caller's telephone number agrees: ask.",
    Relation.PERSON_ONLY: "Only the name of the patient agrees: ask.",
    Relation.TOO_VAGUE: "It may be this address: ask.",
}


def spoken_note(
    marker: Marker,
    matched: Matched | Match,
    *,
    note: str,
    revision: int,
    incident: str,
    callsign: str,
    place: Whereabouts,
    expires_at: datetime,
    today: date,
) -> SpokenNote:
    """The risk first, then where, what, how old, how sure, where from, and what to consider."""
    return SpokenNote(
        note=note,
        revision=revision,
        incident=incident,
        expires_at=expires_at,
        sentences=(
            f"{wording.risk_word(marker).capitalize()} warning.",
            f"Ambulance control for {spelled(callsign) or 'your crew'}.",
            f"You are going to {spoken_address(place)}.",
            f"On record: {in_words(wording.category(marker))}, {marker.severity} severity.",
            _age(marker, today),
            _CERTAINTY[matched.relation],
            _SCOPE[marker.scope],
            *_origin(marker),
            *_review(marker, today),
            *_rendezvous(marker),
            "This informs your own assessment. It does not decide.",
        ),
    )


def spoken_withdrawal(
    *,
    note: str,
    revision: int,
    incident: str,
    callsign: str,
    place: Whereabouts,
    expires_at: datetime,
    ended: Ended,
) -> SpokenNote:
    """Takes back what was said on the telephone (N7)."""
    return SpokenNote(
        note=note,
        revision=revision,
        incident=incident,
        expires_at=expires_at,
        withdrawn=True,
        sentences=(
            "A warning is withdrawn.",
            f"Ambulance control for {spelled(callsign) or 'your crew'}.",
            f"It was about {spoken_address(place)}.",
            f"The reason: {wording.ended_in_words(ended)}.",
            "This does not say that the place is safe.",
        ),
    )


def _age(marker: Marker, today: date) -> str:
    if marker.happened_on > today:
        return "Its date lies in the future: ask control to check the record."
    return f"Recorded {in_words(wording.age(marker, today))}."


def _origin(marker: Marker) -> tuple[str, ...]:
    said = in_words(marker.source.replace("_", " "))[:LONGEST_ORIGIN].strip(" ,.:-'")
    return (f"It comes from {said}.",) if said else ()


def _review(marker: Marker, today: date) -> tuple[str, ...]:
    if marker.review_on >= today:
        return ()
    return (f"The record should have been reviewed on {day(marker.review_on)}.",)


def _rendezvous(marker: Marker) -> tuple[str, ...]:
    if marker.severity is not Severity.HIGH:
        return ()
    return ("Consider meeting the police at a rendezvous point before you go in.",)
