"""What follows from decisions about markers (M1, M3, M5)."""

from middleware.domain.calendar import london_day
from middleware.engine.entry import Taken
from middleware.engine.notes import reword
from middleware.engine.state import State
from middleware.engine.withdrawal import withdraw_about
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
    put = {note.matched.marker for note in state.notes.values()} & batch.kept.keys() - set(over)
    words = {name: batch.kept[name].json for name in put}
    return [BatchActivated(batch=event.batch), *_over(state, over), *reword(state, taken, words)]


def on_discarded(state: State, taken: Taken, event: MarkersDiscarded) -> list[Decision]:
    if event.batch not in state.markers.staged:
        return [Ignored(why=Why.UNKNOWN)]
    return [BatchDiscarded(batch=event.batch)]


def on_put(state: State, taken: Taken, event: MarkerPut) -> list[Decision]:
    marker, today = event.marker, london_day(taken.received_at)
    in_force = MarkerInForce(marker=marker.id)
    if marker.ends_on is not None and marker.ends_on < today:
        return [in_force, *_over(state, (marker.id,))]
    return [in_force, *reword(state, taken, {marker.id: marker.model_dump_json().encode()})]


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
