"""Couriers: one loop a destination carries what was decided until the device has shown it.

Accepted is not delivered: a parcel stays until the record says the device showed its revision
(or took the note away), or until the note has run out. A device's sign of life, or the channel's
return, sends everything open again at once; otherwise the wait doubles.
"""

import asyncio
import heapq
from collections.abc import Iterable, Sequence
from datetime import timedelta
from random import Random

import structlog

from middleware.engine.entry import Entry
from middleware.engine.state import Note, Phase, State
from middleware.flow.messages import answer_message, note_message
from middleware.flow.parcels import ANSWER, Destination, Parcel
from middleware.ports import Channel, ChannelDown, Clock, Meters
from schemas import decision as d

FIRST_WAIT = 5.0
LONGEST_WAIT = 300.0
SEND_LIMIT = 60.0
"""Seconds for one send. Channels have limits of their own, and shorter ones."""
ANSWER_LASTS = 60.0
"""Seconds for which what was known still answers a question; then the crew asks again."""

log = structlog.get_logger()


class Couriers:
    """All destinations. Messages are built when the record is durable, never later."""

    def __init__(
        self, channels: dict[str, Channel], clock: Clock, random: Random, meters: Meters
    ) -> None:
        self._channels, self._clock, self._random, self._meters = channels, clock, random, meters
        self._destinations: dict[tuple[str, str], Destination] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._later: list[tuple[float, int, Destination, Parcel]] = []
        self._number = 0
        self._sooner = asyncio.Event()
        depth = meters.gauge("forewarn_queue_depth", queue="couriers")
        depth.set_function(self._depth)

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
            notes = [state.notes[name] for name in state.by_device.get(made.device, {})]
            self._bring_again(state, made.channel, notes)
        elif isinstance(made, d.SourceChanged) and made.connected:
            self._bring_again(state, made.source, state.notes.values())
        elif isinstance(made, d.AskAnswered):
            self._answer(state, made)

    def _put_note(self, state: State, note: Note) -> None:
        for channel in note.channels:
            if channel in self._channels and note.shown.get(channel, 0) < note.revision:
                self._put(channel, self._parcel(state, note))

    def _parcel(self, state: State, note: Note, *, once: bool = False) -> Parcel:
        kind = "withdrawal" if note.phase is Phase.WITHDRAWN else "note"
        now = self._clock.monotonic()
        lasts = note.expires_at - (state.at or note.issued_at)
        message = note_message(state, note)
        until = now + lasts.total_seconds()
        return Parcel(note.id, note.revision, message, kind, until, once=once)

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

    def _bring_again(self, state: State, channel: str, notes: Iterable[Note]) -> None:
        """A device returned, or the channel, and nobody knows what it missed to tell: what is in
        force goes out at once, and what was shown once more, for a device may have forgotten."""
        for note in notes:
            if channel not in self._channels or channel not in note.channels:
                continue
            shown = note.shown.get(channel, 0) >= note.revision
            if shown and note.phase is Phase.WITHDRAWN:
                continue
            if not self._hurry(channel, note):
                self._put(channel, self._parcel(state, note, once=shown))

    def _hurry(self, channel: str, note: Note) -> bool:
        """Send its parcel at once, if there is one; whether there was."""
        destination = self._destinations.get((channel, note.device))
        parcel = destination.parcels.get(note.id) if destination else None
        if destination is None or parcel is None or parcel.revision < note.revision:
            return False
        parcel.tries = 0
        destination.send_now(parcel)
        self._start(destination)
        return True

    def _answer(self, state: State, made: d.AskAnswered) -> None:
        if made.channel in self._channels:
            message, now = answer_message(state, made), self._clock.monotonic()
            key, until = f"{ANSWER}/{made.ask}", now + ANSWER_LASTS
            self._put(made.channel, Parcel(key, 1, message, ANSWER, until, once=True))

    def _put(self, channel: str, parcel: Parcel) -> None:
        key = (channel, parcel.message.device)
        destination = self._destinations.get(key)
        if destination is None:
            destination = self._destinations[key] = Destination(*key)
        destination.put(parcel)
        self._start(destination)

    def came_back(self, channel: str) -> None:
        """The channel can send again: everything open on it is due. (What was shown is built
        anew when the record says so: only then is the state that of the journal.)"""
        for destination in self._destinations.values():
            if destination.channel == channel:
                for parcel in destination.parcels.values():
                    parcel.tries = 0
                    destination.send_now(parcel)
                self._start(destination)

    async def run(self) -> None:
        """Carry until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            for destination in self._destinations.values():
                self._start(destination)
            await self._repeat()

    def _start(self, destination: Destination) -> None:
        if self._tasks is not None and not destination.carried:
            destination.carried = True
            self._tasks.create_task(self._carry(destination))

    async def _carry(self, destination: Destination) -> None:
        """Work through the queue, one after the other: a device is told in order."""
        while destination.queue:
            parcel = destination.queue.popleft()
            parcel.waits = False
            if destination.is_open(parcel, self._clock.monotonic()):
                await self._send(destination, parcel)
        destination.carried = False
        if not destination.parcels:
            self._destinations.pop((destination.channel, destination.device), None)

    async def _send(self, destination: Destination, parcel: Parcel) -> None:
        parcel.tries += 1
        wait = min(FIRST_WAIT * 2 ** (parcel.tries - 1), LONGEST_WAIT)
        due = self._clock.monotonic() + wait * self._random.uniform(0.8, 1.2)
        accepted = await self._accepted(destination.channel, parcel)
        if accepted and parcel.once and destination.parcels.get(parcel.key) is parcel:
            del destination.parcels[parcel.key]
        if destination.parcels.get(parcel.key) is parcel:
            self._again_at(due, destination, parcel)

    def _again_at(self, due: float, destination: Destination, parcel: Parcel) -> None:
        parcel.due = due
        self._number += 1
        heapq.heappush(self._later, (due, self._number, destination, parcel))
        if self._later[0][1] == self._number:
            self._sooner.set()

    async def _repeat(self) -> None:
        """Send again what was not shown in time; what was, or was replaced, or was sent since, is
        passed over."""
        while True:
            self._sooner.clear()
            now = self._clock.monotonic()
            while self._later and self._later[0][0] <= now:
                due, _, destination, parcel = heapq.heappop(self._later)
                if parcel.due == due and destination.is_open(parcel, now):
                    destination.send_now(parcel)
                    self._start(destination)
            await self._wait()

    async def _wait(self) -> None:
        """Until the first parcel is due, or one that is due sooner comes."""
        if not self._later:
            await self._sooner.wait()
            return
        delay = timedelta(seconds=max(0.0, self._later[0][0] - self._clock.monotonic()))
        sleeper = asyncio.ensure_future(self._clock.sleep(delay))
        waker = asyncio.ensure_future(self._sooner.wait())
        try:
            await asyncio.wait({sleeper, waker}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeper.cancel()
            waker.cancel()

    async def _accepted(self, channel: str, parcel: Parcel) -> bool:
        """A fault of one channel must not stop the others: it counts as a refusal. What a channel
        accepts and refuses it counts itself."""
        try:
            async with asyncio.timeout(SEND_LIMIT):
                await self._channels[channel].send(parcel.message)
        except ChannelDown:
            return False
        except Exception as fault:
            log.exception("send_failed", channel=channel, error=type(fault).__name__)
            self._meters.counter("forewarn_send_failures_total", channel=channel).inc()
            return False
        return True

    def _depth(self) -> float:
        return sum(len(destination.parcels) for destination in self._destinations.values())
