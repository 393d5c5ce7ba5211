"""What follows from what the CAD says of an incident (C1, C3, N7)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from middleware.engine.checks import assess, check_again, sure_matches
from middleware.engine.entry import Taken
from middleware.engine.ids import begun_by
from middleware.engine.notes import reconcile, tell
from middleware.engine.on_caller import place_of
from middleware.engine.stand_offs import end, look_again
from middleware.engine.state import ACTIVE, Incident, Sent, State
from middleware.engine.suppression import as_shown
from middleware.engine.withdrawal import withdraw_all
from middleware.engine.write_back import write
from schemas.check import NotChecked, Outcome, Whereabouts
from schemas.decision import (
    Assessed,
    Decision,
    Ended,
    Ignored,
    IncidentChanged,
    IncidentFinished,
    IncidentTaken,
    ResourceMoved,
    TimerSet,
    TimerStopped,
    Why,
)
from schemas.held import StandOffEnd
from schemas.incident import (
    AddressChanged,
    CadEvent,
    IncidentClosed,
    IncidentOpened,
    IncidentUpdated,
    Resource,
    Stage,
)
from schemas.markers_in import RecheckDue

BY_CAD = "the CAD"
"""Who said it, where no person is named."""


def find(state: State, event: CadEvent) -> Incident | None:
    """The incident the event speaks of: numbers start again, so the service day counts."""
    key = state.by_number.get((event.source, event.number, event.service_day))
    return state.incidents.get(key) if key else None


def incident_key(source: str, number: str, day: date) -> tuple[str, str, date]:
    """Under which an incident is found again."""
    return (source, number, day)


def place_after(known: Incident | None, event: IncidentOpened | AddressChanged) -> Whereabouts:
    """The place once this is taken in: a message that comes late does not bring an old one."""
    late = known is not None and event.revision < known.place_revision
    return known.place if known is not None and late else event.place


def on_opened(state: State, taken: Taken, event: IncidentOpened) -> list[Decision]:
    known = find(state, event)
    sent = {r.callsign: sent_as(r, Stage.ASSIGNED) for r in event.resources}
    if known is not None:
        return _opened_again(state, taken, known, event, sent.values())
    incident = begun_by("i", event)
    taken, not_shown = as_shown(state, event.place, taken)
    return [
        IncidentTaken(incident=incident),
        *(moved(incident, s) for s in sent.values()),
        *assess(incident, taken, not_shown),
        *check_again(state, incident, taken),
        *tell(state, taken, incident, sure_matches(state, taken.answer), sent.values()),
        *write(state, taken, incident),
    ]


def _opened_again(
    state: State, taken: Taken, known: Incident, event: IncidentOpened, sent: Iterable[Sent]
) -> list[Decision]:
    """Known already: a resource came first, or it was closed and is live again."""
    joined = [joining for s in sent if (joining := _joining(known, s))]
    stays = [TimerStopped(timer=f"forget:{known.id}")] if known.finished_at else []
    changed = _changed_place(state, taken, known, event, joined)
    again = look_again(state, known, event)
    return [*stays, *(moved(known.id, s) for s in joined), *changed, *again]


def _joining(known: Incident, sent: Sent) -> Sent | None:
    """The resource as it joins; None where it is on its way already, with the same device."""
    before = known.resources.get(sent.callsign)
    if before is None or before.stage not in ACTIVE:
        return sent
    if before.device == sent.device:
        return None
    return replace(sent, stage=before.stage)


def on_updated(state: State, taken: Taken, event: IncidentUpdated) -> list[Decision]:
    known = find(state, event)
    if known is None:
        return placeholder(event)
    if known.finished_at is not None:
        return [Ignored(why=Why.STALE)]
    return [IncidentChanged(incident=known.id), *look_again(state, known, event)]


def on_address_changed(state: State, taken: Taken, event: AddressChanged) -> list[Decision]:
    known = find(state, event)
    if known is None:
        incident = begun_by("i", event)
        taken, not_shown = as_shown(state, event.place, taken)
        again = check_again(state, incident, taken)
        checked = [*assess(incident, taken, not_shown), *again]
        return [IncidentTaken(incident=incident), *checked, *write(state, taken, incident)]
    if known.finished_at is not None:
        return [Ignored(why=Why.STALE)]
    return _changed_place(state, taken, known, event)


def _changed_place(
    state: State,
    taken: Taken,
    known: Incident,
    event: IncidentOpened | AddressChanged,
    joined: Iterable[Sent] = (),
) -> list[Decision]:
    taken, not_shown = as_shown(state, place_after(known, event), taken)
    resources = known.resources | {sent.callsign: sent for sent in joined}
    return [
        IncidentChanged(incident=known.id),
        *assess(known.id, taken, not_shown),
        *check_again(state, known.id, taken),
        *reconcile(state, taken, known, resources),
        *write(state, taken, known.id),
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
        *withdraw_all(state, (state.notes[n] for n in known.notes), Ended.INCIDENT_CLOSED),
        *end(state, known, None, StandOffEnd.INCIDENT_CLOSED, BY_CAD),
        TimerStopped(timer=f"recheck:{known.id}"),
        TimerSet(timer=f"forget:{known.id}", revision=taken.position, due_at=forget_at),
    ]


def placeholder(event: CadEvent) -> list[Decision]:
    """Something speaks of an incident that nobody opened: it is known, and not checked (C4)."""
    incident = begun_by("i", event)
    reason = NotChecked.NOTHING_TO_CHECK
    return [
        IncidentTaken(incident=incident),
        Assessed(subject=incident, outcome=Outcome.NOT_CHECKED, reason=reason),
    ]


def on_recheck(state: State, taken: Taken, event: RecheckDue) -> list[Decision]:
    """An incident or call checked again (C3)."""
    known = state.incidents.get(event.subject) or state.calls.get(event.subject)
    if known is None or known.finished_at is not None:
        return [Ignored(why=Why.STALE)]
    place = known.place if isinstance(known, Incident) else place_of(known)
    taken, not_shown = as_shown(state, place, taken)
    checked = [*assess(known.id, taken, not_shown), *check_again(state, known.id, taken)]
    if isinstance(known, Incident):
        checked += reconcile(state, taken, known, known.resources)
        checked += write(state, taken, known.id)
    return checked


def sent_as(resource: Resource, stage: Stage) -> Sent:
    """A resource as the CAD names it; without an MDT its call sign is the device."""
    device = resource.mdt or resource.callsign
    return Sent(
        resource.callsign, device, stage, resource.single_responder, resource.radio, resource.phone
    )


def moved(incident: str, sent: Sent) -> ResourceMoved:
    """The decision that says where a resource is now."""
    return ResourceMoved(
        incident=incident,
        callsign=sent.callsign,
        device=sent.device,
        stage=sent.stage,
        single_responder=sent.single_responder,
        radio=sent.radio,
    )
