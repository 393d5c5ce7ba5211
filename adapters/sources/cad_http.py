"""CAD over HTTP: `POST /cad/v1/messages`, answered only when the journal has it (C1, O4).

docs/cad-contract.md is the contract: messages, standings, status codes.
"""

from pydantic import Field

from adapters.sources.http_door import Door, DoorSettings
from adapters.sources.played import play_at
from middleware.ops.listening import HostPort, ListenAt
from middleware.ports import AdapterSpec, Kind

NAME = "cad_http"
PATH = "/cad/v1/messages"


class CadHttpSettings(DoorSettings):
    """`[source.cad_http]`"""

    listen: ListenAt = Field(HostPort("127.0.0.1", 8101), description="where the CAD posts to")


class CadHttp(Door):
    """The source `cad_http`."""

    name = NAME
    path = PATH


SPEC = AdapterSpec(Kind.SOURCE, NAME, CadHttpSettings, CadHttp, play=play_at(NAME))
