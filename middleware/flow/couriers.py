"""Couriers: one loop a destination carries what was decided until the device has shown it.

Accepted is not delivered: a parcel stays until the record says the device showed its revision
(or took the note away), the note expired or was forgotten. A device's sign of life, or the
channel's return, sends everything open again at once; otherwise the wait doubles.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from middleware.engine.entry import Entry
from middleware.engine.state import Note, Phase, State
from middleware.flow.messages import answer_message, note_message
from middleware.ports import Channel, ChannelDown, Clock, Meters, ToDevice
from schemas import decision as d

FIRST_WAIT = 5.0
LONGEST_WAIT = 300.0
SEND_LIMIT = 5.0


@dataclass(slots=True)
class Parcel:
    """One message for one device. `key` is the note or the ask; `once`: sent, not repeated."""

    key: str
    revision: int
    message: ToDevice
    kind: str
    due: float
    tries: int = 0
    once: bool = False


@dataclass(slots=True)
class Destination:
    """A device on a channel: its open parcels, in order, and the loop that carries them."""

    channel: str
    device: str
    parcels: dict[str, Parcel] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Couriers:
    """All destinations. Messages are built when the record is durable, never later."""

    def __init__(
        self, channels: dict[str, Channel], clock: Clock, random: Random, meters: Meters
    ) -> None:
        self._channels, self._clock, self._random, self._meters = channels, clock, random, meters
        self._destinations: dict[tuple[str, str], Destination] = {}
        self._tasks: asyncio.TaskGroup | None = None

    def restore(self, state: State) -> None:
        """After a restart: every open note goes out again; devices know what they have shown."""
        for note in state.notes.values():
            self._put_note(state, note)

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        for entry in entries:
            for made in entry.decisions:
                self._on_decision(state, made)

    def _on_decision(self, state: State, made: d.Decision) -> None:
        if isinstance(made, d.RungEntered | d.NoteWithdrawn):
            if made.note in state.notes:
                self._put_note(state, state.notes[made.note])
        elif isinstance(made, d.Shown):
            self._on_shown(state, made)
        elif isinstance(made, d.DeviceReturned):
            self._on_returned(state, made)
        elif isinstance(made, d.AskAnswered):
            self._answer(state, made)
        elif isinstance(made, d.Forgotten):
            self._drop_forgotten(state)

    def _put_note(self, state: State, note: Note) -> None:
        for channel in note.channels:
            if channel in self._channels and note.shown.get(channel, 0) < note.revision:
                self._put(channel, self._parcel(state, note))

    def _parcel(self, state: State, note: Note, *, once: bool = False) -> Parcel:
        kind = "withdrawal" if note.phase is Phase.WITHDRAWN else "note"
        due = self._clock.monotonic()
        message = note_message(state, note)
        return Parcel(note.id, note.revision, message, kind, due, once=once)

    def _on_shown(self, state: State, made: d.Shown) -> None:
        note = state.notes.get(made.note)
        if note is None:
            return
        destination = self._destinations.get((made.channel, note.device))
        if destination is None:
            return
        parcel = destination.parcels.get(made.note)
        if parcel is not None and parcel.revision <= made.revision:
            del destination.parcels[made.note]

    def _on_returned(self, state: State, made: d.DeviceReturned) -> None:
        """What is in force goes out once more, also what was shown: it may have forgotten."""
        for name in state.by_device.get(made.device, {}):
            note = state.notes[name]
            if made.channel not in note.channels:
                continue
            shown = note.shown.get(made.channel, 0) >= note.revision
            if note.phase is not Phase.WITHDRAWN or not shown:
                self._put(made.channel, self._parcel(state, note, once=shown))

    def _answer(self, state: State, made: d.AskAnswered) -> None:
        if made.channel in self._channels:
            message = answer_message(state, made)
            due = self._clock.monotonic()
            self._put(made.channel, Parcel(made.ask, 1, message, "answer", due, once=True))

    def _drop_forgotten(self, state: State) -> None:
        for destination in self._destinations.values():
            gone = [k for k, p in destination.parcels.items() if p.kind != "answer"]
            for key in gone:
                if key not in state.notes:
                    del destination.parcels[key]

    def _put(self, channel: str, parcel: Parcel) -> None:
        key = (channel, parcel.message.device)
        destination = self._destinations.get(key)
        if destination is None:
            destination = self._destinations[key] = Destination(*key)
        destination.parcels[parcel.key] = parcel
        destination.wake.set()
        self._start(destination)

    def came_back(self, channel: str) -> None:
        """The channel can send again: everything open on it is due."""
        now = self._clock.monotonic()
        for destination in self._destinations.values():
            if destination.channel == channel:
                for parcel in destination.parcels.values():
                    parcel.due, parcel.tries = now, 0
                destination.wake.set()

    async def run(self) -> None:
        """Carry until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            for destination in self._destinations.values():
                self._start(destination)
            await asyncio.Event().wait()

    def _start(self, destination: Destination) -> None:
        if self._tasks is not None and destination.task is None:
            destination.task = self._tasks.create_task(self._carry(destination))

    async def _carry(self, destination: Destination) -> None:
        while destination.parcels:
            destination.wake.clear()
            now = self._clock.monotonic()
            due = [p for p in destination.parcels.values() if p.due <= now]
            for parcel in due:
                await self._send(destination, parcel)
            await self._rest(destination)
        destination.task = None
        self._destinations.pop((destination.channel, destination.device), None)

    async def _send(self, destination: Destination, parcel: Parcel) -> None:
        if destination.parcels.get(parcel.key) is not parcel:
            return
        parcel.tries += 1
        wait = min(FIRST_WAIT * 2 ** (parcel.tries - 1), LONGEST_WAIT)
        parcel.due = self._clock.monotonic() + wait * self._random.uniform(0.8, 1.2)
        try:
            await self._channels[destination.channel].send(parcel.message)
        except ChannelDown:
            self._count("forewarn_send_failures_total", channel=destination.channel)
            return
        self._count("forewarn_sent_total", channel=destination.channel, kind=parcel.kind)
        if parcel.once and destination.parcels.get(parcel.key) is parcel:
            del destination.parcels[parcel.key]

    def _count(self, name: str, **labels: str) -> None:
        self._meters.counter(name, **labels).inc()

    async def _rest(self, destination: Destination) -> None:
        """Until the next parcel is due, or something happens."""
        if not destination.parcels:
            return
        first = min(p.due for p in destination.parcels.values())
        delay = timedelta(seconds=max(0.0, first - self._clock.monotonic()))
        sleeper = asyncio.ensure_future(self._clock.sleep(delay))
        waker = asyncio.ensure_future(destination.wake.wait())
        try:
            await asyncio.wait({sleeper, waker}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
            waker.cancel()
