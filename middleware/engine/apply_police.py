"""The fold of decisions about requests for police and further resources."""

from collections.abc import Callable
from typing import Any

from middleware.domain.rules import CONSOLE
from middleware.engine.back_up import BackUp, BackUpPhase
from middleware.engine.entry import Entry
from middleware.engine.on_channel import OnChannel
from middleware.engine.state import State
from schemas import back_up as b
from schemas.decision import Decision
from schemas.police import BackUpAnswered, BackUpChanged, BackUpReadOut, BackUpRequested


def _on_made(state: State, entry: Entry, made: b.BackUpMade) -> None:
    at = entry.received_at
    known = BackUp(
        made.request, made.wanted, made.incident, made.alarm, made.by, at, at + state.rules.keep_for
    )
    state.back_ups[made.request] = known
    _take_words(known, entry)


def _take_words(known: BackUp, entry: Entry) -> None:
    if isinstance(entry.event, BackUpRequested | BackUpChanged):
        known.threat, known.words = entry.event.threat, entry.event.words


def _on_worded(state: State, entry: Entry, made: b.BackUpWorded) -> None:
    known = state.back_ups[made.request]
    known.revision = made.revision
    _take_words(known, entry)


def _on_stepped(state: State, entry: Entry, made: b.BackUpStepped) -> None:
    known = state.back_ups[made.request]
    known.revision = known.step_revision = made.revision
    known.phase = BackUpPhase.REQUESTED if made.because is None else BackUpPhase.ESCALATED
    known.phase_at = known.stepped_at = entry.received_at
    known.step, known.of, known.channel = made.step, made.of, made.channel
    known.because, known.times = made.because, made.times
    known.read_out_by = known.read_out_at = known.taken_by = known.taken_at = None
    known.read_out_to, known.turned_away = "", False
    if made.channel != CONSOLE:
        known.channels[made.channel] = OnChannel(known.id, 1)


def _on_told(state: State, entry: Entry, made: b.BackUpToldAloud) -> None:
    known = state.back_ups[made.request]
    known.read_out_by, known.read_out_at = made.by, entry.received_at
    known.read_out_to = entry.event.to if isinstance(entry.event, BackUpReadOut) else ""


def _on_heard(state: State, entry: Entry, made: b.BackUpHeard) -> None:
    known, event = state.back_ups[made.request], entry.event
    known.answered_at = known.answered_at or entry.received_at
    if isinstance(event, BackUpAnswered):
        known.reference = event.reference or known.reference
        known.crn, known.oic = event.crn or known.crn, event.oic or known.oic
    if not made.stands:
        return
    known.phase, known.phase_at = BackUpPhase(made.says), entry.received_at
    known.shown = dict.fromkeys(known.channels, known.revision)  # who answers has it
    if isinstance(event, BackUpAnswered):
        known.heard_from, known.heard_at = event.source, event.occurred_at
        known.said_by, known.reason, known.unit = event.said_by, event.reason, event.unit


def _on_assumed(state: State, entry: Entry, made: b.BackUpAssumed) -> None:
    known = state.back_ups[made.request]
    known.taken_by, known.taken_at = made.by, entry.received_at


def _on_turned_away(state: State, entry: Entry, made: b.BackUpTurnedAway) -> None:
    state.back_ups[made.request].turned_away = True


def _on_closed(state: State, entry: Entry, made: b.BackUpClosed) -> None:
    known = state.back_ups[made.request]
    known.revision, known.closed_by = made.revision, made.by
    known.phase, known.phase_at = BackUpPhase.STOOD_DOWN, entry.received_at


def _on_forgotten(state: State, entry: Entry, made: b.BackUpForgotten) -> None:
    state.back_ups.pop(made.request, None)


POLICE: dict[type[Decision], Callable[[State, Entry, Any], None]] = {
    b.BackUpMade: _on_made,
    b.BackUpWorded: _on_worded,
    b.BackUpStepped: _on_stepped,
    b.BackUpToldAloud: _on_told,
    b.BackUpHeard: _on_heard,
    b.BackUpAssumed: _on_assumed,
    b.BackUpTurnedAway: _on_turned_away,
    b.BackUpClosed: _on_closed,
    b.BackUpForgotten: _on_forgotten,
}
