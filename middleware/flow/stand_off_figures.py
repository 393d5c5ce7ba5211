"""Figures of stand-off and rendezvous from committed records (P3, O1)."""

from datetime import datetime

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.figures import Acts
from middleware.ports import Meters
from schemas.held import StandOffPrompted
from schemas.incident import Holding


class StandOffFigures:
    """Counts prompts, and measures who holds and for how long."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self.acts: Acts = {StandOffPrompted: self._on_prompted}

    def _on_prompted(self, entry: Entry, made: StandOffPrompted, state: State) -> None:
        self._meters.counter("forewarn_stand_off_prompts_total", why=made.why.value).inc()

    def measure(self, state: State, now: datetime) -> None:
        holding = dict.fromkeys(Holding, 0)
        longest, waits = now, now
        for one in state.stand_offs.values():
            if one.ended_at is None:
                holding[one.holding] += 1
                longest = min(longest, one.begun_at)
                waits = min(waits, one.waits_since or now)
        for how, count in holding.items():
            self._meters.gauge("forewarn_standing_off", state=how.value).set(count)
        gauges = {"longest": longest, "prompt_unanswered": waits}
        for name, since in gauges.items():
            gauge = self._meters.gauge(f"forewarn_stand_off_{name}_seconds")
            gauge.set((now - since).total_seconds())
