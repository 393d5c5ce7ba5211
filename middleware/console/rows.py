"""The rows that screens show, made from the state. Pure; a missing subject has no row.

Every row is a JSON object with `id`; moments are ISO 8601 in UTC, the page shows local time.
A row says what matters at a glance; what is behind a marker comes only when the note is opened
(E1), and words are ready to be shown.
"""

from datetime import date
from typing import Any

from middleware.console.doubts import said_here
from middleware.console.hand_ons import handed_on
from middleware.console.held import held_by
from middleware.console.told import has_open_task, told, told_at, told_in_words, ways, ways_in_words
from middleware.domain.wording import certainty, headline, in_words, not_shown_in_words, review
from middleware.engine.state import Call, Checked, Incident, Note, Refusal, Sent, State
from middleware.flow.ledger_lines import frequent_in_words, recognised_in_words
from schemas.caller import LookedUp
from schemas.check import SURE, Match, NotChecked, Outcome, Whereabouts

Row = dict[str, Any]
QUARANTINE = "quarantine"
REFUSALS_SHOWN = 50


def incident_row(state: State, incident: str, today: date) -> Row | None:
    """An incident with its flag, and each resource with what it was told."""
    known = state.incidents.get(incident)
    if known is None:
        return None
    return {
        "id": known.id,
        "number": known.number,
        "priority": known.priority,
        "nature": known.nature,
        "condition": known.condition,
        "place": place_in_words(known.place),
        "opened_at": known.opened_at,
        "finished_at": known.finished_at,
        **flag(state, known.checked, today),
        "frequent": frequent_in_words(state, known),
        "said": said_here(state, known),
        "handed_on": handed_on(state, known),
        "crews": [_crew(state, known, sent) for sent in known.resources.values()],
    }


def flagged_row(state: State, incident: str, today: date) -> Row | None:
    """The same, for those who see only incidents at which a marker may apply (N8)."""
    known = state.incidents.get(incident)
    if known is None or known.checked is None:
        return None
    if known.checked.outcome not in (Outcome.FOUND, Outcome.POSSIBLE):
        return None
    return incident_row(state, incident, today)


def call_row(state: State, call: str, today: date) -> Row | None:
    """A call with its flag."""
    known = state.calls.get(call)
    if known is None:
        return None
    return {
        "id": known.id,
        "number": known.number or "number withheld",
        "line": known.line,
        "handler": known.handler,
        "position": known.position,
        "stage": call_stage(known),
        "rang_at": known.rang_at,
        "finished_at": known.finished_at,
        "warnings": known.warnings,
        "before": recognised_in_words(state, known),
        "frequent": frequent_in_words(state, known),
        "where": where_in_words(known),
        "said": said_here(state, known),
        **flag(state, known.checked, today),
    }


def task_row(state: State, task: str, today: date) -> Row | None:
    """A crew that has not been told and that nobody looks after yet (N5)."""
    note = state.notes.get(task.removeprefix("t-"))
    incident = state.incidents.get(note.incident) if note else None
    if note is None or incident is None or not has_open_task(note):
        return None
    kept = state.markers.get(note.matched.marker)
    marker = kept.read() if kept else None
    return {
        "id": task,
        "incident": incident.id,
        "number": incident.number,
        "place": place_in_words(incident.place),
        "callsign": note.callsign,
        "headline": headline(marker) if marker else "the marker has ended",
        "severity": marker.severity if marker else None,
        "told": told(note),
        "since": note.issued_at,
        "times": note.task_times,
    }


def batch_row(state: State, batch: str, today: date) -> Row | None:
    """A marker import that waits for a decision (M5)."""
    layer = state.markers.staged.get(batch)
    if layer is None:
        return None
    first = next(iter(layer.kept.values())).read() if layer.kept else None
    return {
        "id": batch,
        "markers": len(layer.kept),
        "supplied_by": first.supplied_by if first else None,
        "basis": first.basis if first else None,
        "source": first.source if first else None,
        "overdue": sum(count for day, count in layer.reviews.items() if day < today),
    }


