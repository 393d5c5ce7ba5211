"""Decisions about requests for police and back-up (P2). Ids and codes only, like all decisions."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Name
from schemas.decided import Decision
from schemas.police import Answer, Wanted

Count = Annotated[int, Field(ge=1)]


class Because(StrEnum):
    """Why a request goes on to the next step."""

    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    NOT_READ_OUT = "not_read_out"
    NOT_COME = "not_come"
    ASKED = "asked"
    """A person said that it is still necessary."""


class BackUpMade(Decision):
    """A request is on record."""

    kind: ClassVar[str] = "back_up_made"
    request: Name
    wanted: Wanted
    by: Name
    incident: Name | None = None
    alarm: Name | None = None


class BackUpWorded(Decision):
    """It says something else now."""

    kind: ClassVar[str] = "back_up_worded"
    request: Name
    revision: Count
    by: Name


class BackUpStepped(Decision):
    """Asked of these people now, on this channel; on the console a named person must see to it.
    `because`: None for the first step; `times` counts."""

    kind: ClassVar[str] = "back_up_stepped"
    request: Name
    revision: Count
    step: Annotated[int, Field(ge=0)]
    of: Name
    channel: Name
    because: Because | None = None
    times: Count


class BackUpToldAloud(Decision):
    """A named person read it out; to whom, is in the event."""

    kind: ClassVar[str] = "back_up_told_aloud"
    request: Name
    by: Name


class BackUpHeard(Decision):
    """An answer. Where it `stands` the request is in that state now; otherwise an earlier message
    came late, or an earlier step was answered: only what it names is kept."""

    kind: ClassVar[str] = "back_up_heard"
    request: Name
    says: Answer
    stands: bool
    by: Name | None = None


class BackUpAssumed(Decision):
    """A named person has it in hand."""

    kind: ClassVar[str] = "back_up_assumed"
    request: Name
    by: Name


class BackUpTurnedAway(Decision):
    """The desk's system will not take it, however often it comes: a person must read it out."""

    kind: ClassVar[str] = "back_up_turned_away"
    request: Name


class BackUpClosed(Decision):
    """Stood down by a named person."""

    kind: ClassVar[str] = "back_up_closed"
    request: Name
    revision: Count
    by: Name


class BackUpForgotten(Decision):
    """One that has ended leaves the working state; the journal keeps it."""

    kind: ClassVar[str] = "back_up_forgotten"
    request: Name


BACK_UP_DECISIONS: tuple[type[Decision], ...] = (
    BackUpMade,
    BackUpWorded,
    BackUpStepped,
    BackUpToldAloud,
    BackUpHeard,
    BackUpAssumed,
    BackUpTurnedAway,
    BackUpClosed,
    BackUpForgotten,
)
