"""Referrals between services over HTTP: `POST /bars/v1/$process-message` (C1); docs/bars.md."""

from datetime import timedelta

from aiohttp import web
from pydantic import Field

from adapters.codecs import bars, bars_told, contract
from adapters.codecs.bars_flag import CONTENT_TYPE
from adapters.sources.cad_desk import Answer, Desk, Outcome
from adapters.sources.http_door import Door, DoorSettings
from adapters.sources.played import play_at
from middleware.ops.access import demand_rules
from middleware.ops.durations import Duration
from middleware.ops.listening import HostPort, ListenAt
from middleware.ports import AdapterSpec, Kind, Standing, World
from schemas.base import Code

NAME = "bars_http"
PATH = "/bars/v1/$process-message"
METADATA = "/bars/v1/metadata"
LOOK = f"GET {METADATA}"
GOOD = (Standing.TAKEN, Standing.KNOWN, Standing.SUPERSEDED)


class BarsHttpSettings(DoorSettings):
    """`[source.bars_http]`"""

    said_by: Code = Field("bars", description="name of who sends referrals in the record")
    listen: ListenAt = Field(
        HostPort("127.0.0.1", 8107), description="where referrals are posted to"
    )
    silent_after: Duration = Field(
        timedelta(hours=24),
        description="without any message for so long the sender counts as lost",
    )


class BarsDesk(Desk):
    """A desk that reads BaRS."""

    def read(self, raw: bytes) -> Outcome:
        self.overheard(raw)
        self._received.inc()
        outcome = bars.read(raw, self._said_by)
        if isinstance(outcome, contract.Read) and outcome.unknown:
            self._unknown.inc(outcome.unknown)
        return outcome


class BarsHttp(Door):
    """The source `bars_http`. A message is known by its request and its moment; whatever key the
    sender gives it is the sender's own."""

    name = NAME
    path = PATH
    desk = BarsDesk
    limit = bars.LIMIT
    keyed = False

    def __init__(self, settings: BarsHttpSettings, world: World) -> None:
        demand_rules([LOOK])
        super().__init__(settings, world)

    def application(self) -> web.Application:
        app = super().application()
        app.router.add_get(METADATA, self.on_look)
        return app

    async def on_look(self, request: web.Request) -> web.Response:
        """Whether somebody is there, and lets the sender in."""
        refused = self.not_allowed(request, LOOK)
        return refused or web.Response(body=bars_told.there(), content_type=CONTENT_TYPE)

    def respond(self, answer: Answer, raw: bytes, status: int) -> web.Response:
        """What was taken is answered as BaRS has it; a refusal has field and reason."""
        if answer.standing not in GOOD:
            return super().respond(answer, raw, status)
        body = bars_told.taken(raw, answer.standing)
        return web.Response(status=status, body=body, content_type=CONTENT_TYPE)


SPEC = AdapterSpec(Kind.SOURCE, NAME, BarsHttpSettings, BarsHttp, play=play_at(NAME, BarsDesk))