def source_row(state: State, source: str, today: date) -> Row | None:
    """Whether a source is up; with `gap`, what happened meanwhile is lost for good. `unreturned`:
    since when probes that the channel takes do not come back."""
    known = state.sources.get(source)
    if known is None:
        return None
    rungs = (*state.rules.ladder, *state.rules.single_responder, *state.rules.moving)
    channel = source in state.rules.ways or any(rung.channel == source for rung in rungs)
    return {
        "id": source,
        "up": known.connected,
        "gap": known.gap,
        "since": known.since,
        "channel": channel,
        "unreturned": known.unreturned if known.connected else None,
    }


def quarantine_row(state: State, row: str, today: date) -> Row | None:
    """The latest refusals, newest first; their raw bytes stay in the journal."""
    latest = list(state.quarantine)[: -REFUSALS_SHOWN - 1 : -1]
    return {"id": row, "refused": state.refused, "latest": [_refusal(r) for r in latest]}


def flag(state: State, checked: Checked | None, today: date) -> Row:
    """The answer in line (C4, N1): always one of the values, never silence."""
    if checked is None:
        nothing = in_words(Outcome.NOT_CHECKED, NotChecked.NOTHING_TO_CHECK)
        empty: Row = {"checked_at": None, "matches": [], "not_shown": []}
        return {"outcome": Outcome.NOT_CHECKED, "words": nothing, **empty}
    return {
        "outcome": checked.outcome,
        "words": in_words(checked.outcome, checked.reason),
        "checked_at": checked.at,
        "matches": [_match(state, match, today) for match in checked.matches],
        "not_shown": [not_shown_in_words(left_out) for left_out in checked.not_shown],
    }


def place_in_words(place: Whereabouts) -> str:
    """The place on one line, as it was given."""
    words = [part for part in (place.address, place.postcode) if part]
    if place.address and place.postcode and place.postcode in place.address:
        words.pop()
    if words:
        return ", ".join(words)
    if place.latitude is not None and place.longitude is not None:
        return f"{place.latitude:.5f}, {place.longitude:.5f}"
    return f"UPRN {place.uprn}" if place.uprn else "no address given"


def where_in_words(call: Call) -> str:
    """Where the caller is, and who says so; what could not be found out is said too (C4)."""
    said = []
    if call.place is not None:
        said.append(f"the number belongs to {place_in_words(call.place)}")
    elif call.looked_up is LookedUp.FAILED:
        said.append("place of the number not checked: the look-up failed")
    elif call.looked_up is LookedUp.NONE:
        said.append("no address is known for the number")
    if (circle := call.circle) is not None:
        where = f"{circle.latitude:.5f}, {circle.longitude:.5f}"
        said.append(f"telephone within {circle.radius_m:.0f} m of {where} ({circle.fix})")
    return "; ".join(said)


def call_stage(call: Call) -> str:
    """Where the call is, in words."""
    if call.ended_for_abuse:
        return "ended for abuse"
    if call.finished_at is not None:
        return "abandoned" if call.abandoned else "ended"
    if call.on_hold:
        return "on hold"
    return "answered" if call.answered_at is not None else "ringing"


def _match(state: State, match: Match, today: date) -> Row:
    kept = state.markers.get(match.marker)
    marker = kept.read() if kept else None
    return {
        "marker": match.marker,
        "sure": match.relation in SURE,
        "headline": headline(marker) if marker else "the marker has ended",
        "severity": marker.severity if marker else None,
        "certainty": certainty(match),
        "review": review(marker, today) if marker else "",
    }


def _refusal(refusal: Refusal) -> Row:
    return {
        "position": refusal.position,
        "source": refusal.source,
        "field": refusal.field,
        "reason": refusal.reason,
        "conflict": refusal.conflict,
        "at": refusal.at,
    }


def _crew(state: State, incident: Incident, sent: Sent) -> Row:
    notes = [state.notes[name] for name in incident.notes if name in state.notes]
    return {
        "callsign": sent.callsign,
        "stage": sent.stage,
        "single": sent.single_responder,
        "notes": [note_row(note) for note in notes if note.callsign == sent.callsign],
        "held": held_by(state, incident, sent.callsign),
    }


def note_row(note: Note) -> Row:
    """What one crew was told about one marker."""
    return {
        "note": note.id,
        "marker": note.matched.marker,
        "told": told(note),
        "ways": ways(note),
        "words": "; ".join(filter(None, (told_in_words(note), ways_in_words(note)))),
        "at": told_at(note),
        "task": note.task if has_open_task(note) else None,
    }
