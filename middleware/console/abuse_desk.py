"""What a handler notes of an abusive call, and the export of the ledger (A1, A2, E1)."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from middleware.console.abuse import open_abuse
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
from middleware.engine.ledger import Abuse
from middleware.flow.ledger_lines import lines
from schemas.abuse import (
    AbuseCorrected,
    AbuseNoted,
    AbuseTakenBack,
    EntryEvent,
    WhichWarning,
    Words,
)
from schemas.base import Code, Name, Said, Text
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


class _OfEntry(Said):
    do: Name
    entry: Code


class _TakeBack(_OfEntry):
    reason: Words


class _Correct(_TakeBack):
    warnings: Annotated[tuple[WhichWarning, ...], Field(max_length=9)] = ()
    terminated: bool = False
    category: Category | None = None
    ground: Words | None = None
    wording: Text | None = None
    triage_done: bool | None = None


@dataclass(frozen=True, slots=True)
class AbuseVerbs:
    """What a handler notes and how it is set right, on record before it is answered."""

    hub: Hub
    projection: Projection
    acts: Acts

    def table(self) -> dict[str, tuple[type[Said], Act]]:
        """Verb to its shape and handler."""
        return {
            "note-abuse": (_NoteAbuse, self._note),
            "open-abuse": (_OfEntry, self._open),
            "correct-abuse": (_Correct, self._correct),
            "take-back-abuse": (_TakeBack, self._take_back),
        }

    async def _open(self, screen: Screen, caller: Caller, said: _OfEntry) -> None:
        """Who looked at what was said there is on record before it is shown (E1)."""
        if self._known(said.entry) is not None:
            await self.acts.open_note(caller, said.entry)
        opened = open_abuse(self.projection.state, said.entry)
        if opened is None:
            self._refuse(screen, "that call has left the ledger")
        else:
            self.hub.tell(screen, {"say": "abuse", "abuse": opened, "subject": said.entry})

    async def _correct(self, screen: Screen, caller: Caller, said: _Correct) -> None:
        if self._known(said.entry) is None:
            self._refuse(screen, "that call has left the ledger")
            return
        await self._set_right(AbuseCorrected, caller, said)
        words = "On record: the entry says it now, and what it said before stays beside it."
        self.hub.tell(screen, {"say": "done", "words": words})

    async def _take_back(self, screen: Screen, caller: Caller, said: _TakeBack) -> None:
        known = self._known(said.entry)
        if known is None or known.struck:
            self._refuse(screen, "it was taken back before, or has left the ledger")
            return
        await self._set_right(AbuseTakenBack, caller, said)
        words = "Taken back: it counts no more, and stays on record."
        self.hub.tell(screen, {"say": "done", "words": words})

    async def _set_right(self, kind: type[EntryEvent], caller: Caller, said: _TakeBack) -> None:
        more = {name: getattr(said, name) for name in type(said).model_fields if name != "do"}
        await self.acts.intake.submit(
            kind(
                source=SOURCE, id=secrets.token_hex(8), occurred_at=self.acts.clock.now(),
                by=caller.name, role=caller.role, **more,
            )
        )  # fmt: skip

    def _known(self, entry: str) -> Abuse | None:
        return self.projection.state.ledger.entries.get(entry)

    def _refuse(self, screen: Screen, words: str) -> None:
        self.hub.tell(screen, {"say": "refused", "words": words})

    async def _note(self, screen: Screen, caller: Caller, said: _NoteAbuse) -> None:
        if said.subject not in self.projection.state.calls:
            self._refuse(screen, "that call has left the list")
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
