"""The fold of decisions about stand-off and rendezvous (P3)."""

from collections.abc import Callable
from typing import Any

from middleware.engine.entry import Entry
from middleware.engine.stand_off import StandOff
from middleware.engine.state import State
from schemas import held as h
from schemas.decision import Decision
from schemas.incident import ResourceHolds
from schemas.stand_off import StandOffSaid


def _on_begun(state: State, entry: Entry, made: h.StandOffBegun) -> None:
    at = entry.received_at
    begun = StandOff(made.stand_off, made.incident, made.callsign, made.holding, at, made.by, at)
    begun.where = _where(entry) or ""
    state.stand_offs[made.stand_off] = begun
    state.incidents[made.incident].stand_offs[made.stand_off] = None


def _where(entry: Entry) -> str | None:
    """A place is in no decision."""
    event = entry.event
    return event.where if isinstance(event, ResourceHolds | StandOffSaid) else None


def _on_moved(state: State, entry: Entry, made: h.StandOffMoved) -> None:
    one = state.stand_offs[made.stand_off]
    if made.holding is not one.holding:
        one.holding, one.since, one.where = made.holding, entry.received_at, ""
    one.where = _where(entry) or one.where


def _on_confirmed(state: State, entry: Entry, made: h.StandOffConfirmed) -> None:
    one = state.stand_offs[made.stand_off]
    one.confirmed_by, one.confirmed_at = made.by, entry.received_at


def _on_prompted(state: State, entry: Entry, made: h.StandOffPrompted) -> None:
    one, at = state.stand_offs[made.stand_off], entry.received_at
    one.prompt, one.why, one.prompted_at = made.prompt, made.why, at
    one.rounds += made.why is h.Why.TIME
    one.waits_since = one.waits_since or at


def _on_answered(state: State, entry: Entry, made: h.StandOffAnswered) -> None:
    one = state.stand_offs[made.stand_off]
    one.answered_by, one.answered_at, one.waits_since = made.by, entry.received_at, None


def _on_ended(state: State, entry: Entry, made: h.StandOffEnded) -> None:
    one = state.stand_offs[made.stand_off]
    one.how, one.ended_by, one.ended_at = made.how, made.by, entry.received_at
    one.waits_since = None


STAND_OFFS: dict[type[Decision], Callable[[State, Entry, Any], None]] = {
    h.StandOffBegun: _on_begun,
    h.StandOffMoved: _on_moved,
    h.StandOffConfirmed: _on_confirmed,
    h.StandOffPrompted: _on_prompted,
    h.StandOffAnswered: _on_answered,
    h.StandOffEnded: _on_ended,
}
