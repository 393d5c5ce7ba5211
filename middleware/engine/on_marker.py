"""What follows from decisions about markers (M1, M3, M5)."""

from middleware.domain.calendar import london_day
from middleware.engine.entry import Taken
from middleware.engine.notes import withdraw_about
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
    batch = state.markers.staged.get(event.batch)
    if batch is None:
        return [Ignored(why=Why.UNKNOWN)]
    over = batch.ended_before(london_day(taken.received_at))
    return [BatchActivated(batch=event.batch), *_over(state, over)]


def on_discarded(state: State, taken: Taken, event: MarkersDiscarded) -> list[Decision]:
    if event.batch not in state.markers.staged:
        return [Ignored(why=Why.UNKNOWN)]
    return [BatchDiscarded(batch=event.batch)]


def on_put(state: State, taken: Taken, event: MarkerPut) -> list[Decision]:
    last_day, today = event.marker.ends_on, london_day(taken.received_at)
    over = (event.marker.id,) if last_day is not None and last_day < today else ()
    return [MarkerInForce(marker=event.marker.id), *_over(state, over)]


def on_ended(state: State, taken: Taken, event: MarkerEnded) -> list[Decision]:
    if state.markers.get(event.marker) is None:
        return [Ignored(why=Why.UNKNOWN)]
    return _over(state, (event.marker,))


def _over(state: State, markers: tuple[str, ...]) -> list[Decision]:
    """These never match again; who was told about them is told so (M3, N7)."""
    if not markers:
        return []
    return [MarkersOver(markers=markers), *withdraw_about(state, markers)]


def on_index_followed(state: State, taken: Taken, event: IndexFollowed) -> list[Decision]:
    """The index has it: every live incident and call is checked again, once (C3)."""
    return [RechecksOrdered(cause=event.revision)]
