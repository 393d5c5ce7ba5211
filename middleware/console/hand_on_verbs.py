"""Handing an incident on to another service; on record before it is answered (N2, E1)."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from middleware.console.acts import SOURCE, Acts
from middleware.console.guard import Caller
from middleware.console.hub import Hub, Screen
from middleware.console.projection import Projection
from middleware.engine.handed import open_ones
from middleware.engine.phase import Phase
from schemas.base import Code, Name, Said
from schemas.hand_on import HandOnCase, HandOnEnded, IncidentHandedOn, Why

Act = Callable[[Screen, Caller, Any], Awaitable[None]]


class _HandOn(Said):
    do: Name
    incident: Name
    service: Name
    case: HandOnCase


class _EndHandOn(Said):
    do: Name
    hand_on: Code
    reason: Why


@dataclass(frozen=True, slots=True)
class HandOnVerbs:
    """Each verb: an event in the journal, then the words for who asked."""

    hub: Hub
    projection: Projection
    acts: Acts

    def table(self) -> dict[str, tuple[type[Said], Act]]:
        """Verb to its shape and handler."""
        return {"hand-on": (_HandOn, self._hand_on), "end-hand-on": (_EndHandOn, self._end)}

    async def _hand_on(self, screen: Screen, caller: Caller, said: _HandOn) -> None:
        why = self._why_not(said)
        if why:
            self._tell(screen, "refused", why)
            return
        await self.acts.intake.submit(
            IncidentHandedOn(
                source=SOURCE, id=secrets.token_hex(8), occurred_at=self.acts.clock.now(),
                subject=said.incident, service=said.service, case=said.case, by=caller.name,
                role=caller.role,
            )
        )  # fmt: skip
        words = f"What is known of the scene goes to {said.service}, as long as it is true."
        self._tell(screen, "done", f"{words} Hand the incident itself on in the CAD.")

    def _why_not(self, said: _HandOn) -> str:
        state = self.projection.state
        known = state.incidents.get(said.incident)
        if known is None or known.finished_at is not None:
            return "that incident is over, or has left the list"
        if said.service not in state.rules.services:
            return "that service is not configured: [[hand_on.service]]"
        if any(one.service == said.service for one in open_ones(state, known)):
            return f"it was handed on to {said.service} already"
        return ""

    async def _end(self, screen: Screen, caller: Caller, said: _EndHandOn) -> None:
        known = self.projection.state.hand_ons.get(said.hand_on)
        if known is None or known.phase is not Phase.OPEN:
            self._tell(screen, "refused", "it was ended before, or has left the list")
            return
        service = known.service
        await self.acts.intake.submit(
            HandOnEnded(
                source=SOURCE, id=secrets.token_hex(8), occurred_at=self.acts.clock.now(),
                hand_on=said.hand_on, reason=said.reason, by=caller.name, role=caller.role,
            )
        )  # fmt: skip
        self._tell(screen, "done", f"On record: what was told to {service} is taken back there.")

    def _tell(self, screen: Screen, say: str, words: str) -> None:
        self.hub.tell(screen, {"say": say, "words": words})
