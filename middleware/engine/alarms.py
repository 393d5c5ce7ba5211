"""Man-down alarms: whose, on which step, for how long (D1, D2). Pure, as all of the engine."""

from datetime import timedelta

from middleware.domain.rules import AlarmStep, ManDown
from middleware.engine.alarm import Alarm, AlarmPhase, alarm_key
from middleware.engine.entry import Taken
from middleware.engine.ids import begun_by
from middleware.engine.state import Incident, State
from schemas.alarm import (
    AlarmForgotten,
    AlarmGrew,
    AlarmRaised,
    AlarmRaisedAgain,
    AlarmStepped,
    Audience,
    ListeningAsked,
    RadioHeard,
    RadioSilent,
)
from schemas.decision import Decision, Ignored, TimerSet, TimerStopped, Why
from schemas.incident import Stage

ALARM = "alarm"
"""Begins the name of every timer of an alarm: they go in the man-down lane."""
NO_STEP = AlarmStep(to=Audience.EVERYBODY, wait=timedelta(seconds=30))
"""Where the configuration has no step at all."""


def open_alarm(state: State, radio: str | None, source: str) -> Alarm | None:
    """The alarm that a signal of this radio belongs to."""
    name = state.open_alarms.get(alarm_key(radio, source))
    return state.alarms[name] if name is not None else None


def raise_alarm(
    state: State, taken: Taken, radio: str | None, signal: str, hint: str | None = None
) -> list[Decision]:
    """A new alarm, told to the first step at once."""
    alarm, source = begun_by("a", taken.event), taken.event.source
    callsign = callsign_of(state, radio) or hint
    incident = incident_of(state, callsign)
    raised = AlarmRaised(
        alarm=alarm,
        source=source,
        radio=radio,
        callsign=callsign,
        incident=incident.id if incident else None,
        follows=_before(state, radio, source),
    )
    return [
        raised,
        AlarmGrew(alarm=alarm, signal=signal, press=1),
        *enter_step(state.rules.man_down, alarm, 0, taken, 1),
        *_listening(state, alarm, radio),
        *_await_word(state, taken, alarm, radio),
    ]


def grow(state: State, taken: Taken, alarm: Alarm, signal: str) -> list[Decision]:
    """A signal more: of the same press, or the button was pressed again (D2)."""
    again = is_new_press(state.rules.man_down, alarm, taken)
    made: list[Decision] = [
        AlarmGrew(alarm=alarm.id, signal=signal, press=alarm.press + again),
        *heard(state, taken, alarm),
    ]
    if again and alarm.phase is not AlarmPhase.RAISED:
        made.append(AlarmRaisedAgain(alarm=alarm.id))
        made += enter_step(state.rules.man_down, alarm.id, 0, taken, alarm.times + 1)
    return made


def is_new_press(rules: ManDown, alarm: Alarm, taken: Taken) -> bool:
    """Signals close together are one press; after a cancel, or after the window, it is another."""
    last = alarm.signalled_at or alarm.raised_at
    return alarm.is_cancelled or taken.received_at - last > rules.window


def heard(state: State, taken: Taken, alarm: Alarm) -> list[Decision]:
    """The radio is there: it is not silent, and its silence is waited for anew."""
    back: list[Decision] = [RadioHeard(alarm=alarm.id)] if alarm.silent_at else []
    return [*back, *_await_word(state, taken, alarm.id, alarm.radio)]


def _await_word(state: State, taken: Taken, alarm: str, radio: str | None) -> list[Decision]:
    if radio is None:
        return []
    due_at = taken.received_at + state.rules.man_down.silent_after
    return [TimerSet(timer=silence(alarm), revision=taken.position, due_at=due_at)]


def silence(alarm: str) -> str:
    """The timer that says that the radio has fallen silent."""
    return f"{ALARM}-silent:{alarm}"


def enter_step(rules: ManDown, alarm: str, step: int, taken: Taken, times: int) -> list[Decision]:
    """Tell the people of a step; the next one follows unless somebody accepts (D2)."""
    steps = rules.steps or (NO_STEP,)
    here = min(step, len(steps) - 1)
    due_at = taken.received_at + steps[here].wait
    return [
        AlarmStepped(alarm=alarm, step=here, to=steps[here].to, times=times),
        TimerSet(timer=f"{ALARM}:{alarm}", revision=taken.position, due_at=due_at),
    ]


def _listening(state: State, alarm: str, radio: str | None) -> list[Decision]:
    known = state.rules.man_down.radios.get(radio or "")
    return [ListeningAsked(alarm=alarm)] if known is not None and known.listening else []


def _before(state: State, radio: str | None, source: str) -> str | None:
    """The radio's last alarm, which has ended: this may be more of the same, and is shown."""
    key = alarm_key(radio, source)
    return next((a.id for a in reversed(state.alarms.values()) if a.key == key), None)


# --- whose radio it is -------------------------------------------------------------------


def callsign_of(state: State, radio: str | None) -> str | None:
    """As the CAD says it of a resource on a live incident; else as configured."""
    if radio is None:
        return None
    known = state.rules.man_down.radios.get(radio)
    return state.duties.crew_of(radio) or (known.callsign if known is not None else None)


def incident_of(state: State, callsign: str | None) -> Incident | None:
    """The live incident that the crew is on: where it is at scene first, then the newest."""
    found = [state.incidents[name] for name in state.duties.of(callsign or "")]
    at_scene = (i for i in found if i.resources[callsign or ""].stage is Stage.AT_SCENE)
    return next(at_scene, None) or next(iter(found), None)


def shown_incident(state: State, alarm: Alarm) -> Incident | None:
    """As it was when the alarm was raised; where none was known then, as it is now."""
    if alarm.incident is not None and alarm.incident in state.incidents:
        return state.incidents[alarm.incident]
    return incident_of(state, alarm.callsign or callsign_of(state, alarm.radio))


# --- when time passes --------------------------------------------------------------------


def step_due(state: State, taken: Taken, alarm: str) -> list[Decision]:
    """Nobody accepted: the next step, or the last one again. It never closes by itself."""
    known = state.alarms.get(alarm)
    if known is None or known.phase is not AlarmPhase.RAISED:
        return [Ignored(why=Why.STALE)]
    return enter_step(state.rules.man_down, alarm, known.step + 1, taken, known.times + 1)


def silence_due(state: State, taken: Taken, alarm: str) -> list[Decision]:
    """A radio that took its emergency back has no reason to speak; one that did not is silent."""
    known = state.alarms.get(alarm)
    if known is None or not known.is_open or known.is_cancelled:
        return [Ignored(why=Why.STALE)]
    return [RadioSilent(alarm=alarm)]


def forget_due(state: State, taken: Taken, alarm: str) -> list[Decision]:
    known = state.alarms.get(alarm)
    if known is None or known.is_open:
        return [Ignored(why=Why.STALE)]
    return [AlarmForgotten(alarm=alarm)]


def stop_timers(alarm: str) -> list[Decision]:
    """Nothing is waited for any more."""
    return [TimerStopped(timer=f"{ALARM}:{alarm}"), TimerStopped(timer=silence(alarm))]


def is_needed(state: State, incident: str) -> bool:
    """Whether an open alarm still speaks of the incident: then it is not forgotten."""
    return any(a.incident == incident and a.is_open for a in state.alarms.values())


ALARM_TIMERS = {
    ALARM: step_due,
    f"{ALARM}-silent": silence_due,
    f"{ALARM}-forget": forget_due,
}
