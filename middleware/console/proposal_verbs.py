"""What a named person decides about a proposed marker or letter; on record before it is answered
(A2, M4, E1)."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from middleware.console.acts import SOURCE, Acts
from middleware.console.guard import CALLER, Caller
from middleware.console.hub import Hub, Screen
from middleware.console.projection import Projection
from middleware.console.proposals import open_proposal, waits_for_person
from middleware.domain.calendar import london_day
from middleware.engine.proposals import Course, Proposal
from middleware.flow.proposal_bodies import drafted_letter, marker_id
from schemas.base import Code, Name, Said, Text
from schemas.marker import Category, Marker, Scope, Severity
from schemas.proposal import LetterText, ProposalSettled, Proposed, Why

Act = Callable[[Screen, Caller, Any], Awaitable[None]]
BASIS = "abusive-call ledger"
"""Where such a marker comes from."""


class _OfProposal(Said):
    do: Name
    proposal: Code


class _Settle(_OfProposal):
    accepted: bool
    reason: Why


class _SettleMarker(_Settle):
    category: Category | None = None
    severity: Severity | None = None
    what: Text | None = None
    review_on: date | None = None
    ends_on: date | None = None


class _SettleLetter(_Settle):
    text: LetterText | None = None


@dataclass(frozen=True, slots=True)
class ProposalVerbs:
    """Each verb: an event in the journal, then the words for who asked."""

    hub: Hub
    projection: Projection
    acts: Acts

    def table(self) -> dict[str, tuple[type[Said], Act]]:
        """Verb to its shape and handler."""
        return {
            "open-proposal": (_OfProposal, self._open),
            "settle-marker": (_SettleMarker, self._settle_marker),
            "settle-letter": (_SettleLetter, self._settle_letter),
        }

    async def _open(self, screen: Screen, caller: Caller, said: _OfProposal) -> None:
        """Who looked at the number and at what was said is on record before it is shown (E1)."""
        if said.proposal in self.projection.state.proposals:
            await self.acts.open_note(caller, said.proposal)
        opened = open_proposal(self.projection.state, said.proposal)
        if opened is None:
            self._tell(screen, "refused", "that proposal has left the list")
        else:
            self.hub.tell(screen, {"say": "proposal", "proposal": opened})

    async def _settle_marker(self, screen: Screen, caller: Caller, said: _SettleMarker) -> None:
        """Accepted: the marker is put first, under a name that follows from the call, and then the
        proposal is settled; what is done twice makes one marker."""
        known = self._waiting(screen, said.proposal, Proposed.MARKER)
        if known is None:
            return
        if said.accepted:
            marker = self._marker(known, said)
            if isinstance(marker, str):
                self._tell(screen, "refused", marker)
                return
            await self.acts.put_marker(caller, marker)
            await self._submit(caller, said, marker=marker.id)
            self._tell(screen, "done", f"The marker {marker.id} is in force, with your name.")
            return
        ends = known.marker
        if ends is not None:
            await self.acts.end_marker(caller, ends, said.reason)
        await self._submit(caller, said)
        words = f"The marker {ends} has ended." if ends else "No marker is put."
        self._tell(screen, "done", f"On record with your name. {words}")

    async def _settle_letter(self, screen: Screen, caller: Caller, said: _SettleLetter) -> None:
        known = self._waiting(screen, said.proposal, Proposed.LETTER)
        if known is None:
            return
        if said.accepted and said.text is None:
            self._tell(screen, "refused", "text: is missing; say how the letter goes")
            return
        await self._submit(caller, said, text=said.text if said.accepted else None)
        words = "Take the letter from the list: nothing is posted by itself."
        self._tell(screen, "done", words if said.accepted else "On record: no letter goes.")

    def _waiting(self, screen: Screen, name: str, what: Proposed) -> Proposal | None:
        state = self.projection.state
        known = state.proposals.get(name)
        if known is None or known.what is not what or not waits_for_person(state, known):
            by = f"{known.by} has decided it before" if known and known.by else "it waits no more"
            self._tell(screen, "refused", by)
            return None
        return known

    def _marker(self, known: Proposal, said: _SettleMarker) -> Marker | str:
        """The marker, or what is missing for one. It covers the number, never a place."""
        entry = self.projection.state.ledger.entries.get(known.entry)
        if known.course is not Course.OPEN or entry is None or entry.number is None:
            return "its ground is gone: it can only be given up"
        today = london_day(self.acts.clock.now())
        category, what = said.category or entry.category, said.what
        if category is None or said.severity is None or not what:
            return "sub-category, severity and what happened are needed for a marker"
        if said.review_on is None or said.review_on <= today:
            return "review_on: a day to come is needed"
        if said.ends_on is not None and said.ends_on < said.review_on:
            return "ends_on: is before the day of review"
        return Marker(
            id=marker_id(known), phones=(entry.number,), scope=Scope.PERSON, category=category,
            severity=said.severity, what=what, happened_on=london_day(entry.rang_at),
            review_on=said.review_on, ends_on=said.ends_on, source=BASIS,
            basis=f"call {known.call}",
        )  # fmt: skip

    async def _submit(self, caller: Caller, said: _Settle, **more: Any) -> None:
        await self.acts.intake.submit(
            ProposalSettled(
                source=SOURCE, id=secrets.token_hex(8), occurred_at=self.acts.clock.now(),
                proposal=said.proposal, accepted=said.accepted, reason=said.reason,
                by=caller.name, role=caller.role, **more,
            )
        )  # fmt: skip

    def _tell(self, screen: Screen, say: str, words: str) -> None:
        self.hub.tell(screen, {"say": say, "words": words})


@dataclass(frozen=True, slots=True)
class LetterRoutes:
    """The handler of /api/letters/{proposal}."""

    acts: Acts
    projection: Projection

    async def letter(self, request: web.Request) -> web.Response:
        """A letter that a person has worded, as text; who took it is on record first (E1)."""
        name = request.match_info["proposal"]
        known = self.projection.state.proposals.get(name)
        if known is None or known.what is not Proposed.LETTER or known.text is None:
            raise web.HTTPNotFound(text="no such letter, or nobody has settled it")
        await self.acts.open_note(request[CALLER], name)
        file = f'attachment; filename="letter-{known.call}.txt"'
        text = drafted_letter(self.projection.state, known)
        return web.Response(
            text=text, content_type="text/plain", headers={"Content-Disposition": file}
        )
