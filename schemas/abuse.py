"""The abusive-call ledger (A1, A2): what a handler notes at the console beside what the exchange
says, and what is decided from both."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Name, Text
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


ABUSE_DECISIONS: tuple[type[Decision], ...] = (AbuseLedgered, CallerRecognised)
