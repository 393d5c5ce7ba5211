"""Referrals between services over HTTP: `POST /bars/v1/$process-message` (C1); docs/bars.md."""

from datetime import timedelta

from pydantic import Field

from adapters.codecs import bars, contract
from adapters.sources.cad_desk import Desk, Outcome
from adapters.sources.http_door import Door, DoorSettings
from adapters.sources.played import play_at
from middleware.ops.durations import Duration
from middleware.ops.listening import HostPort, ListenAt
from middleware.ports import AdapterSpec, Kind
from schemas.base import Code

NAME = "bars_http"
PATH = "/bars/v1/$process-message"


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
    """The source `bars_http`."""

    name = NAME
    path = PATH
    desk = BarsDesk
    limit = bars.LIMIT


SPEC = AdapterSpec(Kind.SOURCE, NAME, BarsHttpSettings, BarsHttp, play=play_at(NAME, BarsDesk))
