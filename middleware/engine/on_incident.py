"""What follows from what the CAD says (C1, C3, N3, N7)."""

from datetime import date

from middleware.engine.entry import Taken
from middleware.engine.notes import (
    assess,
    check_again,
    reconcile,
    sure_matches,
    tell,
    withdraw_all,
)
from middleware.engine.state import ACTIVE, Incident, Sent, State
from schemas.check import SURE, NotChecked, Outcome
from schemas.decision import (
    Assessed,
    Decision,
    Ended,
    Ignored,
    IncidentChanged,
    IncidentFinished,
    IncidentTaken,
    Matched,
    ResourceMoved,
    TimerSet,
    TimerStopped,
    Why,
)
from schemas.incident import (
    AddressChanged,
    CadEvent,
    IncidentClosed,
    IncidentOpened,
    IncidentUpdated,
    Resource,
    ResourceAssigned,
    ResourceEvent,
    Stage,
)
from schemas.markers_in import RecheckDue


def find(state: State, event: CadEvent) -> Incident | None:
    """The incident the event speaks of: numbers start again, so the service day counts."""
    key = state.by_number.get((event.source, event.number, event.service_day))
    return state.incidents.get(key) if key else None


def incident_key(source: str, number: str, day: date) -> tuple[str, str, date]:
    """Under which an incident is found again."""
    return (source, number, day)


def on_opened(state: State, taken: Taken, event: IncidentOpened) -> list[Decision]:
    known = find(state, event)
    sent = [_sent(r, Stage.ASSIGNED) for r in event.resources]
    if known is not None:
        new = [s for s in sent if s.callsign not in known.resources]
        moves = [_moved(known.id, s) for s in new]
        told = tell(state, taken, known.id, sure_matches(state, taken.answer), new)
        return _changed_place(state, taken, known) + moves + told
    incident = f"i{taken.position}"
    return [
        IncidentTaken(incident=incident),
        *(_moved(incident, s) for s in sent),
        *assess(incident, taken),
        *check_again(state, incident, taken),
        *tell(state, taken, incident, sure_matches(state, taken.answer), sent),
    ]


def on_updated(state: State, taken: Taken, event: IncidentUpdated) -> list[Decision]:
    known = find(state, event)
    if known is None:
        return _placeholder(taken)
    if known.finished_at is not None:
        return [Ignored(why=Why.STALE)]
    return [IncidentChanged(incident=known.id)]


def on_address_changed(state: State, taken: Taken, event: AddressChanged) -> list[Decision]:
    known = find(state, event)
    if known is None:
        incident = f"i{taken.position}"
        again = check_again(state, incident, taken)
        return [IncidentTaken(incident=incident), *assess(incident, taken), *again]
    if known.finished_at is not None:
        return [Ignored(why=Why.STALE)]
    return _changed_place(state, taken, known)


def _changed_place(state: State, taken: Taken, known: Incident) -> list[Decision]:
    return [
        IncidentChanged(incident=known.id),
        *assess(known.id, taken),
        *check_again(state, known.id, taken),
        *reconcile(state, taken, known, Ended.ADDRESS_CHANGED),
    ]


def on_closed(state: State, taken: Taken, event: IncidentClosed) -> list[Decision]:
    known = find(state, event)
    if known is None:
        return [Ignored(why=Why.UNKNOWN)]
    if known.finished_at is not None:
        return [Ignored(why=Why.ALREADY)]
    forget_at = taken.received_at + state.rules.keep_finished
    return [
        IncidentFinished(incident=known.id),
        *withdraw_all(state, known.notes, Ended.INCIDENT_CLOSED),
        TimerStopped(timer=f"recheck:{known.id}"),
        TimerSet(timer=f"forget:{known.id}", revision=taken.position, due_at=forget_at),
    ]


def on_assigned(state: State, taken: Taken, event: ResourceAssigned) -> list[Decision]:
    return _take_resource(state, taken, event, _sent(event.resource, Stage.ASSIGNED))


def on_resource(state: State, taken: Taken, event: ResourceEvent) -> list[Decision]:
    known = find(state, event)
    before = known.resources.get(event.callsign) if known else None
    if known is not None and before is not None and known.finished_at is None:
        sent = Sent(event.callsign, before.device, event.stage, before.single_responder)
        if event.stage in ACTIVE:
            told = [] if before.stage in ACTIVE else _tell_known(state, taken, known, sent)
            return [_moved(known.id, sent), *told]
        reason = Ended.STOOD_DOWN if event.stage is Stage.STOOD_DOWN else Ended.CLEARED
        gone = withdraw_all(state, known.notes, reason, event.callsign)
        return [_moved(known.id, sent), *gone]
    if event.stage not in ACTIVE:
        return [Ignored(why=Why.UNKNOWN)]
    return _take_resource(
        state, taken, event, Sent(event.callsign, event.callsign, event.stage, False)
    )


def _take_resource(state: State, taken: Taken, event: CadEvent, sent: Sent) -> list[Decision]:
    """A resource is on it; one that speaks of an unknown incident makes it known, unchecked."""
    known = find(state, event)
    if known is None:
        return [*_placeholder(taken), _moved(f"i{taken.position}", sent)]
    if known.finished_at is not None:
        return [Ignored(why=Why.STALE)]
    return [_moved(known.id, sent), *_tell_known(state, taken, known, sent)]


def _tell_known(state: State, taken: Taken, known: Incident, sent: Sent) -> list[Decision]:
    """A crew that comes later gets what is in force (N3)."""
    if known.checked is None or known.checked.outcome is not Outcome.FOUND:
        return []
    matches = tuple(
        Matched(marker=m.marker, relation=m.relation, certainty=m.certainty)
        for m in known.checked.matches
        if m.relation in SURE and state.markers.get(m.marker) is not None
    )
    return tell(state, taken, known.id, matches, [sent])


def _placeholder(taken: Taken) -> list[Decision]:
    incident = f"i{taken.position}"
    return [
        IncidentTaken(incident=incident),
        Assessed(
            subject=incident,
            outcome=Outcome.NOT_CHECKED,
            reason=NotChecked.NOTHING_TO_CHECK,
        ),
    ]


def on_recheck(state: State, taken: Taken, event: RecheckDue) -> list[Decision]:
    """An incident or call checked again (C3)."""
    incident = state.incidents.get(event.subject)
    if incident is not None and incident.finished_at is None:
        return [
            *assess(incident.id, taken),
            *check_again(state, incident.id, taken),
            *reconcile(state, taken, incident, Ended.ADDRESS_CHANGED),
        ]
    call = state.calls.get(event.subject)
    if call is not None and call.finished_at is None:
        return [*assess(call.id, taken), *check_again(state, call.id, taken)]
    return [Ignored(why=Why.STALE)]


def _sent(resource: Resource, stage: Stage) -> Sent:
    device = resource.mdt or resource.callsign
    return Sent(resource.callsign, device, stage, resource.single_responder)


def _moved(incident: str, sent: Sent) -> ResourceMoved:
    return ResourceMoved(
        incident=incident,
        callsign=sent.callsign,
        device=sent.device,
        stage=sent.stage,
        single_responder=sent.single_responder,
    )
