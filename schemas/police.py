"""Police and back-up: what is asked for and on what threat, and what is answered (P1, P2, D4).

A request states what is happening now. A marker is background and never its ground: police attend
for a crime that has happened or is happening, or for a real and immediate risk to life or of
serious harm (Right Care Right Person; FIELD.md 9.3).
"""

from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from schemas.base import Code, Name, Said, Text
from schemas.event import Event
from schemas.safety import SafetyEvent

BACK_UP_CONTRACT = "forewarn.back-up/1"
"""What is sent to a desk of the police, and what it answers (docs/police.md)."""

Few = Annotated[str, Field(max_length=200)]
"""A few free words."""
Words = Annotated[tuple[Text, ...], Field(min_length=1, max_length=30)]
"""Sentences to be read out, in order."""


class Wanted(StrEnum):
    """Who is asked for."""

    POLICE = "police"
    RESOURCES = "resources"
    """More of our own: a further crew, a manager, a hazardous area team."""


class Ground(StrEnum):
    """Why it is a matter for the police now."""

    CRIME_NOW = "crime_happening"
    CRIME_DONE = "crime_happened"
    RISK_TO_LIFE = "risk_to_life"
    RISK_OF_HARM = "risk_of_serious_harm"


class Weapon(StrEnum):
    """What is known of weapons."""

    NOT_KNOWN = "not_known"
    NONE_SEEN = "none_seen"
    THREATENED = "threatened"
    SEEN = "seen"
    USED = "used"


class CrewState(StrEnum):
    """How the crew is."""

    NOT_KNOWN = "not_known"
    NOT_THERE = "not_there_yet"
    STANDING_OFF = "standing_off"
    WITHDRAWN = "withdrawn"
    WITH_PATIENT = "with_the_patient"
    CANNOT_LEAVE = "cannot_leave"
    INJURED = "injured"
    NO_CONTACT = "no_contact"


class Likelihood(StrEnum):
    """How likely harm is, on the day."""

    NOT_SHOWN = "not_shown"
    LIKELY = "likely"
    NOW = "now"


class Harm(StrEnum):
    """How severe it would be, on the day."""

    NOT_SHOWN = "not_shown"
    HARM = "harm"
    SERIOUS = "serious_harm"
    LIFE = "life"


class Threat(Said):
    """The credible threat as a person states it. `happening`: now; `to_whom`: by role, never by
    name; `likelihood`, `severity`: as that person judges; None: as they follow from the rest."""

    happening: Annotated[str, Field(max_length=500)] = ""
    to_whom: Few = ""
    weapon: Weapon = Weapon.NOT_KNOWN
    which_weapon: Few = ""
    crew: CrewState = CrewState.NOT_KNOWN
    ground: Ground | None = None
    likelihood: Likelihood | None = None
    severity: Harm | None = None


class Answer(StrEnum):
    """What the other side says to a request (P2)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"


class _Stated(SafetyEvent):
    """A request as it is sent: the threat, and the `words` made of it with what was known then."""

    threat: Threat
    words: Words
    by: Name

    @model_validator(mode="after")
    def _says_what_happens(self) -> Self:
        if not self.threat.happening.strip():
            raise ValueError("say what is happening now: a marker alone is no ground for a request")
        return self


class BackUpRequested(_Stated):
    """A named person asks for police or further resources, for an incident, out of a man-down
    alarm, or for both (P1, D4)."""

    kind: ClassVar[str] = "back_up.requested"
    wanted: Wanted
    incident: Code | None = None
    alarm: Code | None = None

    @model_validator(mode="after")
    def _for_something(self) -> Self:
        if self.incident is None and self.alarm is None:
            raise ValueError("name the incident or the alarm that it is for")
        return self


class BackUpChanged(_Stated):
    """The threat is another one now: the request says so."""

    kind: ClassVar[str] = "back_up.changed"
    request: Code


class BackUpAct(SafetyEvent):
    """What a named person did about a request."""

    request: Code
    by: Name


class BackUpReadOut(BackUpAct):
    """That person read it out to somebody; `to` whom, in that person's words."""

    kind: ClassVar[str] = "back_up.read_out"
    to: Few


class BackUpStillNeeded(BackUpAct):
    """That person says that it is still necessary: the escalation goes on at once."""

    kind: ClassVar[str] = "back_up.still_needed"


class BackUpTaken(BackUpAct):
    """That person has it in hand."""

    kind: ClassVar[str] = "back_up.taken"


class BackUpStoodDown(BackUpAct):
    """That person says that it is not needed any more, and why."""

    kind: ClassVar[str] = "back_up.stood_down"
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class BackUpAnswered(Event):
    """What the other side says to a request: from its desk, or as a person at the console logs it
    (`logged_by`). `of`: the revision that is answered; `said_by`: who there; `reference`, `crn`,
    `oic`: the police's reference, crime reference number and officer in charge; `unit`, `reason`
    in their words."""

    kind: ClassVar[str] = "back_up.answered"
    request: Code
    says: Answer
    of: Annotated[int, Field(ge=1)] | None = None
    said_by: Few = ""
    reference: Name | None = None
    crn: Name | None = None
    oic: Name | None = None
    unit: Few = ""
    reason: Annotated[str, Field(max_length=500)] = ""
    logged_by: Name | None = None


POLICE_EVENTS: tuple[type[Event], ...] = (
    BackUpRequested,
    BackUpChanged,
    BackUpReadOut,
    BackUpStillNeeded,
    BackUpTaken,
    BackUpStoodDown,
    BackUpAnswered,
)

DESK_TYPES: dict[str, type[Event]] = {BackUpAnswered.kind: BackUpAnswered}
"""What a desk may say."""
