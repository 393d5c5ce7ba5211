"""Couriers: one loop a destination carries what was decided until the device has shown it.

Accepted is not delivered: a parcel stays until the record says the device showed its revision
(or took the note away), or until the note has run out. A device's sign of life, or the channel's
return, sends everything open again at once; otherwise the wait doubles. Where sending twice is
not harmless each attempt is on record first, and only what never went out is tried again.
"""

import asyncio
import heapq
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

import structlog

from middleware.engine.entry import Entry
from middleware.engine.state import Note, State
from middleware.flow.attempts import Attempts, is_wanted
from middleware.flow.bodies import note_message
from middleware.flow.carried import BESIDE, Carried, beside, find, is_in_force, is_withdrawn
from middleware.flow.danger import most_dangerous_first
from middleware.flow.messages import answer_message
from middleware.flow.parcels import ANSWER, Destination, Parcel
from middleware.ops.clock import sleep_unless
from middleware.ports import Channel, ChannelDown, Clock, Intake, Meters
from schemas import decision as d
from schemas.delivery import NOT_OUT, Delivery
from schemas.telling import AttemptMade

FIRST_WAIT = 5.0
LONGEST_WAIT = 300.0
TOGETHER = 0.01
"""Seconds for which what is due to be sent again is gathered, so that the clock is asked rarely."""
SEND_LIMIT = 60.0
"""Seconds for one send. Channels have limits of their own, and shorter ones."""
COMES_UP = 10.0
"""Seconds after the start for which an attempt waits for a channel that has not come up yet: its
failure would move the ladder on."""
ANSWER_LASTS = 60.0
"""Seconds for which what was known still answers a question; then the crew asks again."""

log = structlog.get_logger()


