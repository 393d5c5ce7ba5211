"""The contract with a mobile data terminal, `forewarn.mdt/1`: JSON payloads over MQTT (N3, N8).

Topics, all below `forewarn/<room>/mdt/<device>/`:

    notes      service to device   DeviceNote        QoS 1, not retained
    answers    service to device   DeviceAnswer      what is known (C5)
    prompts    service to device   DevicePrompt      you stand off: how does it go on? (P3)
    taken      service to device   ReceiptTaken      stop repeating that receipt
    heard      service to device   StateTaken        stop repeating that state
    receipts   device to service   Receipt           repeated until `taken` arrives
    hello      device to service   Hello             on every connect: asks for what is in force
    ask        device to service   Ask               what is known of our incident?
    states     device to service   CrewState         we stand off, are at the RVP, go in; repeated
                                                     until `heard` arrives
    violence   device to service   CrewViolence      we met violence or aggression; repeated until
                                                     `heard` arrives

A device shows each (note, revision) once as new, never an older revision over a newer one,
and drops a note that has expired.

Two instances of the service may speak for a moment, until the one that was taken over knows it.
`writer` in a note tells them apart: a device remembers the greatest that it has heard. A revision
or a withdrawal by a lesser one it ignores; a note that it has never shown it shows, whoever says
it. Of a note that it has, the word of a greater writer stands over that of a lesser one, also with
a lesser revision; the same revision is known, unless one of them has withdrawn the note.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Code, Moment, Name, Said, Text
from schemas.check import NotChecked, Outcome
from schemas.held import Why
from schemas.incident import Holding
from schemas.marker import Category
from schemas.stand_off import StandOffState

MDT_CONTRACT = "forewarn.mdt/1"
HIGHEST_REVISION = 2**31 - 1
DOWN = ("notes", "answers", "prompts", "taken", "heard")
UP = ("receipts", "hello", "ask", "states", "violence")


class DeviceNote(Said):
    """A risk note, or with `withdrawn` its taking back. Least data: no names, no numbers.

    `certainty` in words; `age` in words ("14 months ago"); `what` says what happened. `writer`
    grows with each instance of the service that took over (O4). `probe`: it is for nobody, shown to
    nobody, and says only whether what is sent arrives (O1).
    """

    contract: Name = MDT_CONTRACT
    note: Code
    revision: Annotated[int, Field(ge=1)]
    writer: Annotated[int, Field(ge=0)] = 0
    incident: Name
    callsign: Code
    expires_at: Moment
    withdrawn: bool = False
    probe: Literal[True] | None = None
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


class ReceiptKind(StrEnum):
    """What the device or its crew did, or what the crew says of the note: it is about another
    address, or about a place that only reads the same."""

    DISPLAYED = "displayed"
    REMOVED = "removed"
    ACKNOWLEDGED = "acknowledged"
    WRONG_ADDRESS = "wrong_address"
    NOT_THE_SAME_PLACE = "not_the_same_place"


BY_A_PERSON = (
    ReceiptKind.ACKNOWLEDGED,
    ReceiptKind.WRONG_ADDRESS,
    ReceiptKind.NOT_THE_SAME_PLACE,
)
"""Receipts that somebody pressed for: they bear a staff code."""


class Receipt(Said):
    """Device to service; `by` (staff code) is given exactly with what a person pressed for."""

    contract: Name = MDT_CONTRACT
    kind: ReceiptKind
    note: Code
    revision: Annotated[int, Field(ge=1, le=HIGHEST_REVISION)]
    by: Name | None = None


class ReceiptTaken(Said):
    """Service to device: this receipt is in the journal, stop repeating it."""

    contract: Name = MDT_CONTRACT
    kind: ReceiptKind
    note: Code
    revision: Annotated[int, Field(ge=1)]


class CrewState(Said):
    """Device to service: how the crew holds, of every incident it is on, or of the one with that
    number. `said` names the message, `by` is the staff code of the person who pressed (P3)."""

    contract: Name = MDT_CONTRACT
    said: Code
    state: StandOffState
    by: Name
    incident: Name | None = None


class CrewViolence(Said):
    """Device to service: the crew met violence or aggression, at the incident it is on or at the
    one with that number (R1). `said` names the message, `by` is the staff code of the person who
    pressed; what is left out was not said and is listed as missing. `victims`: staff codes."""

    contract: Name = MDT_CONTRACT
    said: Code
    by: Name
    incident: Name | None = None
    category: Category | None = None
    medical: bool | None = None
    what: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None
    victims: Annotated[tuple[Code, ...], Field(max_length=20)] = ()


class StateTaken(Said):
    """Service to device: that state or report is in the journal, stop repeating it."""

    contract: Name = MDT_CONTRACT
    said: Code


class DevicePrompt(Said):
    """Service to device: the crew has stood off for so long, or what is known of the patient has
    changed: the crew says how it goes on. A later revision stands for the earlier ones; with
    `ended` nothing of it stays on the screen."""

    contract: Name = MDT_CONTRACT
    stand_off: Code
    revision: Annotated[int, Field(ge=1)]
    incident: Name
    callsign: Code
    holding: Holding
    since: Moment
    minutes: Annotated[int, Field(ge=0)]
    why: Why
    in_words: Text
    ended: bool = False


class Hello(Said):
    """Device to service, on every connect; `session` differs at every connect."""

    contract: Name = MDT_CONTRACT
    session: Code


class Ask(Said):
    """Device to service: what is known of the incident we are on? `ask` names the question."""

    contract: Name = MDT_CONTRACT
    ask: Code


class KnownIncident(Said):
    """What is known of one incident: always one of the answers of C4, never silence."""

    incident: Name
    outcome: Outcome
    reason: NotChecked | None = None
    in_words: Text
    notes: tuple[DeviceNote, ...] = ()


class DeviceAnswer(Said):
    """Service to device: the answer to one ask."""

    contract: Name = MDT_CONTRACT
    ask: Code
    incidents: tuple[KnownIncident, ...]
    in_words: Text
