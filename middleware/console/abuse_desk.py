"""What a handler notes of an abusive call, and the export of the ledger (A1, A2, E1)."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from middleware.console.acts import SOURCE, Acts
from middleware.console.guard import CALLER, Caller
from middleware.console.hub import Hub, Screen
from middleware.console.projection import Projection
from middleware.domain.abuse_ledger import (
    contains,
    figures,
    write_figures_csv,
    write_lines_csv,
    write_lines_json,
)
from middleware.flow.ledger_lines import lines
from schemas.abuse import AbuseNoted, WhichWarning, Words
from schemas.base import Name, Said, Text
from schemas.marker import Category

SUBJECT = "abusive-calls"
"""What the record of a view names."""
Act = Callable[[Screen, Caller, Any], Awaitable[None]]
_WRITERS = {
    "csv": (write_lines_csv, "text/csv"),
    "json": (write_lines_json, "application/json"),
    "figures": (lambda found: write_figures_csv(figures(found)), "text/csv"),
}


class _NoteAbuse(Said):
    do: Name
    subject: Name
    warning: WhichWarning | None = None
    terminated: bool = False
    category: Category | None = None
    ground: Words | None = None
    wording: Text | None = None
    triage_done: bool | None = None


@dataclass(frozen=True, slots=True)
class AbuseVerbs:
    """What a handler notes, on record before it is answered."""

    hub: Hub
    projection: Projection
    acts: Acts

    def table(self) -> dict[str, tuple[type[Said], Act]]:
        """Verb to its shape and handler."""
        return {"note-abuse": (_NoteAbuse, self._note)}

    async def _note(self, screen: Screen, caller: Caller, said: _NoteAbuse) -> None:
        if said.subject not in self.projection.state.calls:
            words = "that call has left the list"
            self.hub.tell(screen, {"say": "refused", "words": words})
            return
        noted = said.model_dump(exclude={"do"})
        await self.acts.intake.submit(
            AbuseNoted(
                source=SOURCE, id=secrets.token_hex(8), occurred_at=self.acts.clock.now(),
                by=caller.name, role=caller.role, **noted,
            )
        )  # fmt: skip
        drafted = " A report is drafted." if said.terminated else ""
        self.hub.tell(screen, {"say": "done", "words": f"In the abusive-call ledger.{drafted}"})


@dataclass(frozen=True, slots=True)
class AbuseRoutes:
    """The handler of /api/abusive-calls."""

    acts: Acts
    projection: Projection

    async def export(self, request: web.Request) -> web.Response:
        """?format=csv, json (left out) or figures, ?sought=words; who asked is on record (E1)."""
        wanted, sought = request.query.get("format", "json"), request.query.get("sought", "")
        if wanted not in _WRITERS:
            raise web.HTTPBadRequest(text="format: csv, json or figures, please")
        await self.acts.open_note(request[CALLER], SUBJECT)
        found = [one for one in lines(self.projection.state) if contains(one, sought)]
        write, kind = _WRITERS[wanted]
        return web.Response(text=write(found), content_type=kind)
