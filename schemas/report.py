"""Violence and aggression as people report it, and the drafts that come of it (R1-R3, M4).

A draft goes to the trust's incident reporting system (Datix) by the contract `forewarn.reports/1`;
what nobody has said is listed in it as missing, never guessed.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Code, Moment, Name, Said, Text
from schemas.delivery import DeviceEvent
from schemas.event import Event
from schemas.marker import Category

REPORTS_CONTRACT = "forewarn.reports/1"
VIOLENCE_AND_AGGRESSION = "violence_and_aggression"
MOST_PERSONS = 20
Short = Annotated[str, Field(min_length=1, max_length=500)]
Persons = Annotated[tuple[Name, ...], Field(max_length=MOST_PERSONS)]


class Cause(StrEnum):
    """What the report was drafted from (R1)."""

    MAN_DOWN = "man_down"
    ABUSIVE_CALL = "abusive_call"
    VIOLENCE = "reported_violence"


class Missing(StrEnum):
    """What a report needs and nobody has said."""

    SUB_CATEGORY = "sub_category"
    VICTIM = "victim"
    WHAT_HAPPENED = "what_happened"
    PLACE = "place"
    INCIDENT = "incident"
    OFFENDER = "offender"
    MEDICAL_FACTOR = "medical_factor"
    INJURY = "injury"
    POLICE = "police"


class Application(StrEnum):
    """What follows for the markers (M4); the review group decides."""

    DUE = "due"
    """A physical assault without a medical cause, and it is known whom or where it is about."""
    REAPPLICATION = "reapplication_due"
    """A new incident at an address with a marker."""
    OFFERED = "offered"
    """Attempted assault, credible threat, directed abuse: a person decides whether to apply."""
    WAITS = "waits"
    """A physical assault of which the cause or the offender is not yet known."""
    NONE = "none"


class Facts(Said):
    """What is said of what happened; None and empty: nobody said. `medical`: whether a medical
    factor was the cause (intoxication is none). `police`: the crime reference, or that they were
    not told. Names are those by which the trust knows its staff."""

    category: Category | None = None
    medical: bool | None = None
    what: Text | None = None
    victims: Persons = ()
    others: Persons = ()
    offender: Short | None = None
    injury: Short | None = None
    police: Short | None = None


class ViolenceReported(Event):
    """A person at the console reports violence or aggression, met or told by a crew (R1).
    `subject` is our id of the incident or call, None where there is none."""

    kind: ClassVar[str] = "violence.reported"
    subject: Name | None = None
    callsign: Code | None = None
    happened_at: Moment | None = None
    facts: Facts
    by: Name
    role: Name


class CrewReportedViolence(DeviceEvent):
    """A crew says it on its own device, of the incident it is on, or of the one with that `number`;
    `by` is the staff code entered there (R1)."""

    kind: ClassVar[str] = "violence.reported_by_crew"
    facts: Facts
    by: Name
    number: Name | None = None


class ReportEvent(Event):
    """What a named person does about a draft."""

    report: Code
    by: Name


class ReportAmended(ReportEvent):
    """What is given replaces what the draft says; the rest stays."""

    kind: ClassVar[str] = "report.amended"
    facts: Facts


class ReportDropped(ReportEvent):
    """It was no violence or aggression; the draft is taken back, the record stays."""

    kind: ClassVar[str] = "report.dropped"
    reason: Short


class AssaultTaken(ReportEvent):
    """A named person of the security team has the physical assault in hand (R3)."""

    kind: ClassVar[str] = "report.assault_taken"


class ApplicationSettled(ReportEvent):
    """The marking team applied for the marker, or says why not (M4)."""

    kind: ClassVar[str] = "report.application_settled"
    applied: bool
    reason: Short


# --- what goes out ---------------------------------------------------------------------


class PersonRole(StrEnum):
    """Victims are never listed with the others (R1)."""

    VICTIM = "victim_of_violence_or_aggression"
    OTHER = "other"
    REPORTER = "reporter"
    OFFENDER = "alleged_offender"


class PersonInvolved(Said):
    """`name` as it was given: a name, a staff code, a call sign, a description."""

    role: PersonRole
    name: Short


class Place(Said):
    """Where it happened, as the CAD had it."""

    address: Text | None = None
    postcode: Annotated[str, Field(max_length=12)] | None = None
    uprn: Name | None = None
    latitude: float | None = None
    longitude: float | None = None


class Outgoing(Said):
    """One revision of what another body is told about a report; with `withdrawn` its taking back,
    which says nothing else."""

    contract: Name = REPORTS_CONTRACT
    id: Code
    revision: Annotated[int, Field(ge=1)]
    withdrawn: bool = False

    @property
    def note(self) -> str:
        """Under which its receipt comes back."""
        return self.id


class IncidentReport(Outgoing):
    """A draft for the incident reporting system. `references`: other drafts about the same
    incident. `missing` names what a person must still add."""

    type: Name = "report.drafted"
    cause: Cause | None = None
    category: Name = VIOLENCE_AND_AGGRESSION
    sub_category: Category | None = None
    sub_category_in_words: Text = ""
    sub_category_as_said: Text | None = None
    medical_factor: bool | None = None
    occurred_at: Moment | None = None
    drafted_at: Moment | None = None
    incident: Name | None = None
    service_day: date | None = None
    call: Name | None = None
    alarm: Name | None = None
    callsign: Name | None = None
    place: Place = Place()
    account: Text = ""
    what_happened: Text | None = None
    persons: tuple[PersonInvolved, ...] = ()
    injury: Text | None = None
    police: Text | None = None
    security_notified_at: Moment | None = None
    marker_application: Application = Application.NONE
    references: tuple[Name, ...] = ()
    missing: tuple[Missing, ...] = ()


class SecurityNotice(Outgoing):
    """A physical assault, for the security team (R3): no names (N8). `times` grows until a named
    person has taken it at the console; `taken_by` then."""

    type: Name = "assault.notified"
    sub_category: Category | None = None
    sub_category_in_words: Text = ""
    occurred_at: Moment | None = None
    incident: Name | None = None
    callsign: Name | None = None
    address: Text | None = None
    times: int = 0
    taken_by: Name | None = None
