"""Open man-down alarms when a recording begins (O2, D2)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from middleware.engine.alarm import Alarm
from middleware.engine.state import State
from middleware.flow.recording.opening_then import SOURCE, Then, named
from schemas.event import Event
from schemas.safety import (
    AlarmAccepted,
    AlarmEnded,
    HelpSent,
    ListeningReported,
    ManDownCancelled,
    ManDownSignalled,
    PositionReported,
    Signal,
    UnreadableEmergency,
)

_SIGNALS = frozenset(Signal)
MOST_SIGNALS = 100


def alarms_of(state: State) -> Iterator[Then]:
    """And those that ended, and out of which help is still awaited."""
    awaited = {one.alarm for one in state.back_ups.values() if not one.is_over}
    for alarm in state.alarms.values():
        if alarm.is_open or alarm.id in awaited:
            yield from _alarm(alarm)


def _alarm(alarm: Alarm) -> Iterator[Then]:
    was = alarm.id
    for number, (signal, at) in enumerate(zip(_signals(alarm), moments(alarm), strict=False)):
        yield Then(_signalled(alarm, signal, number, at), at, was)
        was = ""
    yield from _radio(alarm)
    yield from _people(alarm)


def _signals(alarm: Alarm) -> list[str]:
    told = [name for name, count in alarm.signals.items() for _ in range(count)]
    return told[:MOST_SIGNALS] or [Signal.GATEWAY]


def moments(alarm: Alarm) -> list[datetime]:
    """Of its signals: the first and the last are known, and when the button was pressed last; of
    the presses between, that they lay apart."""
    count, presses = len(_signals(alarm)), alarm.press
    pressed, last = alarm.pressed_at or alarm.raised_at, alarm.signalled_at or alarm.raised_at
    early = min(presses, count) - 1
    rest = count - early
    between = [alarm.raised_at + (pressed - alarm.raised_at) * n / early for n in range(early)]
    return between + [pressed + (last - pressed) * n / max(1, rest - 1) for n in range(rest)]


def _signalled(alarm: Alarm, signal: str, number: int, at: datetime) -> Event:
    about: dict[str, Any] = named(alarm.id, f"signal/{number}", at, alarm.source)
    if alarm.radio is None or signal not in _SIGNALS:
        reason = "was read before the recording began"
        return UnreadableEmergency(**about, radio=alarm.radio, raw=alarm.raw, reason=reason)
    about |= {"radio": alarm.radio, "signal": Signal(signal), "callsign": alarm.callsign}
    return ManDownSignalled(**about)


def _radio(alarm: Alarm) -> Iterator[Then]:
    """What it said besides: taken back, or a sign of life."""
    if alarm.radio is None:
        return
    if alarm.cancelled_at is not None:
        about = named(alarm.id, "cancelled", alarm.cancelled_at, alarm.source)
        yield Then(ManDownCancelled(**about, radio=alarm.radio), alarm.cancelled_at)
    elif (
        alarm.position
        and alarm.heard_at
        and alarm.heard_at > (alarm.signalled_at or alarm.raised_at)
    ):
        said: dict[str, Any] = {"source": f"{SOURCE}-alarm", "occurred_at": alarm.heard_at}
        said |= {"id": f"position/{alarm.radio}", "position": alarm.position}
        yield Then(PositionReported(**said, radio=alarm.radio), alarm.heard_at)


def _people(alarm: Alarm) -> Iterator[Then]:
    """Who did what about it, and when."""
    told: list[tuple[type[Event], str | None, datetime | None, dict[str, Any]]] = [
        (AlarmAccepted, alarm.accepted_by, alarm.accepted_at, {}),
        (HelpSent, alarm.help_by, alarm.help_at, {"what": alarm.help_what}),
        (ListeningReported, alarm.listening_by, alarm.listening_at, {"done": alarm.listening_done}),
        (AlarmEnded, alarm.ended_by, alarm.ended_at, {"outcome": alarm.outcome}),
    ]
    for kind, by, at, more in told:
        if by is not None and at is not None:
            about = named(alarm.id, kind.kind, at) | {"alarm": alarm.id, "by": by}
            yield Then(kind(**about, **more), at)
