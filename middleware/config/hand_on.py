"""`[hand_on]`: the services to which incidents are handed on, and who we are there (BaRS)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from middleware.config.lines import Path as Key
from middleware.ports import By, Way
from schemas.base import Name

ServiceId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Service(_Row):
    """Another service that takes incidents over."""

    name: Name = Field(description="as people here say it")
    id: ServiceId = Field(description="its identifier in the directory of services")


class HandOn(_Row):
    """Handing incidents on. Where the flags go: the channel bars_flag."""

    sender: Name = Field("Ambulance service", description="our name, as it is told there")
    sender_id: ServiceId = Field("forewarn", description="our identifier, as it is told there")
    service: Annotated[tuple[Service, ...], Field(max_length=100)] = Field(
        (), description="the services there are"
    )

    @field_validator("service")
    @classmethod
    def _told_apart(cls, value: tuple[Service, ...]) -> tuple[Service, ...]:
        times = Counter(one.name for one in value)
        if any(count > 1 for count in times.values()):
            raise ValueError("two services have the same name; name them apart")
        return value


def wrong_hand_ons(
    section: HandOn, configured: Mapping[str, object], ways: Mapping[str, Way]
) -> Iterator[tuple[Key, str]]:
    """(key, reason and remedy) where nobody could be told, or nobody is there to be told."""
    there = [name for name in configured if name in ways and ways[name].by is By.SERVICE]
    if section.service and not there:
        yield ("hand_on", "service"), "there is no way to them; add [channel.bars_flag]"
    if there and not section.service:
        yield ("channel", there[0]), "tells nobody; say who there is: [[hand_on.service]]"
