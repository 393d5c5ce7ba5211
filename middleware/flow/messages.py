"""Answers to what a crew asks: the same as it was told unasked (C5)."""

from middleware.domain.wording import in_words, not_shown_in_words
from middleware.domain.wording_radio import in_one_line
from middleware.engine.reach import crews_at
from middleware.engine.state import Incident, Note, Phase, State
from middleware.flow.bodies import note_body, number, radio_body
from middleware.ports import By, ToDevice
from schemas.check import Outcome
from schemas.decision import AskAnswered
from schemas.mdt import DeviceAnswer, KnownIncident
from schemas.told import RadioAnswer

NO_INCIDENT = "You are not on an incident that is known here."
LINES = 8
"""Lines of one answer to a radio; the EOC has the rest."""


def answer_message(state: State, made: AskAnswered) -> ToDevice:
    """What is known of the incidents of the crew that asked, the way the question came."""
    asked = [state.incidents[name] for name in made.incidents if name in state.incidents]
    if state.rules.way(made.channel).by is By.RADIO:
        return ToDevice(made.device, _on_radio(state, made, asked))
    known = tuple(_known(state, made, incident) for incident in asked)
    words = "; ".join(f"{k.incident}: {k.in_words}" for k in known) or NO_INCIDENT
    return ToDevice(made.device, DeviceAnswer(ask=made.ask, incidents=known, in_words=words[:2000]))


def _on_radio(state: State, made: AskAnswered, asked: list[Incident]) -> RadioAnswer:
    """A line for each incident, and one for each note about it."""
    lines: list[str] = []
    for incident in asked:
        lines.append(in_one_line((f"inc {number(incident)}: {_words(incident)}",)))
        lines += [radio_body(state, note).text for note in _in_force(state, made, incident)]
    return RadioAnswer(ask=made.ask, texts=tuple(lines[:LINES]) or (NO_INCIDENT,))


def _known(state: State, made: AskAnswered, incident: Incident) -> KnownIncident:
    checked = incident.checked
    return KnownIncident(
        incident=number(incident),
        outcome=checked.outcome if checked else Outcome.NOT_CHECKED,
        reason=checked.reason if checked else None,
        in_words=_words(incident),
        notes=tuple(note_body(state, note) for note in _in_force(state, made, incident)),
    )


def _words(incident: Incident) -> str:
    checked = incident.checked
    if checked is None:
        return in_words(Outcome.NOT_CHECKED, None)
    left_out = (not_shown_in_words(one, named=False) for one in checked.not_shown)
    return "; ".join([in_words(checked.outcome, checked.reason), *left_out])[:2000]


def _in_force(state: State, made: AskAnswered, incident: Incident) -> list[Note]:
    """The notes of the crew that asked."""
    crews = crews_at(state, incident, made.channel, made.device)
    notes = (state.notes[name] for name in incident.notes)
    return [n for n in notes if n.callsign in crews and n.phase is not Phase.WITHDRAWN]
