"""A search by address, number, incident or call sign, with its reason (C5, E1).

The answer is that of the record: who asked, why, and what they were told are on record before
anybody sees it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import orjson
from aiohttp import web
from pydantic import Field, ValidationError

from middleware.console.guard import CALLER, Caller
from middleware.console.opened import found_rows
from middleware.console.rows import Row, incident_row
from middleware.domain.calendar import london_day
from middleware.domain.wording import in_words, not_shown_in_words
from middleware.engine.entry import Entry
from middleware.engine.on_search import place_searched
from middleware.engine.state import State
from middleware.engine.suppression import leave_out
from middleware.ports import Clock, Intake
from schemas.base import Said, Text
from schemas.check import Match
from schemas.search import By, SearchAnswered, SearchMade

SOURCE = "console"


class Asked(Said):
    """What a person asks; `reason` in a few words of their own."""

    search_by: By
    searched: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[Text, Field(min_length=3)]


@dataclass(slots=True)
class Searches:
    """Puts searches on record and reads their answers from it: a listener of the core."""

    intake: Intake
    clock: Clock
    _open: set[str] = field(default_factory=set)
    _answers: dict[str, Row] = field(default_factory=dict)

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        """The state is that of the record only now."""
        for entry in entries:
            event = entry.event
            if isinstance(event, SearchMade) and event.id in self._open:
                self._answers[event.id] = _answer(state, entry, event)

    async def post(self, request: web.Request) -> web.Response:
        """200 with the answer; 400 names the field that is missing."""
        try:
            asked = Asked.model_validate_json(await request.read())
        except ValidationError as wrong:
            first = wrong.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the request"
            raise web.HTTPBadRequest(text=f"{where}: {first['msg']}") from None
        return web.json_response(await self._search(request[CALLER], asked), dumps=_dumps)

    async def _search(self, caller: Caller, asked: Asked) -> Row:
        name = f"search/{secrets.token_hex(8)}"
        self._open.add(name)
        try:
            await self.intake.submit(
                SearchMade(
                    source=SOURCE,
                    id=name,
                    occurred_at=self.clock.now(),
                    by=caller.name,
                    role=caller.role,
                    reason=asked.reason,
                    search_by=asked.search_by,
                    searched=asked.searched,
                )
            )
            return self._answers.pop(name)
        finally:
            self._open.discard(name)


def _answer(state: State, entry: Entry, event: SearchMade) -> Row:
    today = london_day(entry.received_at)
    made = next(one for one in entry.decisions if isinstance(one, SearchAnswered))
    return {
        "position": entry.position,
        "outcome": made.outcome,
        "words": in_words(made.outcome, made.reason),
        "matches": found_rows(state, _matches(entry, made), today),
        "not_shown": _not_shown(state, entry, event),
        "incidents": [incident_row(state, name, today) for name in made.incidents],
    }


def _matches(entry: Entry, made: SearchAnswered) -> list[Match]:
    found = entry.answer.matches if entry.answer else ()
    return [match for match in found if match.marker in made.markers]


def _not_shown(state: State, entry: Entry, event: SearchMade) -> list[str]:
    place = place_searched(state, event)
    if place is None or entry.answer is None:
        return []
    _, left_out = leave_out(state, place, entry.answer)
    return [not_shown_in_words(one) for one in left_out]


def _dumps(row: Row) -> str:
    return orjson.dumps(row).decode()
