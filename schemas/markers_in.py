"""What happens to the marker store (M1, M3, M5): staged, decided, changed, ended."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Code, Name, Text
from schemas.event import Event
from schemas.marker import Marker

MARKERS_A_CHUNK = 50
NAMED_AT_MOST = 1_000
"""Markers that one hand-on names."""


class MarkersStaged(Event):
    """A chunk of an import; nothing takes effect before a decision (M5). `batch` names the
    import, `id` the chunk; at most MARKERS_A_CHUNK markers."""

    kind: ClassVar[str] = "markers.staged"
    timed_on_arrival: ClassVar[bool] = True
    batch: Code
    supplied: Annotated[tuple[Marker, ...], Field(max_length=MARKERS_A_CHUNK)]


class MarkersActivated(Event):
    """A named person made a staged batch active, in one step."""

    kind: ClassVar[str] = "markers.activated"
    batch: Code
    decided_by: Name


class MarkersDiscarded(Event):
    """A named person threw a staged batch away."""

    kind: ClassVar[str] = "markers.discarded"
    batch: Code
    decided_by: Name


class MarkerPut(Event):
    """One marker added or changed by decision; it replaces the one with the same id."""

    kind: ClassVar[str] = "marker.put"
    marker: Marker
    decided_by: Name


class MarkerEnded(Event):
    """One marker ended or removed on appeal by decision: it never matches again."""

    kind: ClassVar[str] = "marker.ended"
    marker: Code
    decided_by: Name
    reason: Text


class MarkersHandedOn(Event):
    """A named person handed markers on to another body, on a stated basis (M5): `markers`, or,
    where that is empty, all of our own that were in force; `count` of them left."""

    kind: ClassVar[str] = "markers.handed_on"
    to: Name
    basis: Name
    markers: Annotated[tuple[Code, ...], Field(max_length=NAMED_AT_MOST)]
    count: Annotated[int, Field(ge=1)]
    by: Name


class IndexFollowed(Event):
    """The index has taken up the markers up to journal position `revision`: every live
    incident and call is checked again (C3)."""

    kind: ClassVar[str] = "index.followed"
    ours: ClassVar[bool] = True


class RecheckDue(Event):
    """One live incident or call is checked again; `subject` is our id of it and `revision`
    the journal position that caused it."""

    kind: ClassVar[str] = "recheck.due"
    ours: ClassVar[bool] = True
    subject: Name
