"""Decisions on mistakes that people confirm. Ids and codes only: the address stays in the event."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Name
from schemas.check import Relation
from schemas.decided import Decision
from schemas.mistake import Mistaken, Verdict


class MistakeTaken(Decision):
    """Said of a marker and the address that the incident has now: an open item for the marking
    team, or one more voice on it. Nothing is withdrawn by it."""

    kind: ClassVar[str] = "mistake_taken"
    mistake: Name
    subject: Name
    marker: Name
    says: Mistaken
    by: Name
    relation: Relation
    certainty: Annotated[int, Field(ge=0, le=1000)]


class MistakeSettled(Decision):
    """The marking team decided on that marker and that address."""

    kind: ClassVar[str] = "mistake_settled"
    mistake: Name
    marker: Name
    verdict: Verdict
    by: Name


class MistakesLapsed(Decision):
    """The marker changed or ended: what was said or decided of it was about another one."""

    kind: ClassVar[str] = "mistakes_lapsed"
    mistakes: tuple[Name, ...]


MISTAKE_DECISIONS: tuple[type[Decision], ...] = (MistakeTaken, MistakeSettled, MistakesLapsed)
