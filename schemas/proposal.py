"""What a call that was ended for abuse leads to beside its draft report: a marker or a letter is
proposed, and a named person decides (A2, M4)."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Code, Name
from schemas.decided import Decision
from schemas.event import Event

Why = Annotated[str, Field(min_length=1, max_length=500)]
LetterText = Annotated[str, Field(min_length=1, max_length=2_500)]


class Proposed(StrEnum):
    """What is proposed."""

    MARKER = "marker"
    LETTER = "letter"


class ProposalSettled(Event):
    """A named person decides. `marker`: the one that was put for it, where it was accepted;
    `text`: the letter as it goes, where it goes."""

    kind: ClassVar[str] = "proposal.settled"
    proposal: Code
    accepted: bool
    reason: Why
    marker: Code | None = None
    text: LetterText | None = None
    by: Name
    role: Name


class ProposalMade(Decision):
    """A marker for the number, or a letter to who rang from it. Nothing follows by itself."""

    kind: ClassVar[str] = "proposal_made"
    proposal: Name
    what: Proposed
    entry: Name
    call: Name


class ProposalDone(Decision):
    """A named person decided on it; `marker` is the one that came of it."""

    kind: ClassVar[str] = "proposal_done"
    proposal: Name
    accepted: bool
    by: Name
    marker: Name | None = None


class ProposalLapsed(Decision):
    """The ledger was set right and the call was not ended for abuse: what was not decided on is
    not asked any more."""

    kind: ClassVar[str] = "proposal_lapsed"
    proposal: Name


PROPOSAL_DECISIONS: tuple[type[Decision], ...] = (ProposalMade, ProposalDone, ProposalLapsed)
