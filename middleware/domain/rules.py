"""The part of the configuration that decisions depend on. It is state: on record at each start."""

from collections.abc import Mapping
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from schemas.alarm import Audience

CONSOLE = "console"


class Rung(BaseModel):
    """One step of the ladder: tell on `channel`, wait so long for a person's answer (N5)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: str
    wait: timedelta


class AlarmStep(BaseModel):
    """One step of the man-down ladder: told `to` these, wait so long for a person (D2)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: Audience
    wait: timedelta


class KnownRadio(BaseModel):
    """Whose a radio is, where the CAD does not say; `listening`: ambient listening was agreed
    beforehand (D3)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    callsign: str | None = None
    listening: bool = False


class ManDown(BaseModel):
    """`window`: signals of a radio at most so far apart are one press; `silent_after`: with
    nothing heard for so long the radio counts as silent; `old_after`: a position older than that
    is said to be old; `radios`: by their numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[AlarmStep, ...] = (
        AlarmStep(to=Audience.SUPERVISORS, wait=timedelta(seconds=15)),
        AlarmStep(to=Audience.SUPERVISORS, wait=timedelta(seconds=15)),
        AlarmStep(to=Audience.DISPATCHERS, wait=timedelta(seconds=30)),
        AlarmStep(to=Audience.EVERYBODY, wait=timedelta(seconds=30)),
    )
    window: timedelta = timedelta(minutes=2)
    silent_after: timedelta = timedelta(minutes=1)
    old_after: timedelta = timedelta(minutes=10)
    radios: Mapping[str, KnownRadio] = {}


class Rules(BaseModel):
    """`keep_for`: how long a note is in force; `keep_finished`: how long finished incidents stay
    on the screens; `same_again`: how long a message is recognised as said before; `recheck_after`:
    when a check that could not be made is tried again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ladder: tuple[Rung, ...] = (
        Rung(channel="mdt", wait=timedelta(seconds=60)),
        Rung(channel=CONSOLE, wait=timedelta(seconds=60)),
    )
    keep_for: timedelta = timedelta(hours=12)
    keep_finished: timedelta = timedelta(hours=1)
    same_again: timedelta = timedelta(hours=24)
    recheck_after: timedelta = timedelta(seconds=2)
    man_down: ManDown = ManDown()
