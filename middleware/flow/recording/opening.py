"""What is known when a recording begins, as the events that bring it about again, each at the
moment it happened: clocks that run since then run in a replay as they did (O2).

Markers in force, live incidents with who is sent and holds, live calls, open alarms and requests
for back-up, what was said and decided of mistakes, where radios were.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import orjson

from middleware.engine.alarm import LastSeen
from middleware.engine.markers import KeptMarker
from middleware.engine.state import Call, State
from middleware.flow.recording.file import Frame
from middleware.flow.recording.frames import opening_frame
from middleware.flow.recording.opening_alarms import alarms_of
from middleware.flow.recording.opening_back_ups import back_ups_of
from middleware.flow.recording.opening_incidents import incidents_of
from middleware.flow.recording.opening_mistakes import mistakes_of
from middleware.flow.recording.opening_then import SOURCE, Then, named
from schemas.call import CallAnswered, CallRang
from schemas.markers_in import MARKERS_A_CHUNK, MarkersActivated, MarkersStaged
from schemas.safety import PositionReported

BATCH = SOURCE
LONGEST = timedelta(hours=24)
"""What lives longer begins so long before the recording."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Taken at once, so that it fits together; the frames are made when they are written."""

    begun: datetime
    markers: list[KeptMarker]
    radios: list[tuple[str, LastSeen]]
    known: list[Then]

    @classmethod
    def of(cls, state: State, begun: datetime) -> "Opening":
        live = [*incidents_of(state), *calls_of(state), *alarms_of(state), *back_ups_of(state)]
        known = sorted([*mistakes_of(state), *live], key=lambda one: one.at)
        return cls(begun, list(state.markers.in_force()), list(state.radios.items()), known)

    def frames(self) -> Iterator[Frame]:
        """In the order in which it happened. `leap`: nothing that lives had begun by then."""
        yield from marker_frames(self.markers, self.begun)
        live = min((one.at for one in self.known if one.lives), default=self.begun)
        first = max(live, self.begun - LONGEST)
        for one in self.known:
            if one.at < live:
                yield one.frame() | {"t": self._t(one.at), "leap": True}
        for radio, seen in self.radios:
            yield opening_frame(_positioned(radio, seen)) | {"t": self._t(first), "leap": True}
        for one in self.known:
            if one.at >= live:
                yield one.frame() | {"t": self._t(max(one.at, first))}

    def _t(self, at: datetime) -> float:
        return round(min(0.0, (at - self.begun).total_seconds()), 6)


def marker_frames(markers: list[KeptMarker], at: datetime) -> Iterator[Frame]:
    """The import that brings them into force. Their JSON is as it was validated once."""
    left, number = iter(markers), 0
    empty = MarkersStaged(source=SOURCE, id=BATCH, occurred_at=at, batch=BATCH, supplied=())
    while chunk := [orjson.loads(kept.json) for kept in islice(left, MARKERS_A_CHUNK)]:
        number += 1
        frame = opening_frame(empty)
        frame["event"][2] |= {"id": f"{BATCH}/{number}", "supplied": chunk}
        yield frame
    if markers:
        yield opening_frame(
            MarkersActivated(
                source=SOURCE, id=BATCH, occurred_at=at, batch=BATCH, decided_by=SOURCE
            )
        )


def calls_of(state: State) -> Iterator[Then]:
    """Live calls: rung, and answered by whom."""
    for call in state.calls.values():
        if call.finished_at is None:
            yield from _call(call)


def _call(call: Call) -> Iterator[Then]:
    about: dict[str, Any] = {"call": call.call}
    rang = named(call.id, "rang", call.rang_at, call.source) | about
    yield Then(CallRang(**rang, number=call.number, line=call.line), call.rang_at, call.id)
    if call.handler and call.answered_at:
        answered = named(call.id, "answered", call.answered_at, call.source) | about
        event = CallAnswered(**answered, handler=call.handler, position=call.position)
        yield Then(event, call.answered_at)


def _positioned(radio: str, seen: LastSeen) -> PositionReported:
    position = seen.position.model_copy(update={"fixed_at": seen.fixed_at})
    about: dict[str, Any] = {"source": SOURCE, "occurred_at": seen.said_at}
    return PositionReported(**about, id=f"position/{radio}", radio=radio, position=position)
