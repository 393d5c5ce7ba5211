"""`[man_down]`: when an alarm is told to more people, and whose radio is whose (D1-D3)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from middleware.domain import rules
from middleware.ops.durations import Between, Duration, read_duration
from schemas.alarm import Audience
from schemas.base import Code
from schemas.safety import Issi


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Row):
    """The ladder of a man-down alarm: each step in its turn, the last one again and again, until
    a named person accepts."""

    to: Audience = Field(description="who is shown the alarm and hears it, from this step on")
    wait: Annotated[Duration, Between("1s", "1h")] = Field(
        description="time for a person to accept, before the next step"
    )


class Radio(_Row):
    """Radios whose crew the CAD does not name, and those with ambient listening agreed."""

    number: Issi = Field(
        description="individual number (ISSI), with or without the codes before it"
    )
    callsign: Code | None = Field(None, description="whose it is, where the CAD does not say")
    listening: bool = Field(
        False, description="ambient listening was agreed beforehand: an alarm asks for it"
    )


class ManDown(_Row):
    """Man-down alarms."""

    window: Annotated[Duration, Between("1s", "1h")] = Field(
        read_duration("2m"), description="signals of a radio at most so far apart are one press"
    )
    silent_after: Annotated[Duration, Between("1s", "1h")] = Field(
        read_duration("1m"), description="with nothing heard for so long a radio counts as silent"
    )
    old_after: Annotated[Duration, Between("1s", "24h")] = Field(
        read_duration("10m"), description="a position older than this is said to be old"
    )
    step: Annotated[tuple[Step, ...], Field(min_length=1, max_length=20)] = Field(
        tuple(Step(to=s.to, wait=s.wait) for s in rules.ManDown().steps),
        description="the steps in order",
    )
    radio: Annotated[tuple[Radio, ...], Field(max_length=5_000)] = Field(
        (), description="what is known of radios"
    )

    @model_validator(mode="after")
    def _each_radio_once(self) -> "ManDown":
        numbers = [one.number for one in self.radio]
        if len(set(numbers)) < len(numbers):
            raise ValueError("the same radio is there twice; keep one row for each number")
        return self

    def rules(self) -> rules.ManDown:
        """What decisions depend on."""
        return rules.ManDown(
            steps=tuple(rules.AlarmStep(to=s.to, wait=s.wait) for s in self.step),
            window=self.window,
            silent_after=self.silent_after,
            old_after=self.old_after,
            radios={
                r.number: rules.KnownRadio(callsign=r.callsign, listening=r.listening)
                for r in self.radio
            },
        )
