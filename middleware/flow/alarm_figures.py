"""Figures of man-down from committed records (D2, O1)."""

from datetime import datetime

from middleware.engine.alarm import AlarmPhase
from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.figures import Acts
from middleware.ports import Meters
from schemas import alarm as a


class AlarmFigures:
    """Counts what was decided about alarms, and measures what is open."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters
        self.acts: Acts = {
            a.AlarmRaised: lambda entry, made, state: self._count("raised"),
            a.AlarmGrew: self._on_grew,
            a.AlarmClosed: lambda entry, made, state: self._count(made.outcome.value),
            a.AlarmTaken: self._on_taken,
        }

    def _count(self, what: str) -> None:
        self._meters.counter("forewarn_man_down_total", what=what).inc()

    def _on_grew(self, entry: Entry, made: a.AlarmGrew, state: State) -> None:
        self._meters.counter("forewarn_man_down_signals_total", signal=made.signal).inc()

    def _on_taken(self, entry: Entry, made: a.AlarmTaken, state: State) -> None:
        alarm = state.alarms.get(made.alarm)
        if alarm is not None and alarm.pressed_at is not None:
            took = (entry.received_at - alarm.pressed_at).total_seconds()
            self._meters.histogram("forewarn_alarm_accept_seconds").observe(took)

    def measure(self, state: State, now: datetime) -> None:
        phases = dict.fromkeys(AlarmPhase, 0)
        oldest = now
        for alarm in state.alarms.values():
            phases[alarm.phase] += 1
            if alarm.phase is AlarmPhase.RAISED:
                oldest = min(oldest, alarm.pressed_at or alarm.raised_at)
        for phase, count in phases.items():
            self._meters.gauge("forewarn_alarms", state=phase.value).set(count)
        waiting = (now - oldest).total_seconds()
        self._meters.gauge("forewarn_alarm_unaccepted_seconds").set(waiting)
