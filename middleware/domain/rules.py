"""The part of the configuration that decisions depend on. It is state: on record at each start."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict

CONSOLE = "console"


class Rung(BaseModel):
    """One step of the ladder: tell on `channel`, wait so long for a person's answer (N5)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: str
    wait: timedelta


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
