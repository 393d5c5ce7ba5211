"""A search in the EOC: what is known of an address, a number, an incident, a call sign (C5, E1)."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Name, Text
from schemas.check import NotChecked, Outcome
from schemas.decided import Decision
from schemas.event import Event


class By(StrEnum):
    """What is searched for."""

    ADDRESS = "address"
    NUMBER = "number"
    INCIDENT = "incident"
    CALLSIGN = "callsign"


class SearchMade(Event):
    """Somebody asked, and why: without a reason nobody is answered. The answer of the matcher is
    beside it in the record."""

    kind: ClassVar[str] = "search.made"
    by: Name
    role: Name
    reason: Annotated[Text, Field(min_length=3)]
    search_by: By
    searched: Annotated[str, Field(min_length=1, max_length=200)]


class SearchAnswered(Decision):
    """What was found, by ids: the words are in the event."""

    kind: ClassVar[str] = "search_answered"
    outcome: Outcome
    reason: NotChecked | None = None
    markers: tuple[Name, ...] = ()
    not_shown: tuple[Name, ...] = ()
    incidents: tuple[Name, ...] = ()
