"""Frequent callers, as state (M6): rings that still count, who rang often, and the plans."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from middleware.engine.ledger import number_key
from schemas.frequent import PlanSaid, Precedence

NUMBERS_KEPT = 100_000
"""Numbers of which rings are kept; who was not heard of for longest goes first."""
RINGS_KEPT = 100
"""Of one number; more are said as "100 or more"."""
PLANS_KEPT = 10_000


@dataclass(slots=True)
class Often:
    """A number from which somebody rang often, under our name of it: since when, and how often
    within how many days when it rang last."""

    id: str
    number: str
    since: datetime
    last_at: datetime
    rings: int
    days: int


@dataclass(slots=True)
class Plan:
    """A plan as it was put; what is in it stays with those who made it."""

    id: str
    phones: tuple[str, ...]
    precedence: Precedence
    ends_on: date
    by: str
    at: datetime

    def said(self) -> PlanSaid:
        """As a note says it."""
        return PlanSaid(plan=self.id, precedence=self.precedence)


@dataclass(slots=True)
class FrequentCallers:
    """`rings`: number (E.164) to its moments, the oldest first; who rang last comes last."""

    rings: dict[str, list[datetime]] = field(default_factory=dict)
    often: dict[str, Often] = field(default_factory=dict)
    often_by_number: dict[str, str] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    by_phone: dict[str, str] = field(default_factory=dict)

    def hear(self, number: str, at: datetime) -> None:
        """It rang; at most NUMBERS_KEPT numbers and RINGS_KEPT rings of one are kept."""
        rings = self.rings.pop(number, None) or []
        rings.append(at)
        self.rings[number] = rings[-RINGS_KEPT:]
        if len(self.rings) > NUMBERS_KEPT:
            self._drop(next(iter(self.rings)))

    def count(self, number: str, since: datetime) -> int:
        """How often it rang since then."""
        return sum(at >= since for at in self.rings.get(number, ()))

    def forget(self, before: datetime) -> None:
        """What rang before that is kept no longer."""
        for number, rings in list(self.rings.items()):
            if rings[0] < before:
                left = [at for at in rings if at >= before]
                if left:
                    self.rings[number] = left
                else:
                    self._drop(number)

    def _drop(self, number: str) -> None:
        del self.rings[number]
        name = self.often_by_number.pop(number, None)
        if name is not None:
            del self.often[name]

    def put_often(self, name: str, number: str, at: datetime, rings: int, days: int) -> None:
        """Somebody rings often from this number; known as long as its rings are kept."""
        if number in self.rings:
            before = self.often.get(name)
            self.often[name] = Often(name, number, before.since if before else at, at, rings, days)
            self.often_by_number[number] = name

    def put(self, plan: Plan) -> None:
        """In force from now on; what had its reference or its numbers before has them no more."""
        self.end((plan.id,))
        self.plans[plan.id] = plan
        for phone in plan.phones:
            self.by_phone[phone] = plan.id

    def end(self, plans: Iterable[str]) -> None:
        """Over."""
        for name in plans:
            old = self.plans.pop(name, None)
            for phone in old.phones if old else ():
                if self.by_phone.get(phone) == name:
                    del self.by_phone[phone]

    def plan_of(self, number: str | None) -> Plan | None:
        """The plan for who rings from there."""
        if not self.by_phone or not number:
            return None
        return self.plans.get(self.by_phone.get(number_key(number), ""))

    def said_of(self, number: str | None) -> PlanSaid | None:
        """What a note says of it."""
        plan = self.plan_of(number)
        return plan.said() if plan else None

    def over_before(self, day: date) -> tuple[str, ...]:
        """Plans whose last day was before that day."""
        return tuple(plan.id for plan in self.plans.values() if plan.ends_on < day)
