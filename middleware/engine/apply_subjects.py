"""The fold of decisions about incidents, resources and calls."""

from collections.abc import Callable
from datetime import date
from typing import Any

from middleware.engine.apply_callers import (
    forget_number,
    keep_location,
    learn_number,
    learn_place,
)
from middleware.engine.entry import Entry, Erased
from middleware.engine.state import ACTIVE, Call, Checked, Incident, Sent, State
from schemas import call as c
from schemas import decision as d
from schemas.caller import CallerEvent
from schemas.check import Match, Whereabouts
from schemas.decision import Decision
from schemas.event import Event
from schemas.incident import (
    AddressChanged,
    CadEvent,
    IncidentOpened,
    IncidentUpdated,
    Resource,
    ResourceAssigned,
    Stage,
)


def _on_incident_taken(state: State, entry: Entry, made: d.IncidentTaken) -> None:
    event = entry.event
    if not isinstance(event, CadEvent):
        known = Incident(made.incident, "", "", date.min, entry.received_at, Whereabouts())
    else:
        known = Incident(
            made.incident, event.source, event.number, event.service_day, entry.received_at,
            Whereabouts(),
        )  # fmt: skip
        state.by_number[(event.source, event.number, event.service_day)] = made.incident
        _take_facts(known, event)
    state.incidents[made.incident] = known


def _on_incident_changed(state: State, entry: Entry, made: d.IncidentChanged) -> None:
    known = state.incidents[made.incident]
    if isinstance(entry.event, CadEvent):
        _take_facts(known, entry.event)


def _take_facts(known: Incident, event: CadEvent) -> None:
    if isinstance(event, IncidentOpened | AddressChanged):
        known.finished_at = None
        if event.revision >= known.place_revision:
            known.place, known.place_revision = event.place, event.revision
    if isinstance(event, IncidentOpened | IncidentUpdated):
        late = event.revision < known.facts_revision
        new, old = (known, event) if late else (event, known)
        known.priority = new.priority or old.priority
        known.nature = new.nature or old.nature
        known.condition = new.condition or old.condition
        known.facts_revision = max(known.facts_revision, event.revision)


def _on_incident_finished(state: State, entry: Entry, made: d.IncidentFinished) -> None:
    known = state.incidents[made.incident]
    known.finished_at = entry.received_at
    for sent in known.resources.values():
        if sent.stage in ACTIVE:
            sent.stage = Stage.CLEARED
            state.duties.end(known.id, sent.callsign)


def _on_resource_moved(state: State, entry: Entry, made: d.ResourceMoved) -> None:
    resources = state.incidents[made.incident].resources
    before = resources.get(made.callsign)
    phone = before.phone if before else None
    for said in _resources(entry.event):
        if said.callsign == made.callsign:
            phone = said.phone
    resources[made.callsign] = Sent(
        made.callsign, made.device, made.stage, made.single_responder, made.radio, phone
    )
    if before is not None:
        state.duties.end(made.incident, made.callsign)
    if made.stage in ACTIVE:
        state.duties.begin(made.incident, made.callsign, made.radio)


def _resources(event: Event | Erased) -> tuple[Resource, ...]:
    """What the event says of resources: a number is in no decision."""
    if isinstance(event, IncidentOpened):
        return event.resources
    return (event.resource,) if isinstance(event, ResourceAssigned) else ()


def _on_call_changed(state: State, entry: Entry, made: d.CallChanged) -> None:
    known = state.calls.get(made.call)
    event = entry.event
    if known is None:
        source, call = (event.source, event.call) if isinstance(event, c.CallEvent) else ("", "")
        known = state.calls[made.call] = Call(made.call, source, call, entry.received_at)
        state.by_call[(source, call)] = made.call
    if isinstance(event, c.CallRang):
        learn_number(state, known, event, entry.received_at)
    elif isinstance(event, c.CallAnswered):
        known.handler, known.position = event.handler, event.position
        known.answered_at = entry.received_at
    elif isinstance(event, c.CallLeftQueue):
        known.left_queue, known.abandoned = True, event.abandoned
    elif isinstance(event, c.CallHeld):
        known.on_hold = event.held
    elif isinstance(event, CallerEvent):
        learn_place(known, event)
    elif isinstance(event, c.AbuseWarned):
        known.warnings = max(known.warnings, event.warning)
    elif isinstance(event, c.CallTerminatedForAbuse):
        known.ended_for_abuse = True


def _on_call_finished(state: State, entry: Entry, made: d.CallFinished) -> None:
    known = state.calls[made.call]
    forget_number(state, known)
    known.finished_at = entry.received_at
    known.ended_by = entry.event.by if isinstance(entry.event, c.CallEnded) else None


def _on_assessed(state: State, entry: Entry, made: d.Assessed) -> None:
    known = state.incidents.get(made.subject) or state.calls[made.subject]
    answer = entry.answer
    decided = {matched.marker for matched in made.matches}
    matches = (
        tuple(match for match in answer.matches if match.marker in decided)
        if answer is not None
        else tuple(
            Match(marker=m.marker, relation=m.relation, certainty=m.certainty) for m in made.matches
        )
    )
    known.checked = Checked(
        made.outcome, made.reason, matches, entry.received_at, entry.position,
        answer.position if answer is not None else state.markers.position, made.not_shown,
    )  # fmt: skip


def _on_forgotten(state: State, entry: Entry, made: d.Forgotten) -> None:
    incident = state.incidents.pop(made.subject, None)
    if incident is not None:
        key = (incident.source, incident.number, incident.service_day)
        state.by_number.pop(key, None)
        for name in incident.notes:
            note = state.notes.pop(name)
            _drop_of_device(state, note.device, name)
            state.timers.pop(f"rung:{name}", None)
            state.timers.pop(f"expire:{name}", None)
        for name in incident.writings:
            state.writings.pop(name, None)
        for name in incident.hand_ons:
            state.hand_ons.pop(name, None)
        for name in incident.stand_offs:
            state.stand_offs.pop(name, None)
            state.timers.pop(f"stand-off:{name}", None)
    call = state.calls.pop(made.subject, None)
    if call is not None:
        state.by_call.pop((call.source, call.call), None)


def _drop_of_device(state: State, device: str, note: str) -> None:
    of_device = state.by_device.get(device, {})
    of_device.pop(note, None)
    if not of_device:
        state.by_device.pop(device, None)


SUBJECTS: dict[type[Decision], Callable[[State, Entry, Any], None]] = {
    d.IncidentTaken: _on_incident_taken,
    d.IncidentChanged: _on_incident_changed,
    d.IncidentFinished: _on_incident_finished,
    d.ResourceMoved: _on_resource_moved,
    d.CallChanged: _on_call_changed,
    d.CallFinished: _on_call_finished,
    d.LocationKept: keep_location,
    d.Assessed: _on_assessed,
    d.Forgotten: _on_forgotten,
}
