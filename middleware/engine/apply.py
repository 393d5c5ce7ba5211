"""apply(state, entry, decision): the fold of the journal. Never decides, never fails on what
`decide` made; an erased event leaves what its decisions alone can tell (E3, E4)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from middleware.domain.rules import Rules
from middleware.engine.apply_abuse import ABUSE
from middleware.engine.apply_hand_ons import HAND_ONS
from middleware.engine.apply_mistakes import MISTAKES
from middleware.engine.apply_notes import NOTES
from middleware.engine.apply_police import POLICE
from middleware.engine.apply_proposals import PROPOSALS
from middleware.engine.apply_reports import REPORTS
from middleware.engine.apply_safety import SAFETY
from middleware.engine.apply_stand_offs import STAND_OFFS
from middleware.engine.apply_subjects import SUBJECTS
from middleware.engine.entry import Entry
from middleware.engine.seen import digest
from middleware.engine.state import Refusal, SourceState, State, Timer
from schemas import decision as d
from schemas.decision import Decision
from schemas.delivery import NoteAcknowledged, NoteDisplayed
from schemas.event import Event
from schemas.markers_in import MarkerPut, MarkersStaged
from schemas.search import SearchAnswered
from schemas.service import BuildStarted, Refused

EARLY = (d.Ignored(why=d.Why.UNKNOWN),)
Applier = Callable[[State, Entry, Any], None]


def fold(state: State, entry: Entry, content: bytes | None = None) -> None:
    """Bring the state to the entry's position. `content` is the event's digest, if known."""
    if isinstance(entry.event, BuildStarted):
        state.rules = Rules.model_validate_json(entry.event.rules)
        state.writer = entry.event.revision
    for decision in entry.decisions:
        APPLIERS[type(decision)](state, entry, decision)
    state.position, state.at = entry.position, entry.received_at
    if isinstance(entry.event, Event) and not entry.event.ours and not _is_early(entry):
        content = content or digest(entry.event)
        window = state.rules.same_again
        state.seen.note(entry.event, content, entry.position, entry.received_at, window)


def _is_early(entry: Entry) -> bool:
    """A receipt for what is not known here, or not yet: the service that told of it was taken over,
    and what it had taken in is said again. Then the receipt, said again, must count (O4)."""
    return isinstance(entry.event, NoteDisplayed | NoteAcknowledged) and entry.decisions == EARLY


def _on_timer_set(state: State, entry: Entry, made: d.TimerSet) -> None:
    state.timers[made.timer] = Timer(made.revision, made.due_at)


def _on_timer_stopped(state: State, entry: Entry, made: d.TimerStopped) -> None:
    state.timers.pop(made.timer, None)


def _on_staged(state: State, entry: Entry, made: d.BatchStaged) -> None:
    if isinstance(entry.event, MarkersStaged):
        state.markers.stage(made.batch, entry.event.supplied, entry.position)


def _on_activated(state: State, entry: Entry, made: d.BatchActivated) -> None:
    if made.batch in state.markers.staged:
        state.markers.activate(made.batch, entry.position, entry.received_at)


def _on_discarded(state: State, entry: Entry, made: d.BatchDiscarded) -> None:
    state.markers.staged.pop(made.batch, None)


def _on_in_force(state: State, entry: Entry, made: d.MarkerInForce) -> None:
    if isinstance(entry.event, MarkerPut):
        state.markers.put(entry.event.marker, entry.position, entry.received_at)


def _on_over(state: State, entry: Entry, made: d.MarkersOver) -> None:
    for marker in made.markers:
        state.markers.end(marker, entry.position, entry.received_at)


def _on_source(state: State, entry: Entry, made: d.SourceChanged) -> None:
    state.sources[made.source] = SourceState(made.connected, made.gap, entry.received_at)


def _on_probes(state: State, entry: Entry, made: d.ProbesChanged) -> None:
    known = state.sources.get(made.channel)
    if known is not None:
        since = None if made.back else entry.received_at
        state.sources[made.channel] = replace(known, unreturned=since)


def _on_quarantined(state: State, entry: Entry, made: d.Quarantined) -> None:
    state.refused += 1
    event = entry.event
    field, reason = ("", "") if not isinstance(event, Refused) else (event.field, event.reason)
    state.quarantine.append(
        Refusal(entry.position, made.source, field, reason, made.conflict, entry.received_at)
    )


def _on_failed(state: State, entry: Entry, made: d.Failed) -> None:
    state.refused += 1
    kind = entry.event.kind if isinstance(entry.event, Event) else ""
    reason = f"a fault while deciding on {kind}; the record has it, report it to the maintainers"
    refusal = Refusal(entry.position, "self", "event", reason, False, entry.received_at)
    state.quarantine.append(refusal)


def _on_nothing(state: State, entry: Entry, made: Decision) -> None:
    """On record only; others act on it."""


APPLIERS: dict[type[Decision], Applier] = {
    **SUBJECTS,
    **NOTES,
    **SAFETY,
    **POLICE,
    **MISTAKES,
    **REPORTS,
    **ABUSE,
    **HAND_ONS,
    **PROPOSALS,
    **STAND_OFFS,
    d.TimerSet: _on_timer_set,
    d.TimerStopped: _on_timer_stopped,
    d.BatchStaged: _on_staged,
    d.BatchActivated: _on_activated,
    d.BatchDiscarded: _on_discarded,
    d.MarkerInForce: _on_in_force,
    d.MarkersOver: _on_over,
    d.SourceChanged: _on_source,
    d.ProbesChanged: _on_probes,
    d.Quarantined: _on_quarantined,
    d.DeviceReturned: _on_nothing,
    d.AskAnswered: _on_nothing,
    d.RechecksOrdered: _on_nothing,
    d.Failed: _on_failed,
    SearchAnswered: _on_nothing,
    d.Noted: _on_nothing,
    d.Ignored: _on_nothing,
}
