"""Incidents in XML (MAIT) over HTTP: `POST /mait/v1/messages` (C1); docs/mait.md."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from adapters.codecs import contract, mait
from adapters.codecs.mait_mapping import Mapping, load
from adapters.sources.cad_desk import Desk, Outcome
from adapters.sources.http_door import Door, DoorSettings
from adapters.sources.played import PlayedDesk
from middleware.ops.durations import Duration
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort, ListenAt
from middleware.ports import AdapterSpec, Intake, Kind, Wire, World
from schemas.base import Code

NAME = "mait_http"
PATH = "/mait/v1/messages"


class MaitHttpSettings(DoorSettings):
    """`[source.mait_http]`"""

    said_by: Code = Field("mait", description="name of who sends incidents in the record")
    listen: ListenAt = Field(
        HostPort("127.0.0.1", 8108), description="where incidents are posted to"
    )
    mapping: Path = Field(description="file that says which XML path gives which field (TOML)")
    silent_after: Duration = Field(
        timedelta(hours=24),
        description="without any message for so long the sender counts as lost",
    )
    as_read: Mapping = Mapping.model_construct(message=())

    @model_validator(mode="before")
    @classmethod
    def _read(cls, said: Any) -> Any:
        """What the file says stands in the configuration on record: a recording is replayed, and
        made anonymous, by the mapping it was read with."""
        if not isinstance(said, dict) or "as_read" in said or "mapping" not in said:
            return said
        try:
            return {**said, "as_read": load(Path(said["mapping"]))}
        except Trouble as trouble:
            raise ValueError(str(trouble)) from None

    @property
    def rules(self) -> Mapping:
        """The mapping, as it was when the settings were read."""
        return self.as_read if self.as_read.message else load(self.mapping)


class MaitDesk(Desk):
    """A desk that reads XML by a mapping."""

    def __init__(
        self, mapping: Mapping, adapter: str, said_by: str, world: World, intake: Intake
    ) -> None:
        super().__init__(adapter, said_by, world, intake)
        self._mapping = mapping

    def read(self, raw: bytes) -> Outcome:
        self.overheard(raw)
        self._received.inc()
        outcome = mait.read(raw, self._said_by, self._mapping)
        if isinstance(outcome, contract.Read) and outcome.unknown:
            self._unknown.inc(outcome.unknown)
        return outcome


class MaitHttp(Door):
    """The source `mait_http`."""

    name = NAME
    path = PATH

    def __init__(self, settings: MaitHttpSettings, world: World) -> None:
        super().__init__(settings, world)
        self.make_desk = partial(MaitDesk, settings.rules)


def _play(settings: MaitHttpSettings, world: World, wire: Wire) -> PlayedDesk:
    desk = partial(MaitDesk, settings.rules)
    return PlayedDesk(NAME, desk, settings.said_by, world, wire)


SPEC = AdapterSpec(Kind.SOURCE, NAME, MaitHttpSettings, MaitHttp, play=_play)
