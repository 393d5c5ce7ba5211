"""What crews, handlers and the marking team say of a match that is not right."""

from datetime import datetime

from middleware.engine.entry import Entry
from middleware.engine.mistakes import Mistake
from middleware.engine.state import Note
from schemas.mistake import (
    CrewReportedMistake,
    MistakeDecided,
    Mistaken,
    MistakeReported,
    Verdict,
)
from tests.room import Room
from tests.said import START

HERE = "14 High Street, Anytown, CT97 1AB"
"""An address that names one place: it has a postcode."""
NEXT_FLAT = "Flat 3, 14 High Street, Anytown, CT97 1AB"


def says(
    subject: str,
    marker: str = "M1",
    what: Mistaken = Mistaken.WRONG_ADDRESS,
    by: str = "Cal",
    at: datetime = START,
) -> MistakeReported:
    """A person at the console, once."""
    return MistakeReported(
        source="console", id=f"{subject}/{marker}/{what}/{by}/{at:%s.%f}", occurred_at=at,
        subject=subject, marker=marker, says=what, by=by, role="call_handler",
    )  # fmt: skip


def crew_says(
    note: Note,
    what: Mistaken = Mistaken.WRONG_ADDRESS,
    by: str = "P7",
    device: str = "",
    revision: int = 0,
    at: datetime = START,
) -> CrewReportedMistake:
    """A crew, on the device that shows the note."""
    device, revision = device or note.device, revision or note.revision
    return CrewReportedMistake(
        source="mdt", id=f"{device}/{what}/{note.id}/{revision}", occurred_at=at, channel="mdt",
        device=device, note=note.id, note_revision=revision, says=what, by=by,
    )  # fmt: skip


def decides(pair: str, verdict: Verdict, by: str = "Mar", at: datetime = START) -> MistakeDecided:
    """The marking team."""
    return MistakeDecided(
        source="console", id=f"{pair}/{verdict}/{at:%s.%f}", occurred_at=at, mistake=pair,
        verdict=verdict, reason="the marker is about the house behind", decided_by=by,
    )  # fmt: skip


def the_pair(room: Room) -> Mistake:
    """The one that there is."""
    (pair,) = room.state.mistakes.pairs.values()
    return pair


def said_here(room: Room, number: str = "1") -> Mistake:
    """Somebody says it of M1 at that incident; the pair."""
    room.happens(says(room.incident(number).id, at=room.now))
    return the_pair(room)


def decided(room: Room, verdict: Verdict) -> list[Entry]:
    """Decided on the one pair, with the checks that follow."""
    entry = room.happens(decides(the_pair(room).id, verdict, at=room.now))
    return room._followed(entry)


def suppressed(room: Room) -> Mistake:
    """Said, and decided that M1 is not shown there."""
    said_here(room)
    decided(room, Verdict.SUPPRESS)
    return the_pair(room)
