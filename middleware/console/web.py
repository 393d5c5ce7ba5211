"""The console as one web application: pages, sign-in, screens, API, metrics and health.

    console = Console(listen=…, room=…, state=…, …)
    await console.run(on_ready)      # serves until cancelled; on_ready gets the address

Everything is registered through the guard; a route, verb or stream without a rule stops the start.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from middleware.console import streams
from middleware.console.abuse_desk import AbuseRoutes
from middleware.console.acts import Acts
from middleware.console.attempts import Attempts
from middleware.console.door import open_door
from middleware.console.guard import Guard
from middleware.console.hub import Hub
from middleware.console.live import Live
from middleware.console.marker_hand_ons import MarkerHandOns
from middleware.console.marker_routes import MarkerRoutes
from middleware.console.measured import Measured
from middleware.console.now import Limits, Now
from middleware.console.page import Page
from middleware.console.projection import Projection
from middleware.console.proposal_verbs import LetterRoutes
from middleware.console.recording_routes import RecordingRoutes
from middleware.console.report_routes import ReportRoutes
from middleware.console.search import Searches
from middleware.console.sessions import Sessions
from middleware.console.signing import Signing
from middleware.console.watching import Timeline, Watching
from middleware.flow.recording.control import Recordings
from middleware.ops.access import demand_rules
from middleware.ops.errors import Trouble
from middleware.ops.health import Health
from middleware.ops.listening import HostPort
from middleware.ops.people import People
from middleware.ops.tokens import Tokens
from middleware.ports import Clock, Intake, Meters

log = structlog.get_logger()

LARGEST_BODY = 4 << 20
"""A chunk of markers with every text at its bound."""
LOOK_AGAIN = timedelta(seconds=30)
"""How often it is looked whether who is signed in may still be."""
GOODBYE = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class Console:
    """Settings and what the console is built on. `sessions` is a private file; `projection` must
    be among the listeners of the core; `tls` is None where a proxy or loopback makes it needless.
    """

    listen: HostPort
    room: str
    sessions: Path
    intake: Intake
    projection: Projection
    people: People
    tokens: Tokens
    meters: Meters
    registry: CollectorRegistry
    health: Health
    clock: Clock
    timeline: Timeline
    recordings: Recordings
    tls: ssl.SSLContext | None = None
    instance: str = ""
    """What this one is called in its pair."""
    limits: Limits = field(default_factory=Limits)

    async def run(self, on_ready: Callable[[str], None]) -> None:
        """Serve until cancelled. Trouble when the place to listen cannot be had."""
        sessions = Sessions(self.sessions, self.clock)
        measured = Measured(self.registry, self.clock)
        self.projection.measure = Now(measured, self.limits).row
        hub = Hub(self.projection, self.clock, self.meters)
        runner = web.AppRunner(
            self.application(sessions, hub),
            access_log=None,
            shutdown_timeout=GOODBYE.total_seconds(),
        )
        await runner.setup()
        try:
            on_ready(await open_door(runner, self.listen, self.tls))
            async with asyncio.TaskGroup() as group:
                group.create_task(hub.run())
                group.create_task(measured.run())
                group.create_task(self._look_after(sessions))
        finally:
            await runner.cleanup()

    def application(self, sessions: Sessions, hub: Hub) -> web.Application:
        """Every route, each under its rule; NoRule when one is missing."""
        guard = Guard(sessions, self.tokens)
        acts = Acts(self.intake, self.clock)
        live = Live(hub, self.projection, acts, guard, self.clock, self.room, self.instance)
        demand_rules([*live.actions, *streams.actions()])
        page = Page()
        signing = Signing(self.people, sessions, Attempts(self.clock), self.intake, self.clock)
        markers = MarkerRoutes(acts, self.projection)
        reports = ReportRoutes(acts, self.projection)
        searches = Searches(self.intake, self.clock)
        self.projection.listeners.append(searches.on_committed)
        watching = Watching(self.registry, self.health, self.timeline, acts)
        recording = RecordingRoutes(acts, self.recordings)
        app = web.Application(middlewares=[guard.middleware()], client_max_size=LARGEST_BODY)
        for action, handler in {
            "GET /": page.index,
            "GET /static/{path}": page.file,
            "GET /search": page.search,
            "POST /api/search": searches.post,
            "POST /sign-in": signing.sign_in,
            "POST /sign-out": signing.sign_out,
            "GET /live": live.connect,
            "POST /api/markers/{batch}/chunk": markers.chunk,
            "POST /api/markers/{batch}/refused": markers.refused,
            "POST /api/markers/{batch}/decision": markers.decision,
            "PUT /api/markers/{marker}": markers.put,
            "DELETE /api/markers/{marker}": markers.end,
            "POST /api/marker-hand-ons": MarkerHandOns(acts, self.projection, self.room).hand_on,
            "GET /api/timeline/{incident}": watching.history,
            "GET /api/reports": reports.export,
            "GET /api/abusive-calls": AbuseRoutes(acts, self.projection).export,
            "GET /api/letters/{proposal}": LetterRoutes(acts, self.projection).letter,
            "GET /api/recording": recording.status,
            "POST /api/recording": recording.begin,
            "DELETE /api/recording": recording.stop,
            "GET /metrics": watching.metrics,
            "GET /healthz": watching.healthz,
            "GET /readyz": watching.readyz,
        }.items():
            guard.add(app, action, handler)
        return app

    async def _look_after(self, sessions: Sessions) -> None:
        """End the sessions of people who left or lost that role."""
        while True:
            await self.clock.sleep(LOOK_AGAIN)
            try:
                everybody = await asyncio.to_thread(self.people.all)
            except Trouble:
                log.exception("people_not_read")
                continue
            entitled = {(person.name, role) for person in everybody for role in person.roles}
            sessions.keep_only(entitled)
