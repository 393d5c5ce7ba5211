"""What follows from decisions about markers (M1, M3, M5)."""

from middleware.domain.calendar import london_day
from middleware.engine.entry import Taken
from middleware.engine.notes import reword
from middleware.engine.state import State
from middleware.engine.suppression import lapse
from middleware.engine.withdrawal import end_markers
from middleware.engine.write_back import rewrite
from schemas.decision import (
    BatchActivated,
    BatchDiscarded,
    BatchStaged,
    Decision,
    Ignored,
    MarkerInForce,
    RechecksOrdered,
    Why,
)
from schemas.markers_in import (
    IndexFollowed,
    MarkerEnded,
    MarkerPut,
    MarkersActivated,
    MarkersDiscarded,
    MarkersHandedOn,
    MarkersStaged,
)


def on_staged(state: State, taken: Taken, event: MarkersStaged) -> list[Decision]:
    return [BatchStaged(batch=event.batch)]


def on_activated(state: State, taken: Taken, event: MarkersActivated) -> list[Decision]:
    batch = state.markers.staged.get(event.batch)
    if batch is None:
        return [Ignored(why=Why.UNKNOWN)]
    over = batch.ended_before(london_day(taken.received_at))
    told = {note.matched.marker for note in state.notes.values()}
    told |= {written.matched.marker for written in state.writings.values()}
    spoken_of = told | {pair.marker for pair in state.mistakes.pairs.values()}
    brought = {name for name in spoken_of if name in batch.kept} - set(over)
    words = {name: batch.kept[name].json for name in brought}
    return [
        BatchActivated(batch=event.batch),
        *end_markers(state, over),
        *lapse(state, words),
        *reword(state, taken, words),
        *rewrite(state, taken, words),
    ]


def on_discarded(state: State, taken: Taken, event: MarkersDiscarded) -> list[Decision]:
    if event.batch not in state.markers.staged:
        return [Ignored(why=Why.UNKNOWN)]
    return [BatchDiscarded(batch=event.batch)]


def on_handed_on(state: State, taken: Taken, event: MarkersHandedOn) -> list[Decision]:
    """It is on record, and changes nothing here."""
    return []


def on_put(state: State, taken: Taken, event: MarkerPut) -> list[Decision]:
    marker, today = event.marker, london_day(taken.received_at)
    in_force = MarkerInForce(marker=marker.id)
    if marker.ends_on is not None and marker.ends_on < today:
        return [in_force, *end_markers(state, (marker.id,))]
    words = {marker.id: marker.model_dump_json().encode()}
    told_anew = [*reword(state, taken, words), *rewrite(state, taken, words)]
    return [in_force, *lapse(state, words), *told_anew]


def on_ended(state: State, taken: Taken, event: MarkerEnded) -> list[Decision]:
    if state.markers.get(event.marker) is None:
        return [Ignored(why=Why.UNKNOWN)]
    return end_markers(state, (event.marker,))


def on_index_followed(state: State, taken: Taken, event: IndexFollowed) -> list[Decision]:
    """The index has it: every live incident and call is checked again, once (C3)."""
    return [RechecksOrdered(cause=event.revision)]
