"""Where the caller's telephone says it is, over HTTP: `POST /aml/v1/messages` (C2); docs/aml.md."""

from datetime import timedelta

from pydantic import Field

from adapters.codecs import aml, contract
from adapters.sources.cad_desk import Desk, Outcome
from adapters.sources.http_door import Door, DoorSettings
from middleware.ops.durations import Duration
from middleware.ops.listening import HostPort, ListenAt
from middleware.ports import AdapterSpec, Intake, Kind, World
from schemas.base import Code

NAME = "aml_http"
PATH = "/aml/v1/messages"


class AmlHttpSettings(DoorSettings):
    """`[source.aml_http]`"""

    said_by: Code = Field("aml", description="name of the gateway in the record")
    listen: ListenAt = Field(
        HostPort("127.0.0.1", 8105), description="where the AML gateway posts to"
    )
    silent_after: Duration = Field(
        timedelta(hours=6),
        description="without any message for so long the gateway counts as lost",
    )


class AmlDesk(Desk):
    """A desk that reads AML."""

    def __init__(self, adapter: str, said_by: str, world: World, intake: Intake) -> None:
        super().__init__(adapter, said_by, world, intake)
        self._clock = world.clock

    def read(self, raw: bytes) -> Outcome:
        self.overheard(raw)
        self._received.inc()
        outcome = aml.read(raw, self._said_by, self._clock.now())
        if isinstance(outcome, contract.Read) and outcome.unknown:
            self._unknown.inc(outcome.unknown)
        return outcome


class AmlHttp(Door):
    """The source `aml_http`."""

    name = NAME
    path = PATH
    desk = AmlDesk


SPEC = AdapterSpec(Kind.SOURCE, NAME, AmlHttpSettings, AmlHttp)
