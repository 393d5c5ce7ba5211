"""The abusive-call ledger (A1, A2): what a handler notes at the console beside what the exchange
says, how a named person sets it right, and what is decided from all."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from schemas.base import Code, Name, Text
from schemas.decided import Decision
from schemas.event import Event
from schemas.marker import Category

Words = Annotated[str, Field(min_length=1, max_length=500)]
WhichWarning = Annotated[int, Field(ge=1, le=9)]


class SharedBy(StrEnum):
    """A number that many people ring from stands for no person."""

    PAYPHONE = "payphone"
    SWITCHBOARD = "switchboard"
    CARE_HOME = "care_home"
    HOSTEL = "hostel"


class AbuseNoted(Event):
    """A handler notes at the console what happened in a call; what is not given was not said.
    `subject`: our id of the call. `warning`: the first, the second; `terminated`: the call was
    ended under the policy; `ground`: why; `wording`: what the caller said; `triage_done`: whether
    the triage was done before the call ended."""

    kind: ClassVar[str] = "call.abuse_noted"
    subject: Name
    warning: WhichWarning | None = None
    terminated: bool = False
    category: Category | None = None
    ground: Words | None = None
    wording: Text | None = None
    triage_done: bool | None = None
    by: Name
    role: Name


class EntryEvent(Event):
    """What a named person does about an entry of the ledger, and why (E3)."""

    entry: Code
    reason: Words
    by: Name
    role: Name


class AbuseCorrected(EntryEvent):
    """The entry was wrong and says this now, whole: what is not given is not known of the call.
    `warnings`: which were given; a call without a warning and without an end is no entry: it is
    taken back."""

    kind: ClassVar[str] = "abuse.corrected"
    warnings: Annotated[tuple[WhichWarning, ...], Field(max_length=9)] = ()
    terminated: bool = False
    category: Category | None = None
    ground: Words | None = None
    wording: Text | None = None
    triage_done: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "AbuseCorrected":
        if not self.warnings and not self.terminated:
            raise ValueError("no warning and no end is left: take the entry back instead")
        return self


class AbuseTakenBack(EntryEvent):
    """The entry should not be there: the call was not abusive, or it was another call."""

    kind: ClassVar[str] = "abuse.taken_back"


class AbuseLedgered(Decision):
    """The call is in the ledger, or its entry says more. The number stays in the event."""

    kind: ClassVar[str] = "abuse_ledgered"
    entry: Name
    call: Name
    warning: WhichWarning | None = None
    terminated: bool = False
    category: Category | None = None


class CallerRecognised(Decision):
    """The number that rings is in the ledger: shown beside the call, and nothing else. `entries`
    are those of the number; the newest one is told that it rang again. `shared`: no person's."""

    kind: ClassVar[str] = "caller_recognised"
    call: Name
    entries: tuple[Name, ...]
    shared: SharedBy | None = None


class AbuseSetRight(Decision):
    """The entry says what a named person corrected it to; what it said before stays beside it."""

    kind: ClassVar[str] = "abuse_set_right"
    entry: Name
    call: Name
    by: Name
    warnings: tuple[WhichWarning, ...] = ()
    terminated: bool = False
    category: Category | None = None


class AbuseStruck(Decision):
    """A named person took the entry back: it counts no more and nobody is recognised by it."""

    kind: ClassVar[str] = "abuse_struck"
    entry: Name
    call: Name
    by: Name


ABUSE_DECISIONS: tuple[type[Decision], ...] = (
    AbuseLedgered,
    CallerRecognised,
    AbuseSetRight,
    AbuseStruck,
)
