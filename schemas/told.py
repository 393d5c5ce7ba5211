"""What goes out on ways other than the MDT: each carries only what is needed there (N8)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Code, Moment, Name, Said, Text
from schemas.safety import AlarmOutcome, Position

LINE = 80
"""Characters of one radio text: what every radio shows without cutting it."""

REPEATED = "RPT "
Line = Annotated[str, Field(min_length=1, max_length=LINE)]


class Outgoing(Said):
    """One revision of a note for one address, or with `withdrawn` its taking back. `probe`: it is
    for nobody, and says only whether what is sent arrives (O1)."""

    note: Code
    revision: Annotated[int, Field(ge=1)]
    incident: Name
    expires_at: Moment
    withdrawn: bool = False
    probe: Literal[True] | None = None


class RadioText(Outgoing):
    """One line of Latin-1, the risk word first."""

    text: Line

    def said(self, times: int) -> str:
        """The line to send, which says so where it may have been sent before."""
        return (REPEATED + self.text)[:LINE] if times else self.text


class RadioAnswer(Said):
    """What is known of the crew's incidents, in lines of Latin-1 (C5)."""

    ask: Code
    texts: tuple[Line, ...]


class SpokenNote(Outgoing):
    """Sentences for the ear, in order."""

    sentences: tuple[Text, ...]


class CadNote(Outgoing):
    """What is written into the incident of the CAD (N2). `incident` is the CAD's number of it."""

    service_day: date
    reason: Name | None = None
    headline: Text = ""
    what: Text = ""
    scope: Text = ""
    category: Text = ""
    severity: Text = ""
    age: Text = ""
    certainty: Text = ""
    origin: Text = ""
    review: Text = ""
    advice: Text = ""


class UnitEmergency(Said):
    """One revision of a man-down alarm, for another service (D1): who, where, on which incident,
    whether somebody has it, and whether it is over. `note` is the alarm, `incident` the number that
    its incident has in the CAD. It is never taken back: it ends, with what it was."""

    note: Code
    revision: Annotated[int, Field(ge=1)]
    expires_at: Moment
    withdrawn: Literal[False] = False
    started_at: Moment
    incident: Name | None = None
    service_day: date | None = None
    callsign: Name | None = None
    radio: Name | None = None
    position: Position | None = None
    acknowledged_at: Moment | None = None
    stopped_at: Moment | None = None
    outcome: AlarmOutcome | None = None
