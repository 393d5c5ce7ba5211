"""Begin, watch and end a recording of what the service hears (O2)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from aiohttp import web
from pydantic import Field, ValidationError

from middleware.console.acts import Acts
from middleware.console.guard import CALLER
from middleware.console.marker_routes import problem_of
from middleware.flow.recording.control import Recordings
from middleware.flow.recording.recorder import Bounds, Running
from middleware.ops.errors import Trouble
from schemas.base import Code, Said

MEGABYTE = 1_000_000
SUBJECT = "recording"


class Wanted(Said):
    """Its name becomes the file's; without bounds those of the configuration hold."""

    name: Code
    seconds: Annotated[float, Field(gt=0)] | None = None
    megabytes: Annotated[float, Field(gt=0)] | None = None


@dataclass(frozen=True, slots=True)
class RecordingRoutes:
    """The handlers of /api/recording."""

    acts: Acts
    recordings: Recordings

    async def begin(self, request: web.Request) -> web.Response:
        """200 with the file; who begins it is on record first (E1). 409 while one is under way."""
        try:
            wanted = Wanted.model_validate_json(await request.read())
        except ValidationError as error:
            problem = problem_of(error)
            raise web.HTTPBadRequest(text=f"{problem.field}: {problem.reason}") from None
        most = self.recordings.most
        longest = timedelta(seconds=wanted.seconds) if wanted.seconds else most.longest
        size = int(wanted.megabytes * MEGABYTE) if wanted.megabytes else most.bytes
        await self.acts.open_note(request[CALLER], f"{SUBJECT}/{wanted.name}")
        try:
            return _told(self.recordings.begin(wanted.name, Bounds(longest, size)))
        except Trouble as trouble:
            raise web.HTTPConflict(text=str(trouble)) from None

    async def status(self, request: web.Request) -> web.Response:
        """The one under way, or the last, with why it ended; 404 when there was none."""
        last = self.recordings.last
        if last is None:
            raise web.HTTPNotFound(text="nothing was recorded since the start")
        return _told(last)

    async def stop(self, request: web.Request) -> web.Response:
        """Answers when the file is sealed."""
        caller = request[CALLER]
        await self.acts.open_note(caller, f"{SUBJECT}/stop")
        try:
            return _told(await self.recordings.stop("ended by a person"))
        except Trouble as trouble:
            raise web.HTTPNotFound(text=str(trouble)) from None


def _told(running: Running) -> web.Response:
    return web.json_response(
        {
            "file": str(running.path),
            "begun": running.begun.isoformat(),
            "frames": running.frames,
            "bytes": running.writer.size,
            "ended": running.why if running.over.is_set() else "",
        }
    )
