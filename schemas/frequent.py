"""Frequent callers (M6): plans that the trust made for them, and what is decided at a ring."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Code, Moment, Name, Phone, Said
from schemas.decided import Decision
from schemas.event import Event

Why = Annotated[str, Field(min_length=1, max_length=500)]


class Precedence(StrEnum):
    """Which of two processes leads where both speak of the same caller (M6, VPRP 2.3.5)."""

    PLAN = "plan"
    MARKER = "marker"
    NOT_SAID = "not_said"


class PlanEvent(Event):
    """What a named person does about a plan. `plan`: the reference that it has with those who made
    it; it holds nothing personal, and what is in the plan stays with them."""

    plan: Code
    by: Name
    role: Name


class FrequentPlanPut(PlanEvent):
    """There is a plan for who rings from these numbers, until its last day."""

    kind: ClassVar[str] = "frequent.plan_put"
    phones: Annotated[tuple[Phone, ...], Field(min_length=1, max_length=20)]
    precedence: Precedence = Precedence.NOT_SAID
    ends_on: date


class FrequentPlanEnded(PlanEvent):
    """The plan is over before its last day."""

    kind: ClassVar[str] = "frequent.plan_ended"
    reason: Why


class PlanSaid(Said):
    """What a note says of a plan: its reference, and which process leads."""

    plan: Name
    precedence: Precedence


class FrequentCallerRecognised(Decision):
    """Who rings has rung so often, this call included, or has a plan: shown beside the call, and
    nothing else. `caller`: our name of the number, where it is by its rings; `days`: within which
    they were counted."""

    kind: ClassVar[str] = "frequent_caller_recognised"
    call: Name
    caller: Name | None = None
    rings: Annotated[int, Field(ge=0)] = 0
    days: Annotated[int, Field(ge=0)] = 0
    plan: Name | None = None


class FrequentPlanMade(Decision):
    """The plan is in force as it was put."""

    kind: ClassVar[str] = "frequent_plan_made"
    plan: Name


class FrequentPlansOver(Decision):
    """These plans are over: ended by a person, or their last day is past."""

    kind: ClassVar[str] = "frequent_plans_over"
    plans: tuple[Name, ...]


class RingsForgotten(Decision):
    """Rings before this moment count no more and are kept no longer (E4)."""

    kind: ClassVar[str] = "rings_forgotten"
    before: Moment


FREQUENT_EVENTS: tuple[type[Event], ...] = (FrequentPlanPut, FrequentPlanEnded)
FREQUENT_DECISIONS: tuple[type[Decision], ...] = (
    FrequentCallerRecognised,
    FrequentPlanMade,
    FrequentPlansOver,
    RingsForgotten,
)
