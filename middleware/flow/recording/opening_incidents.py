"""Live incidents when a recording begins: who is sent, was told, and holds (O2)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from middleware.engine.back_ups import is_awaited
from middleware.engine.stand_off import StandOff
from middleware.engine.state import Incident, Note, Phase, Sent, State, Writing
from middleware.flow.recording.opening_then import Then, named
from schemas.delivery import NoteAcknowledged, NoteDisplayed, TaskTaken
from schemas.incident import (
    Holding,
    IncidentClosed,
    IncidentOpened,
    Resource,
    ResourceAssigned,
    ResourceAtScene,
    ResourceEvent,
    ResourceMobile,
    Stage,
)
from schemas.stand_off import PromptAnswered, StandOffSaid, StandOffState

_STAGES: dict[Stage, type[ResourceEvent]] = {
    Stage.MOBILE: ResourceMobile,
    Stage.AT_SCENE: ResourceAtScene,
}
_GONE = (Stage.STOOD_DOWN, Stage.CLEARED)
_HELD = {
    Holding.STANDING_OFF: StandOffState.STANDING_OFF,
    Holding.AT_RVP: StandOffState.AT_RVP,
}
_OTHER = {
    Holding.STANDING_OFF: StandOffState.AT_RVP,
    Holding.AT_RVP: StandOffState.STANDING_OFF,
}
_AFTER = timedelta(microseconds=1)


def incidents_of(state: State) -> Iterator[Then]:
    """And those that are over, and of which help is still awaited."""
    for known in state.incidents.values():
        if known.finished_at is None or is_awaited(state, known.id):
            yield from _incident(state, known)


def _incident(state: State, known: Incident) -> Iterator[Then]:
    notes = [state.notes[name] for name in known.notes if name in state.notes]
    written = [state.writings[name] for name in known.writings if name in state.writings]
    opened = IncidentOpened(
        **_cad(known, "opened", known.opened_at),
        place=known.place,
        priority=known.priority,
        nature=known.nature,
        condition=known.condition,
    )
    made = [(note.id, note.matched.marker, note.callsign, note.device) for note in notes]
    made += [(one.id, one.matched.marker, "", "") for one in written]
    yield Then(opened, known.opened_at, known.id, tuple(made))
    for sent in known.resources.values():
        if sent.stage not in _GONE:
            yield from _sent(known, sent, notes, state.at or known.opened_at)
    for note in notes:
        yield from _note(note)
    for one in written:
        yield from _written(one)
    for name in known.stand_offs:
        yield from _stand_off(state.stand_offs[name])
    if known.finished_at is not None:
        closed = IncidentClosed(**_cad(known, "closed", known.finished_at))
        yield Then(closed, known.finished_at)


def _cad(known: Incident, what: str, at: datetime) -> dict[str, Any]:
    about = {"number": known.number, "service_day": known.service_day}
    return named(known.id, what, at, known.source) | about


def _sent(known: Incident, sent: Sent, notes: list[Note], now: datetime) -> Iterator[Then]:
    """Since the note for it was issued. When it set out is not known: before now."""
    issued = (note.issued_at for note in notes if note.callsign == sent.callsign)
    at = max(known.opened_at, min(issued, default=known.opened_at))
    resource = Resource(
        callsign=sent.callsign,
        mdt=sent.device,
        radio=sent.radio,
        phone=sent.phone,
        single_responder=sent.single_responder,
    )
    about = _cad(known, f"{sent.callsign}/assigned", at)
    yield Then(ResourceAssigned(**about, resource=resource), at)
    if sent.stage in _STAGES:
        about = _cad(known, f"{sent.callsign}/{sent.stage}", now)
        yield Then(_STAGES[sent.stage](**about, callsign=sent.callsign), now)


def _note(note: Note) -> Iterator[Then]:
    """What devices, crews and people in the control room said of it; made anew, a note has its
    first revision."""
    shown_at = (note.shown_at or note.issued_at) + _AFTER
    ended_at = (note.phase_at or shown_at) + _AFTER
    for channel in note.shown:
        yield Then(NoteDisplayed(**_said(note, "displayed", channel, shown_at)), shown_at)
        if note.phase is Phase.ANSWERED and note.answered_on == channel and note.answered_by:
            said = _said(note, "acknowledged", channel, ended_at)
            yield Then(NoteAcknowledged(**said, by=note.answered_by), ended_at)
    if note.phase is Phase.IN_HANDS and note.task_by and note.task:
        taken = TaskTaken(**named(note.id, "taken", ended_at), task=note.task, by=note.task_by)
        yield Then(taken, ended_at)


def _written(one: Writing) -> Iterator[Then]:
    """What the CAD confirmed."""
    at = one.issued_at + _AFTER
    for channel in one.shown:
        yield Then(NoteDisplayed(**_said(one, "displayed", channel, at)), at)


def _said(told: Note | Writing, what: str, channel: str, at: datetime) -> dict[str, Any]:
    about = {"channel": channel, "device": told.channels[channel].address}
    return named(told.id, what, at, channel) | about | {"note": told.id, "note_revision": 1}


def _stand_off(one: StandOff) -> Iterator[Then]:
    """One that lasts: begun, as it is now, and the prompt that was answered."""
    if one.ended_at is not None:
        return
    about = {"incident": one.incident, "callsign": one.callsign, "by": one.begun_by}
    moved = one.since > one.begun_at
    begun = named(one.id, "begun", one.begun_at) | about
    first = (_OTHER if moved else _HELD)[one.holding]
    where = None if moved else one.where or None
    yield Then(StandOffSaid(**begun, state=first, where=where), one.begun_at, one.id)
    if moved:
        now = named(one.id, "moved", one.since) | about
        held = StandOffSaid(**now, state=_HELD[one.holding], where=one.where or None)
        yield Then(held, one.since)
    if one.answered_by and one.answered_at and one.waits_since is None and one.prompt:
        at = one.answered_at + _AFTER
        prompt = named(one.id, "answered", at) | {"stand_off": one.id, "prompt": one.prompt}
        yield Then(PromptAnswered(**prompt, by=one.answered_by), at)
