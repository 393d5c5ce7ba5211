"""What a desk of the police answers, over HTTP: `POST /back-up/v1/messages` (P2); see
docs/police.md."""

from datetime import timedelta

from pydantic import Field

from adapters.codecs.police import BACK_UP
from adapters.sources.cad_desk import Desk
from adapters.sources.http_door import Door, DoorSettings
from adapters.sources.played import play_at
from middleware.ops.durations import Duration
from middleware.ops.listening import HostPort, ListenAt
from middleware.ports import AdapterSpec, Kind
from schemas.base import Code

NAME = "police_answers"
PATH = "/back-up/v1/messages"


class PoliceAnswersSettings(DoorSettings):
    """`[source.police_answers]`"""

    said_by: Code = Field("police", description="name of the desk in the record")
    listen: ListenAt = Field(HostPort("127.0.0.1", 8104), description="where the desk posts to")
    silent_after: Duration = Field(
        timedelta(days=30),
        description="without any message for so long the desk counts as lost; it has nothing to "
        "say as long as nothing is asked",
    )


class AnswersDesk(Desk):
    """A desk of the back-up contract."""

    spoken = BACK_UP


class PoliceAnswers(Door):
    """The source `police_answers`."""

    name = NAME
    path = PATH
    desk = AnswersDesk


SPEC = AdapterSpec(
    Kind.SOURCE, NAME, PoliceAnswersSettings, PoliceAnswers, play=play_at(NAME, AnswersDesk)
)
