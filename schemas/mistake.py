"""Confirmed mistakes (M2, C3, N6): people say that a marker is not about the place it was named
for, and the marking team decides. Nothing is withdrawn by what is only said."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Code, Moment, Name, Said
from schemas.delivery import DeviceEvent
from schemas.event import Event

LONGEST_REASON = 500


class Mistaken(StrEnum):
    """What is said of a match: the marker's address is another one, or it reads like this one
    and is another place."""

    WRONG_ADDRESS = "wrong_address"
    NOT_THE_SAME_PLACE = "not_the_same_place"


class Verdict(StrEnum):
    """What the marking team decides on a marker and an address: the marker is not shown there,
    the match is right, or a marker that was not shown is shown again."""

    SUPPRESS = "suppress"
    KEEP = "keep"
    LIFT = "lift"


class MistakeReported(Event):
    """A person at the console says it of a marker that the answer for an incident or call names.
    `subject` is our id of the incident or call."""

    kind: ClassVar[str] = "mistake.reported"
    subject: Name
    marker: Code
    says: Mistaken
    by: Name
    role: Name


class CrewReportedMistake(DeviceEvent):
    """A crew says it of a note on its own device; `by` is the staff code entered there."""

    kind: ClassVar[str] = "mistake.reported_by_crew"
    note: Code
    note_revision: Annotated[int, Field(ge=1)]
    says: Mistaken
    by: Name


class MistakeDecided(Event):
    """A named person of the marking team decides; `reason` is why, in words."""

    kind: ClassVar[str] = "mistake.decided"
    mistake: Code
    verdict: Verdict
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON)]
    decided_by: Name


class NotShown(Said):
    """Part of an answer: this marker matched, and is not shown because `by` decided `at` that it
    is not about this address (C4)."""

    marker: Name
    mistake: Name
    by: Name
    at: Moment
