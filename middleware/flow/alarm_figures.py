"""Figures of man-down from committed records (D2, O1)."""

from datetime import datetime

from middleware.engine.alarm import AlarmPhase
from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.ports import Meters
from schemas import alarm as a
from schemas.decision import Decision


class AlarmFigures:
    """Counts what was decided about alarms, and measures what is open."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters

    def on_decision(self, entry: Entry, made: Decision, state: State) -> None:
        if isinstance(made, a.AlarmRaised):
            self._meters.counter("forewarn_man_down_total", what="raised").inc()
        elif isinstance(made, a.AlarmGrew):
            self._meters.counter("forewarn_man_down_signals_total", signal=made.signal).inc()
        elif isinstance(made, a.AlarmClosed):
            self._meters.counter("forewarn_man_down_total", what=made.outcome.value).inc()
        elif isinstance(made, a.AlarmTaken):
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
