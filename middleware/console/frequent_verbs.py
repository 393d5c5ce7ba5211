"""What the marking team says of plans for frequent callers; on record before its answer (M6)."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from middleware.console.acts import SOURCE, Acts
from middleware.console.guard import Caller
from middleware.console.hub import Hub, Screen
from middleware.console.projection import Projection
from middleware.domain.matching.contacts import read_phone
from schemas.base import Code, Name, Said
from schemas.frequent import FrequentPlanEnded, FrequentPlanPut, PlanEvent, Precedence, Why

Act = Callable[[Screen, Caller, Any], Awaitable[None]]
Number = Annotated[str, Field(min_length=1, max_length=40)]


class _PutPlan(Said):
    do: Name
    plan: Code
    phones: Annotated[tuple[Number, ...], Field(min_length=1, max_length=20)]
    precedence: Precedence = Precedence.NOT_SAID
    ends_on: date


class _EndPlan(Said):
    do: Name
    plan: Code
    reason: Why


@dataclass(frozen=True, slots=True)
class FrequentVerbs:
    """Each verb: an event in the journal, then the words for who asked."""

    hub: Hub
    projection: Projection
    acts: Acts

    def table(self) -> dict[str, tuple[type[Said], Act]]:
        """Verb to its shape and handler."""
        return {"put-plan": (_PutPlan, self._put), "end-plan": (_EndPlan, self._end)}

    async def _put(self, screen: Screen, caller: Caller, said: _PutPlan) -> None:
        phones = tuple(read_phone(number) for number in said.phones)
        shared = self.projection.state.rules.shared_numbers
        if not all(phones):
            self._tell(screen, "refused", "phones: one of them is no number; give it whole")
            return
        if any(number in shared for number in phones):
            words = "that number is shared by many people: it stands for nobody"
            self._tell(screen, "refused", words)
            return
        more = {"phones": phones, "precedence": said.precedence, "ends_on": said.ends_on}
        await self._submit(FrequentPlanPut, caller, said.plan, **more)
        known = self.projection.state.frequent.plans.get(said.plan)
        is_done = known is not None and (known.phones, known.ends_on) == (phones, said.ends_on)
        words = "The plan is in force: who rings from there is shown with its reference."
        why = "not taken: its last day is past, or there are too many plans"
        self._tell(screen, "done" if is_done else "refused", words if is_done else why)

    async def _end(self, screen: Screen, caller: Caller, said: _EndPlan) -> None:
        if said.plan not in self.projection.state.frequent.plans:
            self._tell(screen, "refused", "that plan is over already")
            return
        await self._submit(FrequentPlanEnded, caller, said.plan, reason=said.reason)
        self._tell(screen, "done", "The plan is over, and its reference is shown no more.")

    async def _submit(self, kind: type[PlanEvent], caller: Caller, plan: str, **more: Any) -> None:
        await self.acts.intake.submit(
            kind(
                source=SOURCE, id=secrets.token_hex(8), occurred_at=self.acts.clock.now(),
                plan=plan, by=caller.name, role=caller.role, **more,
            )
        )  # fmt: skip

    def _tell(self, screen: Screen, say: str, words: str) -> None:
        self.hub.tell(screen, {"say": say, "words": words})