class Couriers:
    """All destinations. Messages are built when the record is durable, never later."""

    def __init__(
        self,
        channels: dict[str, Channel],
        clock: Clock,
        random: Random,
        meters: Meters,
        intake: Intake,
    ) -> None:
        self._channels, self._clock, self._random, self._meters = channels, clock, random, meters
        self._attempts = Attempts(intake, clock)
        self._destinations: dict[tuple[str, str], Destination] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._up: set[str] = set()
        self._begun = clock.monotonic()
        self._later: list[tuple[float, int, Destination, Parcel]] = []
        self._number = 0
        self._sooner = asyncio.Event()
        self._acts: dict[type[d.Decision], Callable[[State, Any], None]] = {
            d.RungEntered: self._on_rung,
            d.NoteWithdrawn: self._on_rung,
            **dict.fromkeys(BESIDE, self._on_beside),
            d.Shown: self._on_shown,
            d.DutyAnswered: lambda state, made: self._drop_attempts(state, made.note),
            d.TaskAssumed: lambda state, made: self._drop_attempts(
                state, made.task.removeprefix("t-")
            ),
            d.DeviceReturned: self._on_device,
            d.SourceChanged: self._on_source,
            d.AskAnswered: self._answer,
            AttemptMade: lambda _, made: self._attempts.on_made(made),
        }
        depth = meters.gauge("forewarn_queue_depth", queue="couriers")
        depth.set_function(self._depth)

    def restore(self, state: State) -> None:
        """After a restart: every open note goes out again; devices know what they have shown.
        Elsewhere only what nobody knows the end of is told once more."""
        for note in most_dangerous_first(state):
            self._put_note(state, note)
            self._put_note(state, note, again=True)
        for other in beside(state):
            self._put_note(state, other)

    def on_committed(self, entries: Sequence[Entry], state: State) -> None:
        for entry in entries:
            for made in entry.decisions:
                self._on_decision(state, made)

    def _on_decision(self, state: State, made: d.Decision) -> None:
        act = self._acts.get(type(made))
        if act is not None:
            act(state, made)

    def _on_rung(self, state: State, made: d.RungEntered | d.NoteWithdrawn) -> None:
        if made.note in state.notes:
            self._put_note(state, state.notes[made.note])

    def _on_beside(self, state: State, made: d.Decision) -> None:
        other = BESIDE[type(made)](state, made)
        if other is not None:
            for channel in other.channels:
                self._drop_shown(other, channel)
            self._put_note(state, other)

    def _on_device(self, state: State, made: d.DeviceReturned) -> None:
        notes = [state.notes[name] for name in state.by_device.get(made.device, {})]
        self._bring_again(state, made.channel, notes)
        self._send_open(self._destinations.get((made.channel, made.device)))

    def _on_source(self, state: State, made: d.SourceChanged) -> None:
        if made.connected and made.source in self._channels:
            self._bring_again(state, made.source, state.notes.values())
            self._bring_again(state, made.source, beside(state))

    def _put_note(self, state: State, note: Carried, *, again: bool = False) -> None:
        for channel, on in note.channels.items():
            if channel not in self._channels:
                continue
            if not state.rules.way(channel).repeatable and isinstance(note, Note):
                self._drop(note, channel, below=note.revision)
                if is_wanted(note, on, again=again) and not self._is_put(note, channel):
                    parcel = self._parcel(state, note, channel, once=True)
                    parcel.attempt, parcel.again = on.attempts, again
                    self.put(channel, parcel)
            elif not again and note.shown.get(channel, 0) < note.revision:
                self.put(channel, self._parcel(state, note, channel))

    def _is_put(self, note: Note, channel: str) -> bool:
        """Whether an attempt waits that has not begun."""
        parcel = self._find(note, channel)
        return parcel is not None and not parcel.under_way

    def _drop(self, note: Carried, channel: str, *, below: int) -> None:
        """What waits of a revision before that one is not sent any more."""
        parcel = self._find(note, channel)
        if parcel and parcel.revision < below:
            self._destinations[channel, note.channels[channel].address].drop(parcel)

    def _drop_attempts(self, state: State, name: str) -> None:
        """A person has answered for it: nobody is rung any more."""
        note = state.notes.get(name)
        for channel, on in note.channels.items() if note else ():
            destination = self._destinations.get((channel, on.address))
            parcel = destination.parcels.get(name) if destination else None
            if destination and parcel and parcel.attempt is not None:
                destination.drop(parcel)

    def _find(self, note: Carried, channel: str) -> Parcel | None:
        on = note.channels.get(channel)
        destination = self._destinations.get((channel, on.address)) if on else None
        return destination.parcels.get(note.id) if destination else None

    def _parcel(self, state: State, note: Carried, channel: str, *, once: bool = False) -> Parcel:
        kind = "withdrawal" if is_withdrawn(note) else "note"
        now = self._clock.monotonic()
        lasts = note.expires_at - (state.at or note.issued_at)
        message = note_message(state, note, channel)
        until = now + lasts.total_seconds()
        return Parcel(note.id, note.revision, message, kind, until, once=once)

    def _on_shown(self, state: State, made: d.Shown) -> None:
        note = find(state, made.note)
        if note is not None:
            self._drop_shown(note, made.channel)

    def _drop_shown(self, note: Carried, channel: str) -> None:
        """The other side has it."""
        self._drop(note, channel, below=note.shown.get(channel, 0) + 1)

    def _bring_again(self, state: State, channel: str, notes: Iterable[Carried]) -> None:
        """A device returned, or the channel, and nobody knows what it missed to tell: what is in
        force goes out at once, and what was shown once more, for a device may have forgotten."""
        for note in notes:
            if channel not in self._channels or channel not in note.channels:
                continue
            shown = note.shown.get(channel, 0) >= note.revision
            stays = isinstance(note, Note) or (
                state.rules.way(channel).anew and is_in_force(state, note)
            )
            if shown and (is_withdrawn(note) or not stays):
                continue
            hurried = self._hurry(channel, note)
            if not hurried and state.rules.way(channel).repeatable:
                self.put(channel, self._parcel(state, note, channel, once=shown))

    def _hurry(self, channel: str, note: Carried) -> bool:
        """Send its parcel at once, if there is one; whether there was."""
        parcel = self._find(note, channel)
        if parcel is None or parcel.revision < note.revision:
            return False
        destination = self._destinations[channel, note.channels[channel].address]
        parcel.tries = 0
        destination.send_now(parcel)
        self._start(destination)
        return True

    def _answer(self, state: State, made: d.AskAnswered) -> None:
        if made.channel in self._channels:
            message, now = answer_message(state, made), self._clock.monotonic()
            key, until = f"{ANSWER}/{made.ask}", now + ANSWER_LASTS
            self.put(made.channel, Parcel(key, 1, message, ANSWER, until, once=True))

    def put(self, channel: str, parcel: Parcel) -> None:
        """To be carried: a note, an answer, or what others have made (prompts.py)."""
        key = (channel, parcel.message.device)
        destination = self._destinations.get(key)
        if destination is None:
            destination = self._destinations[key] = Destination(*key)
        destination.put(parcel)
        self._start(destination)

    def came_back(self, channel: str) -> None:
        """The channel can send again: everything open on it is due. (What was shown is built
        anew when the record says so: only then is the state that of the journal.)"""
        self._up.add(channel)
        for destination in self._destinations.values():
            if destination.channel == channel:
                self._send_open(destination)

    def _send_open(self, destination: Destination | None) -> None:
        if destination is not None:
            for parcel in destination.parcels.values():
                parcel.tries = 0
                destination.send_now(parcel)
            self._start(destination)

    async def run(self) -> None:
        """Carry until cancelled."""
        self._begun = self._clock.monotonic()
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
        up_by = self._begun + COMES_UP
        is_up = destination.channel in self._up or self._clock.monotonic() >= up_by
        if parcel.attempt is not None and not is_up:
            self._again_at(up_by, destination, parcel)
            return
        parcel.tries += 1
        wait = min(FIRST_WAIT * 2 ** (parcel.tries - 1), LONGEST_WAIT)
        due = self._clock.monotonic() + wait * self._random.uniform(0.8, 1.2)
        if parcel.attempt is not None:
            await self._attempt(destination, parcel)
        elif await self._fault(destination.channel, parcel) is None and parcel.once:
            destination.drop(parcel)
        if destination.parcels.get(parcel.key) is parcel:
            self._again_at(due, destination, parcel)

    async def _attempt(self, destination: Destination, parcel: Parcel) -> None:
        """Once it may have gone out, it is not sent again: the ladder goes on, or a person does."""
        parcel.under_way = True
        fault: Delivery | None = None
        if await self._attempts.agreed(destination.channel, parcel):
            # a person may have answered in the same group of records
            wanted = destination.is_open(parcel, self._clock.monotonic())
            fault = Delivery.UNSENT
            if wanted:
                fault = await self._fault(destination.channel, parcel)
        parcel.under_way = False
        if fault is not None:
            await self._attempts.report(destination, parcel, fault)
        if fault in NOT_OUT:
            parcel.again = False  # that attempt does not count: the next one stands for it
        else:
            destination.drop(parcel)

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
        """Until the first parcel is due, at least TOGETHER, or one that is due sooner comes."""
        if not self._later:
            await self._sooner.wait()
            return
        delay = timedelta(seconds=max(TOGETHER, self._later[0][0] - self._clock.monotonic()))
        await sleep_unless(self._sooner, self._clock, delay)

    async def _fault(self, channel: str, parcel: Parcel) -> Delivery | None:
        """Send; what went wrong, if anything. A fault of one channel must not stop the others: it
        counts as a refusal. What a channel accepts and refuses it counts itself."""
        try:
            async with asyncio.timeout(SEND_LIMIT):
                await self._channels[channel].send(parcel.message)
        except ChannelDown as down:
            return down.state
        except Exception as fault:
            log.exception("send_failed", channel=channel, error=type(fault).__name__)
            self._meters.counter("forewarn_send_failures_total", channel=channel).inc()
            return Delivery.FAILED
        return None

    def _depth(self) -> float:
        return sum(len(destination.parcels) for destination in self._destinations.values())
