"""Which rows a decision touches: (stream, id) pairs, found from the decision's ids alone."""

from collections.abc import Callable, Iterator
from typing import Any

from middleware.console.rows import QUARANTINE
from middleware.console.touched_alarms import touched_alarms
from middleware.console.touched_back_ups import (
    REQUESTS,
    of_channel,
    of_incident,
    of_receipt,
    of_request,
)
from middleware.console.touched_callers import CALLERS
from middleware.engine.entry import Entry
from middleware.engine.state import Call, Incident, State
from middleware.engine.suppression import concerned
from middleware.flow.mistake_lines import spoken_of
from schemas import decision as d
from schemas import held as h
from schemas import judgement as j
from schemas.decision import Decision
from schemas.hand_on import HAND_ON_DECISIONS
from schemas.reporting import REPORT_DECISIONS
from schemas.telling import AttemptMade, AttemptReported

Touch = tuple[str, str]


def touched(entry: Entry, state: State) -> Iterator[Touch]:
    """The rows to make anew after this entry; a row that no longer can be made is gone."""
    for decision in entry.decisions:
        finder = FINDERS.get(type(decision))
        if finder is not None:
            yield from finder(decision, entry, state)
    yield from touched_alarms(entry, state)


def _incident(incident: str) -> Iterator[Touch]:
    yield "incidents", incident
    yield "flagged", incident


def _of_incident(decision: Any, entry: Entry, state: State) -> Iterator[Touch]:
    return _incident(decision.incident)


def _of_call(decision: Any, entry: Entry, state: State) -> Iterator[Touch]:
    yield "calls", decision.call


def _of_subject(decision: Any, entry: Entry, state: State) -> Iterator[Touch]:
    if decision.subject not in state.incidents:
        yield "calls", decision.subject
    if decision.subject not in state.calls:
        yield from _incident(decision.subject)


def _of_note(decision: Any, entry: Entry, state: State) -> Iterator[Touch]:
    if decision.note in state.hand_ons:
        yield from _incident(state.hand_ons[decision.note].incident)
        return
    if decision.note in state.filings:
        yield "reports", state.filings[decision.note].report
        return
    yield "tasks", f"t-{decision.note}"
    yield from of_receipt(decision.note, state)
    note = state.notes.get(decision.note)
    if note is not None:
        yield from _incident(note.incident)


def _of_task(decision: d.TaskAssumed, entry: Entry, state: State) -> Iterator[Touch]:
    yield "tasks", decision.task
    note = state.notes.get(decision.task.removeprefix("t-"))
    if note is not None:
        yield from _incident(note.incident)


def _of_batch(decision: Any, entry: Entry, state: State) -> Iterator[Touch]:
    yield "batches", decision.batch


def _of_source(decision: d.SourceChanged, entry: Entry, state: State) -> Iterator[Touch]:
    yield "sources", decision.source
    yield from of_channel(decision.source, state)


def _of_probes(decision: d.ProbesChanged, entry: Entry, state: State) -> Iterator[Touch]:
    yield "sources", decision.channel


def _of_markers(decision: Decision, entry: Entry, state: State) -> Iterator[Touch]:
    """What is live is checked again; what is finished keeps its answer, in the marker's words."""
    for incident in state.incidents.values():
        if _keeps_matches(incident):
            yield from _incident(incident.id)
    for call in state.calls.values():
        if _keeps_matches(call):
            yield "calls", call.id


def _of_activation(decision: d.BatchActivated, entry: Entry, state: State) -> Iterator[Touch]:
    yield "batches", decision.batch
    yield from _of_markers(decision, entry, state)


def _keeps_matches(known: Incident | Call) -> bool:
    return (
        known.finished_at is not None and known.checked is not None and known.checked.matches != ()
    )


def _of_refusal(decision: Decision, entry: Entry, state: State) -> Iterator[Touch]:
    yield QUARANTINE, QUARANTINE


def _of_stand_off(decision: Any, entry: Entry, state: State) -> Iterator[Touch]:
    yield "stand_offs", decision.stand_off
    one = state.stand_offs.get(decision.stand_off)
    if one is not None:
        yield from _incident(one.incident)


def _of_facts(decision: d.IncidentChanged, entry: Entry, state: State) -> Iterator[Touch]:
    """Who holds there is shown with the place and the patient's condition."""
    yield from _incident(decision.incident)
    known = state.incidents.get(decision.incident)
    for name in known.stand_offs if known else ():
        yield "stand_offs", name
    yield from of_incident(decision.incident, state)


def _of_mistakes(decision: Any, entry: Entry, state: State) -> Iterator[Touch]:
    """The pair, and everything at its address that shows what was said of the marker."""
    for name in spoken_of(decision):
        yield "mistakes", name
        pair = state.mistakes.pairs.get(name)
        for known in concerned(state, pair) if pair else ():
            yield from _incident(known.id)
        if pair is not None and pair.address in state.calls:
            yield "calls", pair.address


def _of_hand_on(decision: Any, entry: Entry, state: State) -> Iterator[Touch]:
    one = state.hand_ons.get(decision.hand_on)
    if one is not None:
        yield from _incident(one.incident)


def _of_report(decision: Any, entry: Entry, state: State) -> Iterator[Touch]:
    """On each list on which it may stand."""
    for stream in ("reports", "assaults", "applications"):
        yield stream, decision.report


FINDERS: dict[type[Decision], Callable[[Any, Entry, State], Iterator[Touch]]] = {
    d.IncidentTaken: _of_incident,
    d.IncidentChanged: _of_facts,
    d.IncidentFinished: _of_incident,
    d.ResourceMoved: _of_incident,
    d.CallChanged: _of_call,
    d.CallFinished: _of_call,
    d.Assessed: _of_subject,
    d.Forgotten: _of_subject,
    d.NoteIssued: _of_note,
    d.NoteWithdrawn: _of_note,
    d.RungEntered: _of_note,
    AttemptMade: _of_note,
    AttemptReported: _of_note,
    d.Shown: _of_note,
    d.DutyAnswered: _of_note,
    d.TaskRaised: _of_note,
    d.TaskAssumed: _of_task,
    d.BatchStaged: _of_batch,
    d.BatchDiscarded: _of_batch,
    d.BatchActivated: _of_activation,
    d.MarkerInForce: _of_markers,
    d.MarkersOver: _of_markers,
    d.SourceChanged: _of_source,
    d.ProbesChanged: _of_probes,
    **dict.fromkeys(REQUESTS, of_request),
    **dict.fromkeys(h.HELD_DECISIONS, _of_stand_off),
    j.MistakeTaken: _of_mistakes,
    j.MistakeSettled: _of_mistakes,
    j.MistakesLapsed: _of_mistakes,
    **dict.fromkeys(REPORT_DECISIONS, _of_report),
    **CALLERS,
    **dict.fromkeys(HAND_ON_DECISIONS, _of_hand_on),
    d.Quarantined: _of_refusal,
    d.Failed: _of_refusal,
}
