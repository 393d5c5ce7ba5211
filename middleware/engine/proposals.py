"""What is proposed after a call was ended for abuse, as state (A2, M4)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from schemas.proposal import Proposed
from schemas.report import Place

SETTLED_KEPT = 1_000
"""Proposals that wait for nobody; the journal has all."""


class Course(StrEnum):
    """Where a proposal stands. It ends by a named person, or when its ground is gone."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


@dataclass(slots=True)
class Proposal:
    """One. What it says comes from the entry of the ledger; `place`: where the number belongs, as
    the call knew it, for the call leaves the working state before."""

    id: str
    what: Proposed
    entry: str
    call: str
    made_at: datetime
    place: Place = field(default_factory=Place)
    course: Course = Course.OPEN
    by: str | None = None
    reason: str = ""
    at: datetime | None = None
    marker: str | None = None
    text: str | None = None


def proposal_id(what: Proposed, call: str) -> str:
    """One of each a call."""
    return f"{'pm' if what is Proposed.MARKER else 'pl'}{call}"
