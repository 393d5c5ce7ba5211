"""The fold of decisions about man-down alarms and radios."""

from collections.abc import Callable
from typing import Any

from middleware.engine.alarm import AUDIENCES, RADIOS_KEPT, Alarm, AlarmPhase, LastSeen
from middleware.engine.entry import Entry
from middleware.engine.on_channel import OnChannel
from middleware.engine.state import State
from middleware.ports import By
from schemas import alarm as a
from schemas.decision import Decision
from schemas.safety import HelpSent, ManDownSignalled, PositionReported, UnreadableEmergency


def _on_raised(state: State, entry: Entry, made: a.AlarmRaised) -> None:
    alarm = Alarm(
        made.alarm, made.source, made.radio, made.callsign, made.incident, entry.received_at,
        made.follows,
    )  # fmt: skip
    alarm.expires_at = entry.received_at + state.rules.keep_for
    alarm.channels = {name: OnChannel(alarm.id) for name in state.rules.channels_by(By.PEER)}
    state.alarms[made.alarm] = alarm
    state.open_alarms[alarm.key] = made.alarm


def _on_grew(state: State, entry: Entry, made: a.AlarmGrew) -> None:
    alarm, at, event = state.alarms[made.alarm], entry.received_at, entry.event
    alarm.signals[made.signal] += 1
    if alarm.pressed_at is None or made.press > alarm.press:
        alarm.press, alarm.pressed_at = made.press, at
    alarm.signalled_at = alarm.heard_at = at
    alarm.cancelled_at = None
    if isinstance(event, UnreadableEmergency):
        alarm.raw = event.raw
    if isinstance(event, ManDownSignalled) and event.position is not None:
        _see(state, event.radio, LastSeen.of(event.position, at))
    seen = state.radios.get(alarm.radio or "")
    if seen is not None:
        alarm.position, alarm.positioned_at = seen.position, seen.said_at


def _on_raised_again(state: State, entry: Entry, made: a.AlarmRaisedAgain) -> None:
    alarm = state.alarms[made.alarm]
    alarm.phase = AlarmPhase.RAISED
    _tell_anew(state, entry, alarm)


def _tell_anew(state: State, entry: Entry, alarm: Alarm) -> None:
    """Other services are to know how it stands now."""
    alarm.revision += 1
    alarm.expires_at = entry.received_at + state.rules.keep_for


def _on_stepped(state: State, entry: Entry, made: a.AlarmStepped) -> None:
    alarm = state.alarms[made.alarm]
    alarm.step, alarm.times = made.step, made.times
    alarm.audience = max(alarm.audience, made.to, key=AUDIENCES.index)


def _on_taken(state: State, entry: Entry, made: a.AlarmTaken) -> None:
    alarm = state.alarms[made.alarm]
    alarm.phase, alarm.accepted_by = AlarmPhase.ACCEPTED, made.by
    alarm.accepted_at = entry.received_at
    _tell_anew(state, entry, alarm)


def _on_help(state: State, entry: Entry, made: a.HelpComing) -> None:
    alarm = state.alarms[made.alarm]
    alarm.phase, alarm.help_by, alarm.help_at = AlarmPhase.HELP, made.by, entry.received_at
    alarm.help_what = entry.event.what if isinstance(entry.event, HelpSent) else ""


def _on_closed(state: State, entry: Entry, made: a.AlarmClosed) -> None:
    alarm = state.alarms[made.alarm]
    alarm.phase, alarm.outcome = AlarmPhase.ENDED, made.outcome
    alarm.ended_by, alarm.ended_at = made.by, entry.received_at
    state.open_alarms.pop(alarm.key, None)
    _tell_anew(state, entry, alarm)


def _on_cancel(state: State, entry: Entry, made: a.CancelHeard) -> None:
    alarm = state.alarms[made.alarm]
    alarm.cancelled_at = alarm.heard_at = entry.received_at
    alarm.silent_at = None


def _on_silent(state: State, entry: Entry, made: a.RadioSilent) -> None:
    state.alarms[made.alarm].silent_at = entry.received_at


def _on_heard(state: State, entry: Entry, made: a.RadioHeard) -> None:
    state.alarms[made.alarm].silent_at = None


def _on_listening_asked(state: State, entry: Entry, made: a.ListeningAsked) -> None:
    state.alarms[made.alarm].listening_asked_at = entry.received_at


def _on_listening(state: State, entry: Entry, made: a.ListeningSettled) -> None:
    alarm = state.alarms[made.alarm]
    alarm.listening_done, alarm.listening_by = made.done, made.by
    alarm.listening_at = entry.received_at


def _on_position(state: State, entry: Entry, made: a.PositionKept) -> None:
    if not isinstance(entry.event, PositionReported):
        return
    _see(state, made.radio, LastSeen.of(entry.event.position, entry.received_at))
    alarm = state.alarms.get(state.open_alarms.get(made.radio, ""))
    if alarm is not None:
        alarm.heard_at = entry.received_at


def _see(state: State, radio: str, seen: LastSeen) -> None:
    """The newest fix stands, in whatever order they come."""
    before = state.radios.pop(radio, None)
    state.radios[radio] = seen
    if before is not None and before.fixed_at and seen.fixed_at:
        state.radios[radio] = max(before, seen, key=lambda one: one.fixed_at or one.said_at)
    while len(state.radios) > RADIOS_KEPT:
        del state.radios[next(iter(state.radios))]


def _on_forgotten(state: State, entry: Entry, made: a.AlarmForgotten) -> None:
    state.alarms.pop(made.alarm, None)


SAFETY: dict[type[Decision], Callable[[State, Entry, Any], None]] = {
    a.AlarmRaised: _on_raised,
    a.AlarmGrew: _on_grew,
    a.AlarmRaisedAgain: _on_raised_again,
    a.AlarmStepped: _on_stepped,
    a.AlarmTaken: _on_taken,
    a.HelpComing: _on_help,
    a.AlarmClosed: _on_closed,
    a.CancelHeard: _on_cancel,
    a.RadioSilent: _on_silent,
    a.RadioHeard: _on_heard,
    a.ListeningAsked: _on_listening_asked,
    a.ListeningSettled: _on_listening,
    a.PositionKept: _on_position,
    a.AlarmForgotten: _on_forgotten,
}
