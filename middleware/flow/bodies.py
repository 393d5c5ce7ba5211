"""What a note says on each way out, made from the state (N6, N8)."""

from collections.abc import Callable
from typing import Any

from middleware.domain.calendar import london_day
from middleware.domain.wording import device_note, device_withdrawal
from middleware.domain.wording_cad import cad_note, cad_withdrawal
from middleware.domain.wording_radio import radio_text, radio_withdrawal
from middleware.domain.wording_spoken import spoken_note, spoken_withdrawal
from middleware.engine.alarm import Alarm
from middleware.engine.back_up import BackUp
from middleware.engine.hand_on import HandOn
from middleware.engine.state import Incident, Note, Phase, State, Writing
from middleware.flow.back_up_body import back_up_body
from middleware.flow.carried import Beside, Carried
from middleware.flow.emergency_body import emergency_body
from middleware.flow.hand_on_bodies import scene_body
from middleware.flow.report_bodies import filing_body
from middleware.ports import Body, By, ToDevice
from schemas.decision import Ended
from schemas.marker import Marker
from schemas.mdt import DeviceNote
from schemas.told import CadNote, RadioText, SpokenNote


def number(incident: Incident) -> str:
    """As the crew knows it; our own id where the record of it was erased."""
    return incident.number or incident.id


def note_message(state: State, note: Carried, channel: str) -> ToDevice:
    """The note, or its taking back, for where it goes on that channel."""
    on = note.channels[channel]
    way = state.rules.way(channel)
    body = _beside(state, note) if not isinstance(note, Note) else _BODIES[way.by](state, note)
    return ToDevice(on.address, body, 0 if way.repeatable else on.made)


def _beside(state: State, other: Beside) -> Body:
    if isinstance(other, Writing):
        return _written(state, other)
    if isinstance(other, HandOn):
        return scene_body(state, other)
    if isinstance(other, Alarm):
        return emergency_body(state, other)
    return back_up_body(state, other) if isinstance(other, BackUp) else filing_body(state, other)


def note_body(state: State, note: Note) -> DeviceNote:
    """For a screen in a vehicle."""
    marker = _marker(state, note)
    said = _said(state, note) | {"callsign": note.callsign, "writer": state.writer}
    if marker is None:
        return device_withdrawal(**said, ended=note.ended or Ended.MARKER_ENDED)
    today = london_day(note.issued_at)
    return device_note(marker, note.matched, **said, today=today, plan=note.plan)


def radio_body(state: State, note: Note) -> RadioText:
    """For the display of a radio."""
    marker, said = _marker(state, note), _said(state, note)
    if marker is None:
        return radio_withdrawal(**said, ended=note.ended or Ended.MARKER_ENDED)
    return radio_text(marker, **said, today=london_day(note.issued_at))


def _spoken(state: State, note: Note) -> SpokenNote:
    marker, place = _marker(state, note), state.incidents[note.incident].place
    said = _said(state, note) | {"callsign": note.callsign, "place": place}
    if marker is None:
        return spoken_withdrawal(**said, ended=note.ended or Ended.MARKER_ENDED)
    return spoken_note(marker, note.matched, **said, today=london_day(note.issued_at))


def _written(state: State, writing: Writing) -> CadNote:
    marker, day = _marker(state, writing), state.incidents[writing.incident].service_day
    said = _said(state, writing) | {"service_day": day}
    if marker is None:
        return cad_withdrawal(**said, ended=writing.ended or Ended.MARKER_ENDED)
    today = london_day(writing.issued_at)
    return cad_note(marker, writing.matched, **said, today=today, plan=writing.plan)


def _marker(state: State, note: Note | Writing) -> Marker | None:
    """None where there is nothing to tell any more."""
    kept = state.markers.get(note.matched.marker)
    return None if kept is None or note.phase is Phase.WITHDRAWN else kept.read()


def _said(state: State, note: Note | Writing) -> dict[str, Any]:
    return {
        "note": note.id,
        "revision": note.revision,
        "incident": number(state.incidents[note.incident]),
        "expires_at": note.expires_at,
    }


_BODIES: dict[By, Callable[[State, Note], Body]] = {
    By.DEVICE: note_body,
    By.RADIO: radio_body,
    By.PHONE: _spoken,
}
