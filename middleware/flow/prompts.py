"""Crews that stand off are asked on their own screens and radios (P3).

A prompt is of its moment: it is handed to the channel once, and again only when a device comes up
or it did not surely go out; the next one stands for it.
"""

from collections.abc import Callable, Container, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from middleware.domain.wording_stand_off import (
    asked_by_radio,
    asked_on_a_screen,
    ended_on_a_screen,
)
from middleware.engine.entry import Entry
from middleware.engine.stand_off import StandOff
from middleware.engine.stand_offs import reach
from middleware.engine.state import Incident, State
from middleware.flow.bodies import number
from middleware.flow.parcels import Parcel
from middleware.ports import Body, By, Clock, ToDevice
from schemas import decision as d
from schemas.held import StandOffEnded, StandOffPrompted, Why
from schemas.mdt import DevicePrompt
from schemas.told import RadioAnswer

PROMPT = "prompt"
LASTS = timedelta(minutes=5)
"""For so long a channel that is down is waited for; who comes up later is sent what is so then."""
MINUTE = timedelta(minutes=1)

Put = Callable[[str, Parcel], None]


class CrewPrompts:
    """Turns what was decided into parcels; `put` hands one to the couriers."""

    def __init__(self, channels: Container[str], clock: Clock, put: Put) -> None:
        self._channels, self._clock, self._put = channels, clock, put
        self._waiting: dict[str, list[Parcel]] = {}
        self._acts: dict[type[d.Decision], Callable[[State, datetime, Any], None]] = {
            StandOffPrompted: self._on_prompted,
            StandOffEnded: self._on_ended,
            d.DeviceReturned: self._on_device,
        }

    def restore(self, state: State) -> None:
        """After a restart screens are sent the last prompt again; they know what was shown."""
        for one in state.stand_offs.values():
            for channel in _screens(state) if one.prompt else ():
                self._send(state, one, channel, state.at or one.begun_at)

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        for entry in entries:
            for made in entry.decisions:
                act = self._acts.get(type(made))
                if act is not None:
                    act(state, entry.received_at, made)

    def _on_prompted(self, state: State, now: datetime, made: StandOffPrompted) -> None:
        one = state.stand_offs.get(made.stand_off)
        if one is None or one.ended_at is not None:
            return
        self._waiting.pop(one.id, None)  # replaced, each under its key
        for channel in made.channels:
            self._send(state, one, channel, now)

    def _on_ended(self, state: State, now: datetime, made: StandOffEnded) -> None:
        """What was not yet sent is not sent any more; what a screen may show is taken from it."""
        for parcel in self._waiting.pop(made.stand_off, ()):
            parcel.until = 0.0
        one = state.stand_offs.get(made.stand_off)
        if one is not None and one.prompt:
            for channel in _screens(state):
                self._send(state, one, channel, now)

    def _on_device(self, state: State, now: datetime, made: d.DeviceReturned) -> None:
        if made.channel not in _screens(state):
            return
        for one in state.stand_offs.values():
            if one.prompt and reach(state, one, made.channel) == made.device:
                self._send(state, one, made.channel, now)

    def _send(self, state: State, one: StandOff, channel: str, now: datetime) -> None:
        where = reach(state, one, channel)
        known = state.incidents.get(one.incident)
        if where is None or known is None or channel not in self._channels:
            return
        until = self._clock.monotonic() + LASTS.total_seconds()
        body = _body(state, one, known, channel, now)
        key = f"{PROMPT}/{one.id}"
        parcel = Parcel(key, one.revision, ToDevice(where, body), PROMPT, until, once=True)
        if one.ended_at is None:
            self._waiting.setdefault(one.id, []).append(parcel)
        self._put(channel, parcel)


def _screens(state: State) -> Iterator[str]:
    """The channels on which sending twice is harmless."""
    return (name for name in state.rules.stand_off.channels if state.rules.way(name).repeatable)


def _body(state: State, one: StandOff, known: Incident, channel: str, now: datetime) -> Body:
    minutes, why = max(0, (now - one.begun_at) // MINUTE), one.why or Why.TIME
    incident = number(known)
    if state.rules.way(channel).by is By.RADIO:
        line = asked_by_radio(one.holding, minutes, why, incident)
        return RadioAnswer(ask=one.id, texts=(line,))
    words = ended_on_a_screen(one.how) if one.how else asked_on_a_screen(one.holding, minutes, why)
    return DevicePrompt(
        stand_off=one.id,
        revision=one.revision,
        incident=incident,
        callsign=one.callsign,
        holding=one.holding,
        since=one.begun_at,
        minutes=minutes,
        why=why,
        in_words=words,
        ended=one.ended_at is not None,
    )
