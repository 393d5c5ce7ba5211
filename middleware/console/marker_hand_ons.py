"""POST /api/marker-hand-ons: markers for another body; a named person decides, on record (M5)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from aiohttp import web
from pydantic import Field

from middleware.console.acts import Acts
from middleware.console.guard import CALLER
from middleware.console.marker_routes import read_body
from middleware.console.projection import Projection
from middleware.domain.marker_file import BasisTooLong, handed_on, heading, line
from schemas.base import Code, Name, Said
from schemas.marker import Marker
from schemas.markers_in import NAMED_AT_MOST

SLICE = 100
"""Markers read before everything else has its turn."""


class HandOn(Said):
    """`to`: which body gets them; `basis`: on what basis. No `markers`: all of our own; what others
    supplied is handed on only by its id."""

    to: Name
    basis: Name
    markers: Annotated[tuple[Code, ...], Field(max_length=NAMED_AT_MOST)] = ()


@dataclass(frozen=True, slots=True)
class MarkerHandOns:
    """The handler below /api/marker-hand-ons."""

    acts: Acts
    projection: Projection
    room: str

    async def hand_on(self, request: web.Request) -> web.Response:
        """200 with the CSV to import there; 404 names an id that is not in force."""
        _, asked = await read_body(request, HandOn, self.acts)
        chosen = self._named(asked.markers) if asked.markers else self._our_own()
        try:
            lines = [line(handed_on(one, self.room, asked.basis)) async for one in chosen]
        except BasisTooLong as marker:
            raise web.HTTPBadRequest(
                text=f"basis: is too long behind what the supplier of {marker} said of its own; "
                "shorten it"
            ) from None
        if not lines:
            raise web.HTTPNotFound(text="no marker of our own is in force")
        who = request[CALLER]
        await self.acts.hand_on_markers(who, asked.to, asked.basis, asked.markers, len(lines))
        return web.Response(text="".join([heading(), *lines]), content_type="text/csv")

    async def _named(self, names: tuple[str, ...]) -> AsyncIterator[Marker]:
        found = {name: self.projection.state.markers.get(name) for name in names}
        for name, kept in found.items():
            if kept is None:
                raise web.HTTPNotFound(text=f"markers: {name} is not in force")
            yield kept.read()

    async def _our_own(self) -> AsyncIterator[Marker]:
        """In slices: a hundred thousand must not hold up an incident."""
        markers = self.projection.state.markers
        there = [kept for layer in markers.layers for kept in layer.kept.values()]
        for number, kept in enumerate(there):
            if number % SLICE == 0:
                await self.acts.clock.sleep(timedelta())
            if markers.get(kept.id) is kept and (marker := kept.read()).supplied_by is None:
                yield marker
