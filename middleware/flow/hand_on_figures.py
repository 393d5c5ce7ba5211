"""Figures of incidents handed on (N2, O1)."""

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.figures import Acts
from middleware.ports import Meters
from schemas import hand_on as h
from schemas.decision import Decision

_WHAT: dict[type[Decision], str] = {
    h.HandOnBegun: "begun",
    h.HandOnOver: "ended",
    h.HandOnRefused: "refused",
}


class HandOnFigures:
    """Counts what was handed on, ended and refused; measures what has not arrived."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self.acts: Acts = dict.fromkeys(_WHAT, self._on_turn)

    def _on_turn(self, entry: Entry, made: Decision, state: State) -> None:
        self._meters.counter("forewarn_hand_ons_total", what=_WHAT[type(made)]).inc()

    def measure(self, state: State) -> None:
        """Set the gauge to what waits now."""
        waiting = sum(one.is_unconfirmed for one in state.hand_ons.values())
        self._meters.gauge("forewarn_hand_ons_waiting").set(waiting)
