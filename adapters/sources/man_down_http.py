"""Man-down from a gateway over HTTP: `POST /man-down/v1/messages` (D1); docs/man-down.md."""

from datetime import timedelta

from pydantic import Field

from adapters.sources.http_door import Door, DoorSettings
from adapters.sources.man_down_desk import ManDownDesk
from adapters.sources.played import play_at
from middleware.ops.durations import Duration
from middleware.ops.listening import HostPort, ListenAt
from middleware.ports import AdapterSpec, Kind
from schemas.base import Code

NAME = "man_down_http"
PATH = "/man-down/v1/messages"


class ManDownHttpSettings(DoorSettings):
    """`[source.man_down_http]`"""

    said_by: Code = Field(
        "gateway", description="name of the gateway; ways in that it uses have the same name"
    )
    listen: ListenAt = Field(HostPort("127.0.0.1", 8103), description="where the gateway posts to")
    silent_after: Duration = Field(
        timedelta(seconds=90),
        description="without any message or heartbeat for so long the gateway counts as lost",
    )


class ManDownHttp(Door):
    """The source `man_down_http`."""

    name = NAME
    path = PATH
    desk = ManDownDesk
    awaited = True


SPEC = AdapterSpec(
    Kind.SOURCE, NAME, ManDownHttpSettings, ManDownHttp, play=play_at(NAME, ManDownDesk)
)
