"""One thing that happened before a recording began (O2)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from middleware.flow.recording.file import Frame
from middleware.flow.recording.frames import opening_frame
from schemas.event import Event

SOURCE = "opening"
CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Then:
    """`was`: our id of what it brings about; `notes` as in opening_frame; `lives`: clocks run since
    then."""

    event: Event
    at: datetime
    was: str = ""
    notes: tuple[tuple[str, str, str, str], ...] = ()
    lives: bool = True

    def frame(self) -> Frame:
        return opening_frame(self.event, self.was, (list(note) for note in self.notes))


def named(about: str, what: str, at: datetime, source: str = CONSOLE) -> dict[str, Any]:
    """What every event has; no other has the id. Our id in it is written so that it is none."""
    return {"source": source, "id": f"{SOURCE}/of{about}/{what}", "occurred_at": at}
