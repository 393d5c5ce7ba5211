"""The marking team's API: staged chunks, refused rows, the decision, single markers (M1, M5)."""

from dataclasses import dataclass
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import Field, ValidationError

from middleware.console.acts import Acts
from middleware.console.guard import CALLER
from middleware.console.projection import Projection
from middleware.ports import Problem, Standing, Submitted
from schemas.base import Code, Name, Said, Text
from schemas.marker import Marker
from schemas.markers_in import MARKERS_A_CHUNK

S = TypeVar("S", bound=Said)
MOST_CHUNKS = 1_000_000


class Chunk(Said):
    """At most MARKERS_A_CHUNK markers."""

    supplied: Annotated[tuple[Marker, ...], Field(min_length=1, max_length=MARKERS_A_CHUNK)]


class RefusedRow(Said):
    """A row that the importing program could not read; `raw` is the row as it stands there."""

    line: Annotated[int, Field(ge=1)]
    field: Name
    reason: Text
    raw: Annotated[str, Field(max_length=65_536)]


class Verdict(Said):
    """True makes the batch active, false throws it away. `decided_by` is given by a program that
    acts for somebody: it must be who asks."""

    activate: bool
    decided_by: Name | None = None


class Ending(Said):
    """Why a marker ends."""

    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class _BatchName(Said):
    batch: Code


@dataclass(frozen=True, slots=True)
class MarkerRoutes:
    """The handlers below /api/markers."""

    acts: Acts
    projection: Projection

    async def chunk(self, request: web.Request) -> web.Response:
        """200 {standing, position} once durable; 409 when the batch's name was used before."""
        batch = _batch(request)
        number = _chunk_number(request)
        raw, chunk = await read_body(request, Chunk, self.acts)
        submitted = await self.acts.stage(batch, number, chunk.supplied, raw)
        is_staged = batch in self.projection.state.markers.staged
        if submitted.standing is Standing.CONFLICT or not is_staged:
            raise web.HTTPConflict(
                text="this batch was decided on before; give it another name to send it again"
            )
        return _answer(submitted)

    async def refused(self, request: web.Request) -> web.Response:
        """Put a row that was refused into quarantine, with its line."""
        batch = _batch(request)
        _, row = await read_body(request, RefusedRow, self.acts)
        problem = Problem(f"{batch} line {row.line}: {row.field}", row.reason)
        return _answer(await self.acts.refuse(problem, row.raw.encode()))

    async def decision(self, request: web.Request) -> web.Response:
        """404 when nothing is staged under that name; 403 in the name of another."""
        batch = _batch(request)
        _, verdict = await read_body(request, Verdict, self.acts)
        if batch not in self.projection.state.markers.staged:
            raise web.HTTPNotFound(text="no batch of that name waits for a decision")
        caller = request[CALLER]
        if verdict.decided_by not in {None, caller.name}:
            raise web.HTTPForbidden(
                text=f"a decision bears the name of who makes it: {caller.name}"
            )
        return _answer(await self.acts.decide_batch(caller, batch, activate=verdict.activate))

    async def put(self, request: web.Request) -> web.Response:
        """The id in the path and in the marker must agree."""
        _, marker = await read_body(request, Marker, self.acts)
        if marker.id != request.match_info["marker"]:
            raise web.HTTPBadRequest(text="id: differs from the marker's name in the address")
        return _answer(await self.acts.put_marker(request[CALLER], marker))

    async def end(self, request: web.Request) -> web.Response:
        """404 when no such marker is in force."""
        _, ending = await read_body(request, Ending, self.acts)
        marker = request.match_info["marker"]
        if self.projection.state.markers.get(marker) is None:
            raise web.HTTPNotFound(text="no such marker is in force")
        return _answer(await self.acts.end_marker(request[CALLER], marker, ending.reason))


async def read_body(request: web.Request, shape: type[S], acts: Acts) -> tuple[bytes, S]:
    """What does not fit goes to quarantine, and the answer names field and reason."""
    raw = await request.read()
    try:
        return raw, shape.model_validate_json(raw)
    except ValidationError as error:
        problem = problem_of(error)
        await acts.refuse(problem, raw)
        raise web.HTTPBadRequest(text=f"{problem.field}: {problem.reason}") from None


def problem_of(error: ValidationError) -> Problem:
    """The first thing wrong; holds no values."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return Problem(".".join(map(str, first["loc"])) or "body", first["msg"])


def _batch(request: web.Request) -> str:
    try:
        return _BatchName(batch=request.match_info["batch"]).batch
    except ValidationError:
        raise web.HTTPBadRequest(text="batch: 1 to 32 letters, digits, - and _, please") from None


def _chunk_number(request: web.Request) -> int:
    text = request.query.get("chunk", "")
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:9]) <= MOST_CHUNKS:
        raise web.HTTPBadRequest(text="chunk: give the chunk's number, from 1, as ?chunk=n")
    return int(text[:9])


def _answer(submitted: Submitted) -> web.Response:
    return web.json_response({"standing": submitted.standing, "position": submitted.position})
