"""Man-down broken on purpose, in every way that the simulation must be able to see (D1, D2)."""

from typing import Any

from middleware.engine import alarms, on_safety, on_timer
from middleware.engine.alarms import ALARM
from middleware.flow.timers import Timers
from schemas.alarm import AlarmClosed
from schemas.decision import TimerSet
from schemas.safety import AlarmOutcome, SafetyEvent

Patch = tuple[object, str, Any]

_ENTER_STEP, _RESTORE, _RAISE = alarms.enter_step, Timers.restore, on_safety.raise_alarm


def _told_once(*what: Any) -> list[Any]:
    """Nobody is told again."""
    return [made for made in _ENTER_STEP(*what) if not isinstance(made, TimerSet)]


def _forgotten(self: Timers, state: Any) -> None:
    """A restart forgets the ladders of alarms."""
    if not self._mine(ALARM):
        _RESTORE(self, state)


def _not_at_once(self: Timers, state: Any) -> None:
    """What came due while nothing ran is told after a while."""
    _RESTORE(self, state)
    if self._mine(ALARM):
        self._heap = [(due + 20, name, revision) for due, name, revision in self._heap]


def _closes(state: Any, taken: Any, alarm: str) -> list[Any]:
    """A radio that falls silent is thought to be well."""
    known = state.alarms.get(alarm)
    if known is None or not known.is_open:
        return []
    return [AlarmClosed(alarm=alarm, by="time", outcome=AlarmOutcome.UNKNOWN)]


def _accidental(state: Any, taken: Any, radio: Any, signal: Any, hint: Any = None) -> list[Any]:
    """A second press within two minutes of an ended alarm is taken for an echo of it."""
    before = [one for one in state.alarms.values() if one.radio == radio and one.ended_at]
    if any((taken.received_at - one.ended_at).total_seconds() < 120 for one in before):
        return []
    return _RAISE(state, taken, radio, signal, hint)


ALARM_MUTATIONS: dict[str, tuple[Patch, ...]] = {
    "every signal is an alarm of its own": ((on_safety, "open_alarm", lambda *_: None),),
    "repeats of a press are dropped": ((on_safety, "grow", lambda *_: []),),
    "an alarm is told once": ((alarms, "enter_step", _told_once),),
    "alarms are forgotten at a restart": ((Timers, "restore", _forgotten),),
    "overdue steps wait after a restart": ((Timers, "restore", _not_at_once),),
    "an alarm closes when the radio is silent": (
        (on_timer, "_FAMILIES", {**on_timer._FAMILIES, f"{ALARM}-silent": _closes}),
    ),
    "a press soon after the end is swallowed": ((on_safety, "raise_alarm", _accidental),),
    "an id that came before hides a man-down": ((SafetyEvent, "urgent", False),),
}
