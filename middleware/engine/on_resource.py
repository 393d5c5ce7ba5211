"""What follows from what the CAD says of the resources it sends (C1, N3, N7, P3)."""

from dataclasses import replace

from middleware.engine.entry import Taken
from middleware.engine.ids import begun_by
from middleware.engine.notes import tell_known
from middleware.engine.on_incident import BY_CAD, find, moved, placeholder, sent_as
from middleware.engine.stand_offs import end, hold, standing_off
from middleware.engine.state import ACTIVE, Incident, Sent, State
from middleware.engine.withdrawal import notes_of, withdraw_all
from schemas.decision import Decision, Ended, Ignored, Why
from schemas.held import StandOffEnd
from schemas.incident import CadEvent, ResourceAssigned, ResourceEvent, ResourceHolds, Stage


def on_assigned(state: State, taken: Taken, event: ResourceAssigned) -> list[Decision]:
    return _join(state, taken, event, sent_as(event.resource, Stage.ASSIGNED))


def on_stage(state: State, taken: Taken, event: ResourceEvent) -> list[Decision]:
    known = find(state, event)
    before = known.resources.get(event.callsign) if known else None
    if event.stage in ACTIVE:
        unknown = Sent(event.callsign, event.callsign, event.stage, single_responder=False)
        here = _join(state, taken, event, replace(before or unknown, stage=event.stage))
        return [*here, *_gone_in(state, known, event)]
    if known is None or before is None or known.finished_at is not None:
        return [Ignored(why=Why.UNKNOWN)]
    reason = Ended.STOOD_DOWN if event.stage is Stage.STOOD_DOWN else Ended.CLEARED
    return [
        moved(known.id, replace(before, stage=event.stage)),
        *withdraw_all(state, notes_of(state, known, event.callsign), reason),
        *end(state, known, event.callsign, StandOffEnd(event.stage), BY_CAD),
    ]


def _gone_in(state: State, known: Incident | None, event: ResourceEvent) -> list[Decision]:
    """Who is at scene does not hold any more; who is merely on the way may."""
    if known is None or known.finished_at is not None or event.stage is not Stage.AT_SCENE:
        return []
    return end(state, known, event.callsign, StandOffEnd.GONE_IN, BY_CAD)


def on_holds(state: State, taken: Taken, event: ResourceHolds) -> list[Decision]:
    """A crew stands off, or is at the rendezvous point; one that was not known to be on the
    incident is on its way there now."""
    known = find(state, event)
    if known is not None and known.finished_at is not None:
        return [Ignored(why=Why.STALE)]
    sent = known.resources.get(event.callsign) if known else None
    joined: list[Decision] = []
    if sent is None or sent.stage not in ACTIVE:
        unknown = Sent(event.callsign, event.callsign, Stage.MOBILE, single_responder=False)
        joined = _join(state, taken, event, replace(sent or unknown, stage=Stage.MOBILE))
    before = standing_off(state, known, event.callsign) if known else None
    same = before is not None and before.holding is event.holding
    if before is not None and same and event.where in (None, before.where):
        return [Ignored(why=Why.ALREADY)]
    incident = known.id if known else begun_by("i", event)
    held = hold(state, taken, incident, event.callsign, event.holding, BY_CAD)
    return [*joined, *held]


def _join(state: State, taken: Taken, event: CadEvent, sent: Sent) -> list[Decision]:
    """A resource is on it; one that speaks of an unknown incident makes it known, unchecked."""
    known = find(state, event)
    if known is None:
        return [*placeholder(event), moved(begun_by("i", event), sent)]
    if known.finished_at is not None:
        return [Ignored(why=Why.STALE)]
    return [
        moved(known.id, sent),
        *_leave_other_device(state, known, sent),
        *tell_known(state, taken, known, sent),
    ]


def _leave_other_device(state: State, known: Incident, sent: Sent) -> list[Decision]:
    """The crew has another device now: nobody looks at the one it was told on (N7)."""
    told = notes_of(state, known, sent.callsign)
    return withdraw_all(state, (n for n in told if n.device != sent.device), Ended.STOOD_DOWN)
