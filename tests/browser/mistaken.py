"""Crews and handlers who say that a match is not right."""

from schemas.mistake import Mistaken, Verdict
from tests import said
from tests.mistaken import HERE, crew_says, decides, says
from tests.room import Room

BEHIND = "14 High Street Mews, Anytown, CT97 1AC"
VAGUE = "9 Old Road, Anytown"


def told(room: Room) -> None:
    """Two incidents at a marked address, each with a crew that was told."""
    room.marker_put(said.marker("M1", HERE, supplied_by="Exampleshire Police", uprn="10090200342"))
    for number in ("3101", "3102"):
        room.incident_opened(HERE, f"A{number}", number=number)


def mistaken(room: Room) -> None:
    """Besides: one that waits, one that was decided on, one that cannot be suppressed."""
    told(room)
    room.marker_put(said.marker("M2", BEHIND))
    room.marker_put(said.marker("M3", VAGUE))
    for number, address in (("3103", BEHIND), ("3104", VAGUE)):
        room.incident_opened(address, f"A{number}", number=number)
    room.happens(crew_says(room.note("A3101", "M1", "3101"), by="P1001", at=room.now))
    vague = room.incident("3104").id
    room.happens(says(vague, "M3", Mistaken.NOT_THE_SAME_PLACE, by="Dee", at=room.now))
    behind = room.incident("3103").id
    room.happens(says(behind, "M2", by="Cal", at=room.now))
    pair = next(p for p in room.state.mistakes.pairs.values() if p.marker == "M2")
    room._followed(room.happens(decides(pair.id, Verdict.SUPPRESS, by="Lou", at=room.now)))
