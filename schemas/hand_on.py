"""An incident handed on to another service, with what is known of the scene (N2, N7, M5)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Code, Moment, Name, Said, Text
from schemas.check import Matched
from schemas.decided import Decision
from schemas.event import Event
from schemas.report import Place

Why = Annotated[str, Field(min_length=1, max_length=500)]
_Revision = Annotated[int, Field(ge=1)]


class HandOnCase(StrEnum):
    """Why an ambulance service hands an incident to another one (BaRS, Application 6)."""

    OUT_OF_AREA = "out-of-area"
    MUTUAL_AID = "mutual-aid"
    CALL_ASSIST = "call-assist"


class IncidentHandedOn(Event):
    """A named person hands the incident on; `subject` is our id of it, `service` the configured
    name of the other one. What is known of the scene goes with it by that decision alone."""

    kind: ClassVar[str] = "hand_on.made"
    subject: Name
    service: Name
    case: HandOnCase
    by: Name
    role: Name


class HandOnEnded(Event):
    """It was not handed on after all, or was handed back: what was said there is taken back."""

    kind: ClassVar[str] = "hand_on.ended"
    hand_on: Code
    reason: Why
    by: Name
    role: Name


class HandOnBegun(Decision):
    """The other service is told what is known of the scene, from now on and as it changes."""

    kind: ClassVar[str] = "hand_on_begun"
    hand_on: Name
    incident: Name
    service: Name
    case: HandOnCase
    by: Name


class HandOnSaid(Decision):
    """What the other service is to have now. Without `matched`: nothing is known that could be
    said, which is no word on safety (C4)."""

    kind: ClassVar[str] = "hand_on_said"
    hand_on: Name
    revision: _Revision
    matched: tuple[Matched, ...] = ()
    expires_at: Moment


class HandOnOver(Decision):
    """A named person ended it: taken back there."""

    kind: ClassVar[str] = "hand_on_over"
    hand_on: Name
    revision: _Revision
    by: Name


class HandOnRefused(Decision):
    """The other side will not take this revision; a person must ring them."""

    kind: ClassVar[str] = "hand_on_refused"
    hand_on: Name
    revision: _Revision
    code: Name | None = None


HAND_ON_EVENTS: tuple[type[Event], ...] = (IncidentHandedOn, HandOnEnded)
HAND_ON_DECISIONS: tuple[type[Decision], ...] = (
    HandOnBegun,
    HandOnSaid,
    HandOnOver,
    HandOnRefused,
)


# --- what goes out ---------------------------------------------------------------------


class SafetyFlag(Said):
    """What is said of the scene because of one marker; `name` tells flags of a hand-on apart and
    holds nothing personal. Not `active`: it is no longer true."""

    name: Name
    active: bool
    text: Text


class SceneFlags(Said):
    """One revision of what another service is told of the scene, or with `withdrawn` its taking
    back. `is_first`: nothing of it was sent before; `incident` is the number that it has here."""

    note: Code
    revision: _Revision
    expires_at: Moment
    said_at: Moment
    withdrawn: bool = False
    is_first: bool = True
    incident: Name
    service_day: date
    service: Name
    service_id: Name
    sender: Name
    sender_id: Name
    case: HandOnCase
    place: Place = Place()
    flags: Annotated[tuple[SafetyFlag, ...], Field(max_length=100)] = ()
