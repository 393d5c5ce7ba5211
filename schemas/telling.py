"""Decisions about the several channels of a ladder (N4, N5)."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Name
from schemas.decided import Decision
from schemas.delivery import Delivery

Count = Annotated[int, Field(ge=1)]


class RungSkipped(Decision):
    """The channel of this rung does not reach the resource: the next one, at once."""

    kind: ClassVar[str] = "rung_skipped"
    note: Name
    rung: Annotated[int, Field(ge=0)]
    channel: Name


class AttemptMade(Decision):
    """It may be sent now where sending twice is not harmless; the courier sends on this alone."""

    kind: ClassVar[str] = "attempt_made"
    note: Name
    revision: Count
    channel: Name
    attempt: Count
    again: bool = False


class AttemptReported(Decision):
    """What became of the last attempt: never an acknowledgement."""

    kind: ClassVar[str] = "attempt_reported"
    note: Name
    revision: Count
    channel: Name
    state: Delivery


TELLING_DECISIONS: tuple[type[Decision], ...] = (
    RungSkipped,
    AttemptMade,
    AttemptReported,
)
