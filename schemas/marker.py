"""History markers: the record that staff met violence or aggression (M1-M3, M5)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.base import Code, Name, Said, Text


class Scope(StrEnum):
    """What an address marker covers (M2)."""

    DWELLING = "dwelling"
    HOUSE = "house"
    BUILDING = "building"
    SITE = "site"
    PERSON = "person"


class Category(StrEnum):
    """Sub-categories of violence and aggression (R2; VPRP Appendix A part 1)."""

    WITNESSED_AGGRESSION = "witnessed_aggression"
    ANTI_SOCIAL_BEHAVIOUR = "anti_social_behaviour"
    VERBAL_ABUSE = "verbal_abuse"
    VERBAL_ABUSE_SEXUAL = "verbal_abuse_sexual"
    VERBAL_ABUSE_HOMOPHOBIC = "verbal_abuse_homophobic"
    VERBAL_ABUSE_RACIAL_RELIGIOUS = "verbal_abuse_racial_religious"
    NON_PHYSICAL_ASSAULT = "non_physical_assault"
    ATTEMPTED_PHYSICAL_ASSAULT = "attempted_physical_assault"
    PHYSICAL_ASSAULT = "physical_assault"
    PHYSICAL_ASSAULT_SEXUAL = "physical_assault_sexual"
    PHYSICAL_ASSAULT_HOMOPHOBIC = "physical_assault_homophobic"
    PHYSICAL_ASSAULT_RACIAL_RELIGIOUS = "physical_assault_racial_religious"


class Severity(StrEnum):
    """How serious; HIGH says that meeting the police at an RVP is to be considered (N6)."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Marker(Said):
    """One history marker. `id` is the supplier's key and holds nothing personal.

    Dates are whole days in Europe/London; a marker applies up to and including `ends_on`.
    Without a review date or a source it is refused (issue of the main job; M3).
    """

    id: Code
    address: Text | None = None
    postcode: Annotated[str, Field(max_length=12)] | None = None
    uprn: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,11}$")] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    phones: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    person: Annotated[str, Field(max_length=200)] | None = None
    scope: Scope
    category: Category
    severity: Severity
    what: Text
    happened_on: date
    review_on: date
    ends_on: date | None = None
    source: Name
    supplied_by: Name | None = None
    basis: Name | None = None
