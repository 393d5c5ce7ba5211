"""What a device is sent, made from the state (N6, N8, C5)."""

from middleware.domain.calendar import london_day
from middleware.domain.wording import (
    device_note,
    device_withdrawal,
    in_words,
    not_shown_in_words,
)
from middleware.engine.state import Incident, Note, Phase, State
from middleware.ports import ToDevice
from schemas.check import Outcome
from schemas.decision import AskAnswered, Ended
from schemas.mdt import DeviceAnswer, DeviceNote, KnownIncident

NO_INCIDENT = "You are not on an incident that is known here."


def note_body(state: State, note: Note) -> DeviceNote:
    """The note as it stands, or its taking back."""
    number = _number(state.incidents[note.incident])
    kept = state.markers.get(note.matched.marker)
    if note.phase is Phase.WITHDRAWN or kept is None:
        return device_withdrawal(
            note=note.id,
            revision=note.revision,
            incident=number,
            callsign=note.callsign,
            expires_at=note.expires_at,
            ended=note.ended or Ended.MARKER_ENDED,
        )
    return device_note(
        kept.read(),
        note.matched,
        note=note.id,
        revision=note.revision,
        incident=number,
        callsign=note.callsign,
        expires_at=note.expires_at,
        today=london_day(note.issued_at),
    )


def _number(incident: Incident) -> str:
    """As the crew knows it; our own id where the record of it was erased."""
    return incident.number or incident.id


def note_message(state: State, note: Note) -> ToDevice:
    """The note for its device."""
    return ToDevice(note.device, note_body(state, note))


def answer_message(state: State, made: AskAnswered) -> ToDevice:
    """What is known of the device's incidents (C5): the same as was told unasked."""
    known = tuple(
        _known(state, state.incidents[name], made.device)
        for name in made.incidents
        if name in state.incidents
    )
    words = "; ".join(f"{k.incident}: {k.in_words}" for k in known) or NO_INCIDENT
    return ToDevice(made.device, DeviceAnswer(ask=made.ask, incidents=known, in_words=words[:2000]))


def _known(state: State, incident: Incident, device: str) -> KnownIncident:
    checked = incident.checked
    outcome = checked.outcome if checked else Outcome.NOT_CHECKED
    reason = checked.reason if checked else None
    left_out = [
        not_shown_in_words(one, named=False) for one in (checked.not_shown if checked else ())
    ]
    notes = tuple(
        note_body(state, state.notes[name])
        for name in incident.notes
        if state.notes[name].device == device and state.notes[name].phase is not Phase.WITHDRAWN
    )
    return KnownIncident(
        incident=_number(incident),
        outcome=outcome,
        reason=reason,
        in_words="; ".join([in_words(outcome, reason), *left_out])[:2000],
        notes=notes,
    )
