"""What is known when a recording begins, as the events that bring it about again (O2).

Markers in force, live incidents with who is sent, live calls. What is left out: alarms, positions,
confirmed mistakes and what is staged; begin where none is open, or at the start of the service.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import orjson

from middleware.engine.markers import KeptMarker
from middleware.engine.state import Call, Incident, Note, Phase, Sent, State
from middleware.flow.recording.file import Frame
from middleware.flow.recording.frames import opening_frame
from schemas.call import CallAnswered, CallRang
from schemas.delivery import NoteAcknowledged, NoteDisplayed
from schemas.event import Event
from schemas.incident import (
    IncidentOpened,
    Resource,
    ResourceAtScene,
    ResourceEvent,
    ResourceMobile,
    Stage,
)
from schemas.markers_in import MARKERS_A_CHUNK, MarkersActivated, MarkersStaged

SOURCE = BATCH = "opening"
_STAGES: dict[Stage, type[ResourceEvent]] = {
    Stage.MOBILE: ResourceMobile,
    Stage.AT_SCENE: ResourceAtScene,
}
_GONE = (Stage.STOOD_DOWN, Stage.CLEARED)


def opening_of(state: State) -> tuple[list[KeptMarker], list[Frame]]:
    """The markers, and everything else as frames; taken at once, so that it fits together."""
    live = [frame for incident in state.incidents.values() for frame in _incident(state, incident)]
    calls = [frame for call in state.calls.values() for frame in _call(call)]
    return list(state.markers.in_force()), live + calls


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


def _incident(state: State, incident: Incident) -> Iterator[Frame]:
    if incident.finished_at is not None:
        return
    sent = [one for one in incident.resources.values() if one.stage not in _GONE]
    notes = [state.notes[name] for name in incident.notes if name in state.notes]
    yield opening_frame(
        IncidentOpened(
            **_named(incident, "opened"),
            place=incident.place,
            priority=incident.priority,
            nature=incident.nature,
            resources=tuple(_resource(one) for one in sent),
        ),
        incident.id,
        [[note.id, note.matched.marker, note.callsign, note.device] for note in notes],
    )
    for one in sent:
        if one.stage in _STAGES:
            named = _named(incident, f"{one.callsign}/{one.stage}")
            yield opening_frame(_STAGES[one.stage](**named, callsign=one.callsign))
    for note in notes:
        yield from _told(note, incident.opened_at)


def _told(note: Note, at: datetime) -> Iterator[Frame]:
    """What devices and crews said of it; made anew, a note has its first revision."""
    said: dict[str, Any] = {"occurred_at": at, "note": note.id, "note_revision": 1}
    for channel in note.shown:
        said |= {"source": channel, "channel": channel, "device": note.channels[channel].address}
        yield opening_frame(NoteDisplayed(**said, id=f"{SOURCE}/{note.id}/displayed"))
        if note.phase is Phase.ANSWERED and note.answered_on == channel and note.answered_by:
            name = f"{SOURCE}/{note.id}/acknowledged"
            yield opening_frame(NoteAcknowledged(**said, id=name, by=note.answered_by))


def _named(incident: Incident, what: str) -> dict[str, Any]:
    return {
        "source": incident.source,
        "id": f"{SOURCE}/{incident.id}/{what}",
        "occurred_at": incident.opened_at,
        "number": incident.number,
        "service_day": incident.service_day,
    }


def _resource(sent: Sent) -> Resource:
    return Resource(
        callsign=sent.callsign,
        mdt=sent.device,
        radio=sent.radio,
        phone=sent.phone,
        single_responder=sent.single_responder,
    )


def _call(call: Call) -> Iterator[Frame]:
    if call.finished_at is not None:
        return
    named: dict[str, Any] = {"source": call.source, "call": call.call}
    events: list[Event] = [
        CallRang(
            **named,
            id=f"{SOURCE}/{call.id}/rang",
            occurred_at=call.rang_at,
            number=call.number,
            line=call.line,
        )
    ]
    if call.handler and call.answered_at:
        events.append(
            CallAnswered(
                **named,
                id=f"{SOURCE}/{call.id}/answered",
                occurred_at=call.answered_at,
                handler=call.handler,
                position=call.position,
            )
        )
    yield opening_frame(events[0], call.id)
    yield from (opening_frame(event) for event in events[1:])
