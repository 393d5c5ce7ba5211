"""What watches the service: metrics, health; and the timeline of an incident (O1, E3)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import orjson
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from middleware.console.acts import Acts
from middleware.console.guard import CALLER
from middleware.flow.timeline import TimelineLine
from middleware.ops.errors import Trouble
from middleware.ops.health import Health

Timeline = Callable[[str], Awaitable[Sequence[TimelineLine]]]
"""The timeline of an incident, by CAD number or our id; empty when nothing speaks of it."""


@dataclass(frozen=True, slots=True)
class Watching:
    """The handlers of /metrics, /healthz, /readyz and /api/timeline."""

    registry: CollectorRegistry
    health: Health
    timeline: Timeline
    acts: Acts

    async def metrics(self, request: web.Request) -> web.Response:
        body = generate_latest(self.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def healthz(self, request: web.Request) -> web.Response:
        return web.json_response({"up": True})

    async def readyz(self, request: web.Request) -> web.Response:
        """503 with the reason of each part that is not ready."""
        status = 200 if self.health.is_ready else 503
        return web.json_response(self.health.report(), status=status)

    async def history(self, request: web.Request) -> web.Response:
        """Who looked is on record first (E1)."""
        incident = request.match_info["incident"][:200]
        await self.acts.open_note(request[CALLER], incident)
        try:
            lines = await self.timeline(incident)
        except (Trouble, OSError) as fault:
            raise web.HTTPServiceUnavailable(text=str(fault)) from fault
        if not lines:
            raise web.HTTPNotFound(text="no record speaks of that incident")
        return web.json_response(body=orjson.dumps(lines))
