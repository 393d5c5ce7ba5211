"""`[probes]`: notes for nobody that go through a channel and come back (O1); docs/probes.md."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from middleware.config.lines import Path as Key
from middleware.ops.durations import Between, Duration, read_duration, write_duration
from schemas.base import Code, Phone, Radio

MISSED = 2
"""So many probes may be missing before anybody is told: one may be lost on the way."""
A_CALL = timedelta(minutes=1)
"""The longest call to a machine that answers."""


class Probes(BaseModel):
    """Probes: by channel, the loopback device that returns them. No crew has that address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Annotated[Duration, Between("1s", "50s")] = Field(
        read_duration("30s"), description="time between two probes of a channel"
    )
    overdue: Annotated[Duration, Between("2s", "110s")] = Field(
        read_duration("90s"),
        description="with no probe back for so long, the channel does not deliver",
    )
    mdt: Code | None = Field(
        "PROBE",
        description="device at the broker, played by the service itself; at the embedded broker it "
        "has its account by itself, at another it needs mdt_password_file, or there is no probe",
    )
    mdt_password_file: Path | None = Field(
        None, description="file with that device's password at a broker that runs elsewhere"
    )
    radio: Radio | None = Field(
        None, description="radio (ISSI) that nobody carries, switched on where there is coverage"
    )
    cad_writeback: Code | None = Field(
        None, description="number of an incident that the CAD reserves for probes"
    )
    voice: Phone | None = Field(
        None, description="telephone number behind which a machine answers and presses 1"
    )
    voice_every: Annotated[Duration, Between("1m", "24h")] = Field(
        read_duration("10m"), description="time between two calls to it; two in vain are overdue"
    )

    @model_validator(mode="after")
    def _patient(self) -> "Probes":
        if self.overdue < MISSED * self.every:
            least = write_duration(MISSED * self.every)
            raise ValueError(f"overdue must be {least} or longer: one probe may be lost on the way")
        return self

    def devices(self, channels: Collection[str], *, embedded: bool) -> dict[str, str]:
        """Of the configured channels those that are probed, with the address of the device."""
        plays = embedded or self.mdt_password_file is not None
        asked = {
            "mdt": self.mdt if plays else None,
            "radio": self.radio,
            "cad_writeback": self.cad_writeback,
            "voice": self.voice,
        }
        return {name: to for name, to in asked.items() if to is not None and name in channels}

    def pace(self, channel: str) -> tuple[timedelta, timedelta]:
        """Between two probes, and until none that is back is one too many."""
        if channel == "voice":
            return self.voice_every, MISSED * self.voice_every + A_CALL
        return self.every, self.overdue


def wrong_probes(
    asked: Probes, channels: Collection[str], *, embedded: bool
) -> Iterator[tuple[Key, str]]:
    """(key, reason and remedy) of what was asked for in vain."""
    for channel in ("radio", "cad_writeback", "voice"):
        if getattr(asked, channel) is not None and channel not in channels:
            yield ("probes", channel), f"add the section [channel.{channel}], or remove this"
    if asked.mdt_password_file is not None and embedded:
        why = "the embedded broker makes that account itself; remove it, or set embedded = false"
        yield ("probes", "mdt_password_file"), why
