"""Figures of requests for police and further resources, from committed records (P2, O1)."""

from datetime import datetime

from middleware.engine.back_up import AWAITED, BackUpPhase
from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.figures import Acts
from middleware.ports import Meters
from schemas import back_up as b
from schemas.decision import Ignored
from schemas.police import BackUpAnswered


class BackUpFigures:
    """Counts what was decided about requests, and measures what is open."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self.acts: Acts = {
            b.BackUpStepped: self._on_stepped,
            b.BackUpHeard: self._on_heard,
            b.BackUpClosed: lambda entry, made, state: self._count("stood_down"),
            Ignored: self._on_ignored,
        }

    def _on_ignored(self, entry: Entry, made: Ignored, state: State) -> None:
        if isinstance(entry.event, BackUpAnswered):
            self._count("answer_to_nothing_known")

    def _on_stepped(self, entry: Entry, made: b.BackUpStepped, state: State) -> None:
        if made.because is None:
            self._count("requested")
            return
        name = "forewarn_back_up_escalations_total"
        self._meters.counter(name, because=made.because.value).inc()

    def _on_heard(self, entry: Entry, made: b.BackUpHeard, state: State) -> None:
        if made.stands:
            self._count(made.says.value)
        known = state.back_ups.get(made.request)
        if known is not None and known.answered_at == entry.received_at:
            took = (entry.received_at - known.issued_at).total_seconds()
            self._meters.histogram("forewarn_back_up_answer_seconds").observe(took)

    def _count(self, what: str) -> None:
        self._meters.counter("forewarn_back_up_total", what=what).inc()

    def measure(self, state: State, now: datetime) -> None:
        phases = [one.phase for one in state.back_ups.values()]
        for phase in BackUpPhase:
            self._meters.gauge("forewarn_back_ups", state=phase.value).set(phases.count(phase))
        waiting = [one.issued_at for one in state.back_ups.values() if one.phase in AWAITED]
        oldest = (now - min(waiting, default=now)).total_seconds()
        self._meters.gauge("forewarn_back_up_unanswered_seconds").set(oldest)
