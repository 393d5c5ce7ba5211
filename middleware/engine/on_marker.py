"""What follows from decisions about markers (M1, M3, M5)."""

from middleware.engine.entry import Taken
from middleware.engine.state import State
from schemas.decision import (
    BatchActivated,
    BatchDiscarded,
    BatchStaged,
    Decision,
    Ignored,
    MarkerInForce,
    MarkersOver,
    RechecksOrdered,
    Why,
)
from schemas.markers_in import (
    IndexFollowed,
    MarkerEnded,
    MarkerPut,
    MarkersActivated,
    MarkersDiscarded,
    MarkersStaged,
)


def on_staged(state: State, taken: Taken, event: MarkersStaged) -> list[Decision]:
    return [BatchStaged(batch=event.batch)]


def on_activated(state: State, taken: Taken, event: MarkersActivated) -> list[Decision]:
    if event.batch not in state.markers.staged:
        return [Ignored(why=Why.UNKNOWN)]
    return [BatchActivated(batch=event.batch)]


def on_discarded(state: State, taken: Taken, event: MarkersDiscarded) -> list[Decision]:
    if event.batch not in state.markers.staged:
        return [Ignored(why=Why.UNKNOWN)]
    return [BatchDiscarded(batch=event.batch)]


def on_put(state: State, taken: Taken, event: MarkerPut) -> list[Decision]:
    return [MarkerInForce(marker=event.marker.id)]


def on_ended(state: State, taken: Taken, event: MarkerEnded) -> list[Decision]:
    if state.markers.get(event.marker) is None:
        return [Ignored(why=Why.UNKNOWN)]
    return [MarkersOver(markers=(event.marker,))]


def on_index_followed(state: State, taken: Taken, event: IndexFollowed) -> list[Decision]:
    """The index has it: every live incident and call is checked again, once (C3)."""
    return [RechecksOrdered(cause=event.revision)]
