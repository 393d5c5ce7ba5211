"""A check against the markers: what is asked and the three answers (C3, C4, N6)."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.base import Name, Said, Text


class Outcome(StrEnum):
    """The answer of a check. Only FOUND raises the flag (C4)."""

    FOUND = "found"
    POSSIBLE = "possible"
    NONE_FOUND = "none_found"
    NOT_CHECKED = "not_checked"


class NotChecked(StrEnum):
    """Why nothing can be said (C4)."""

    ADDRESS_NOT_UNDERSTOOD = "address_not_understood"
    NOTHING_TO_CHECK = "nothing_to_check"
    INDEX_BEHIND = "index_behind"
    LIMIT_MISSED = "limit_missed"
    FAULT = "fault"


class Relation(StrEnum):
    """How a marker relates to the place or person asked about (M2)."""

    SAME_DWELLING = "same_dwelling"
    BUILDING_COVERS = "building_covers"
    OTHER_DWELLING = "other_dwelling"
    ASK_WHICH_FLAT = "ask_which_flat"
    NUMBER_ONLY = "number_only"
    PERSON_ONLY = "person_only"
    TOO_VAGUE = "too_vague"


SURE = frozenset({Relation.SAME_DWELLING, Relation.BUILDING_COVERS})
"""Relations that may raise the flag; every other one is advice to ask."""


class Whereabouts(Said):
    """What is known of a place and of who rings: the question put to the matcher.

    Latitude and longitude in degrees (WGS 84); `phone` as it was given; `uprn` without
    leading zeros. Everything is optional: callers rarely give all of it.
    """

    address: Text | None = None
    postcode: Annotated[str, Field(max_length=12)] | None = None
    uprn: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,11}$")] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    person: Annotated[str, Field(max_length=200)] | None = None


class Match(Said):
    """One marker that may apply. Certainty in thousandths, so that scores are integers."""

    marker: Name
    relation: Relation
    certainty: Annotated[int, Field(ge=0, le=1000)]
    reasons: tuple[Text, ...] = ()


class Matched(Said):
    """A marker that applies, as decided upon."""

    marker: Name
    relation: Relation
    certainty: Annotated[int, Field(ge=0, le=1000)]


class Answer(Said):
    """What the matcher said, with what it knew: becomes part of the event (DESIGN.md).

    `position` is the journal position up to which the index had followed the markers.
    `matches` is ordered: surest first; `reason` is set exactly when not checked.
    """

    outcome: Outcome
    matches: tuple[Match, ...] = ()
    reason: NotChecked | None = None
    matcher: Name
    position: Annotated[int, Field(ge=0)]
