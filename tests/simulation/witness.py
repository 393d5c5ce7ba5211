"""Sees everything that is committed and sent, and says what must never be (O4, N3, N5, N7, C4)."""

import pickle
from collections.abc import Callable, Sequence
from datetime import timedelta

from middleware.engine.apply import fold
from middleware.engine.entry import Entry
from middleware.engine.state import Phase, State
from middleware.flow.service import Limits
from middleware.flow.spooling import Stand
from middleware.ports import ToDevice
from schemas import decision as d
from schemas.check import Outcome
from schemas.delivery import TimerDue
from schemas.event import Event
from schemas.mdt import DeviceAnswer, DeviceNote, DevicePrompt
from schemas.told import RadioAnswer
from tests.simulation.attempts import Attempts
from tests.simulation.machine import Machine
from tests.simulation.police_judge import untold
from tests.simulation.stand_off_judge import Asked
from tests.virtual import VirtualLoop

RESTART_TOLERANCE = 6.0
"""Seconds between a stamp and its commit that a restart takes off a timer."""
BEHIND = Limits().index_behind
TOLD_WITHIN = Limits().journal + timedelta(seconds=4)
"""With what the checks of a batch may take in bad weather."""


class Witness:
    """Folds what is committed beside the service and compares; keeps what is wrong as text."""

    def __init__(self, loop: VirtualLoop, head: Callable[[], int]) -> None:
        """`head` is the last position that the store would still have after a crash."""
        self.wrong: list[str] = []
        self.machine: Machine | None = None
        self.forward = 0.0
        """Seconds by which the machine's clock was put forward so far."""
        self._loop, self._head = loop, head
        self._shadow = State()
        self._told: set[tuple[str, str, int]] = set()
        self._set: dict[str, tuple[int, float, float, float, int]] = {}
        self._sent: dict[tuple[str, str], tuple[int, int]] = {}
        self._lives = 0
        self.attempts = Attempts(self.complain)
        self.stand_offs = Asked(loop, self.complain)
        self.issued: set[str] = set()
        self._said: dict[tuple[str, int], object] = {}
        """What each revision of a note told; None: that there is nothing to tell any more."""

    def complain(self, what: str) -> None:
        self.wrong.append(f"{self._loop.time():.3f} s, position {self._shadow.position}: {what}")

    def is_news(self, note: str, earlier: int, later: int) -> bool:
        """Whether a device that showed the earlier revision, and none between, is told something by
        a later one that says the same: one between said otherwise."""
        says = self._said[note, later]
        return any(self._said.get((note, at), says) != says for at in range(earlier + 1, later))

    # --- what is committed -------------------------------------------------------------

    def restored(self, state: State, durable: Sequence[Entry]) -> None:
        """The service starts with this state; `durable` is what the store has."""
        self._lives += 1
        for entry in durable[self._shadow.position :]:
            self._look(entry, known=False)
        if state != self._shadow:
            self.complain("the restored state is not the fold of the journal")
        self._shadow = pickle.loads(pickle.dumps(state))  # noqa: S301 - our own

    def committed(self, entries: Sequence[Entry], state: State) -> None:
        if entries and entries[-1].position > self._head() and not self._in_memory():
            self.complain("couriers and consoles were told before it was durable")
        for entry in entries:
            self._look(entry, known=True)
            self._look_at_pace(entry)
        if state != self._shadow:
            self.complain("the live state is not the fold of what was committed")
        for note in state.notes.values():
            if note.phase is Phase.OPEN and f"rung:{note.id}" not in state.timers:
                self.complain(f"the duty {note.id} is open and nothing goes on with it")
        for one in untold(state):
            self.complain(f"the request {one.id} is {one.phase} and nothing goes on with it")
        self._look_at_queues()

    def _look_at_pace(self, entry: Entry) -> None:
        """Whatever the journal does, what was decided is told soon."""
        if self.machine is None or not self.machine.has_true_time:
            return
        waited = self.machine.clock.now() - entry.received_at
        if waited > TOLD_WITHIN:
            self.complain(f"position {entry.position} was told {waited} after it was decided")

    def _in_memory(self) -> bool:
        return self.machine is not None and self.machine.stand is Stand.MEMORY

    def _look(self, entry: Entry, *, known: bool) -> None:
        shadow, event = self._shadow, entry.event
        if entry.position != shadow.position + 1:
            self.complain(f"position {entry.position} does not follow")
        if shadow.at is not None and entry.received_at < shadow.at:
            self.complain("the stamps ran backwards")
        if isinstance(event, Event) and not event.ours:
            key = (event.source, event.id, event.revision)
            if key in self._told:
                self.complain(f"{key} is in the journal twice")
            self._told.add(key)
        if isinstance(event, TimerDue):
            self._look_at_timer(entry, event)
        fold(shadow, entry)
        for made in entry.decisions:
            self._look_at_decision(entry, made, known=known)

    def _look_at_decision(self, entry: Entry, made: d.Decision, *, known: bool) -> None:
        self.attempts.decided(made, self._shadow)
        self.stand_offs.decided(made)
        match made:
            case d.TimerSet():
                wait = (made.due_at - entry.received_at).total_seconds()
                now = self._loop.time() if known else float("-inf")
                self._set[made.timer] = (made.revision, now, self.forward, wait, self._lives)
            case d.Assessed():
                self._look_at_check(entry, made)
            case d.NoteIssued():
                self.issued.add(made.note)
                issued = self._shadow.notes[made.note]
                says = issued.content, issued.plan, made.matched.relation
                self._said[made.note, made.revision] = says
            case d.NoteWithdrawn():
                self._said[made.note, made.revision] = None
            case d.Failed():
                self.complain("the engine failed on an event")

    def _look_at_timer(self, entry: Entry, event: TimerDue) -> None:
        """Early is what comes before its moment by the stamps and before its time has passed."""
        timer = self._shadow.timers.get(event.timer)
        revision, at, forward, wait, life = self._set.get(event.timer, (0, 0.0, 0.0, 0.0, 0))
        if timer is None or timer.revision != event.revision or revision != event.revision:
            return
        if entry.received_at >= timer.due_at:
            return
        passed = self._loop.time() - at
        if life != self._lives:
            passed += self.forward - forward + RESTART_TOLERANCE
        if passed < wait - 1e-3:
            self.complain(f"the timer {event.timer} fired {wait - passed:.3f} s early")

    def _look_at_check(self, entry: Entry, made: d.Assessed) -> None:
        answer = entry.answer
        if made.outcome is not Outcome.NONE_FOUND:
            return
        hidden = {left_out.marker for left_out in made.not_shown}
        if answer is None or not (answer.outcome is Outcome.NONE_FOUND or hidden):
            self.complain("none found was recorded where the matcher did not say so")
        known = self._shadow.incidents.get(made.subject)
        if known is None:
            return
        long_ago = entry.received_at - BEHIND - timedelta(seconds=1)
        changes = self._shadow.markers.changes
        then = max((position for position, at in changes if at <= long_ago), default=0)
        new = {kept.id for kept in self._shadow.markers.in_force(after=then)}
        for kept in self._shadow.markers.in_force():
            if kept.id in new | hidden:
                continue
            if kept.read().address == known.place.address:
                self.complain(f"none found, and {kept.id} has been in force for long")

    def _look_at_queues(self) -> None:
        if self.machine is None or self.machine.service is None:
            return
        lanes = self.machine.service.core.lanes
        if any(len(queue) > lanes._bound for queue in lanes._queues):
            self.complain("a lane holds more than its bound")

    # --- what is sent ------------------------------------------------------------------

    def sent(self, message: ToDevice) -> None:
        body = message.body
        if isinstance(body, DeviceAnswer):
            self._look_at_answer(body)
        elif isinstance(body, DeviceNote):
            self._look_at_note(message.device, body)
        elif isinstance(body, DevicePrompt):
            self.stand_offs.sent(body.stand_off, ended=body.ended)
        else:
            self.complain("a device was given what it cannot show")

    def sent_far(self, channel: str, message: ToDevice) -> None:
        if isinstance(message.body, RadioAnswer) and message.body.ask in self.stand_offs.known:
            self.stand_offs.sent(message.body.ask, ended=False)
        self.attempts.went(channel, message, self._shadow)

    def _look_at_note(self, device: str, body: DeviceNote) -> None:
        note = self._shadow.notes.get(body.note)
        if note is None or note.revision < body.revision:
            self.complain(f"note {body.note} revision {body.revision} was sent and is not durable")
        last = self._sent.get((device, body.note), (0, 0))
        said = (body.writer, body.revision)  # the word of a later writer stands over an earlier's
        if said < last:
            self.complain(f"note {body.note}: writer, revision {said} was sent after {last}")
        self._sent[device, body.note] = max(last, said)

    def _look_at_answer(self, body: DeviceAnswer) -> None:
        for known in body.incidents:
            said_none = "none found" in known.in_words
            if said_none != (known.outcome is Outcome.NONE_FOUND):
                self.complain("an answer to a crew says none found where it is not so")
