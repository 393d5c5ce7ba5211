"""The straight line: take, check, decide, append together, and only then tell (DESIGN.md)."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from middleware.engine.apply import fold
from middleware.engine.decide import decide, question
from middleware.engine.entry import Entry, Taken
from middleware.engine.seen import Again, digest
from middleware.engine.state import State
from middleware.flow.checker import Checker
from middleware.flow.lanes import Lane, Lanes, Waiting
from middleware.flow.records import Writer
from middleware.flow.spooling import Spooling, Stand
from middleware.flow.stamps import Stamps
from middleware.ops.logging import correlated
from middleware.ports import Clock, Meters, Problem, Standing, Submitted
from schemas.decision import Decision, Failed, Ignored, Why
from schemas.delivery import DeliveryReported, NoteAttempted
from schemas.event import Event
from schemas.service import RAW_KEPT, BuildStarted, Refused

log = structlog.get_logger()

BATCH = 32
"""Entries decided before they are appended: man-down waits for one batch at most."""
PASSES = 3
"""Of the loop, until what was told is on its way: couriers publish in the first, the second finds
that the socket takes it, and in the third it is written."""
FEW = 4
"""Entries of a batch; where more come at once the loop is hard pressed, and passes cost it time."""
NEARLY_FULL = 7 / 8
"""Of what may lie beside the journal: the rest is kept for man-down."""
NOT_WAITING = (NoteAttempted, DeliveryReported, BuildStarted)
"""Whoever hands these in acknowledges nothing to anybody: neither a call to a crew nor a start
waits for a disk."""

Listener = Callable[[Sequence[Entry], State], None]


@dataclass(slots=True)
class Core:
    """The intake and the only place where state changes. `listeners` are called, in order, when
    entries are durable; then those who handed in are answered. Where nothing durable can be had the
    listeners are called all the same, and those who handed in wait (flow/spooling.py)."""

    state: State
    journal: Spooling
    token: int
    writer: Writer
    clock: Clock
    stamps: Stamps
    checker: Checker
    lanes: Lanes
    meters: Meters
    listeners: list[Listener] = field(default_factory=list)
    _at_rest: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _unanswered: deque[tuple[Waiting, Submitted]] = field(default_factory=deque, init=False)
    """What was decided and told, and is durable nowhere yet."""

    def __post_init__(self) -> None:
        self._at_rest.set()
        self.journal.on_moved = self._on_moved

    async def submit(self, event: Event, raw: bytes = b"") -> Submitted:
        """See ports.Intake."""
        done: asyncio.Future[Submitted] = asyncio.get_running_loop().create_future()
        await self.lanes.put(Waiting(event, raw, done))
        return await done

    async def refuse(self, source: str, problem: Problem, raw: bytes) -> Submitted:
        """See ports.Intake."""
        return await self.submit(self._refusal(source, problem, raw, conflict=False))

    async def post(self, event: Event) -> None:
        """Hand in without waiting for durability: for what the service says to itself."""
        done: asyncio.Future[Submitted] = asyncio.get_running_loop().create_future()
        done.add_done_callback(_look_at)
        await self.lanes.put(Waiting(event, b"", done))

    async def run(self) -> None:
        """Serve the lanes until cancelled; raises Fenced when another writer took over."""
        while True:
            batch = await self.lanes.take(BATCH)
            self._at_rest.clear()
            try:
                await self._commit(batch)
                self._at_rest.set()
                if len(batch) < FEW:
                    await self._let_out()
            except BaseException:
                for waiting in batch:
                    waiting.done.cancel()
                raise

    async def _let_out(self) -> None:
        """What was told leaves before the next batch is begun, which would hold it up."""
        for _ in range(PASSES):
            await self.clock.sleep(timedelta())

    async def let_pass(self) -> None:
        """For work that can wait, between its slices: everything else has its turn, and a batch
        that is being written is awaited: two threads that both want to run hold each other up
        for many times the work. Never for more than the one batch."""
        await self.clock.sleep(timedelta())
        await self._at_rest.wait()

    async def _commit(self, batch: list[Waiting]) -> None:
        before = self.state.position
        entries: list[Entry] = []
        records: list[bytes] = []
        answers = [self._take(waiting, entries, records) for waiting in batch]
        if records:
            await self._append(before, records)
        for listener in self.listeners:
            listener(entries, self.state)
        for waiting, answer in zip(batch, answers, strict=True):
            self.meters.counter(
                "forewarn_submissions_total",
                source=waiting.event.source,
                standing=answer.standing.value,
            ).inc()
            if answer.position <= self.journal.kept:
                _answer(waiting, answer)
            elif waiting.event.urgent or isinstance(waiting.event, NOT_WAITING):
                _answer(waiting, replace(answer, kept=False))
            else:
                self._unanswered.append((waiting, answer))

    def _on_moved(self) -> None:
        """What lies beside the journal has become more or less, or durable."""
        while self._unanswered and self._unanswered[0][1].position <= self.journal.kept:
            _answer(*self._unanswered.popleft())
        last = Lane.BULK if self.journal.fullness < NEARLY_FULL else Lane.MAN_DOWN
        self.lanes.open_to(Lane.IMPORT if self.journal.stand is Stand.JOURNAL else last)

    def _take(self, waiting: Waiting, entries: list[Entry], records: list[bytes]) -> Submitted:
        event = waiting.event
        if event.ours:
            standing = Standing.REFUSED if isinstance(event, Refused) else Standing.TAKEN
            return self._enter(event, b"", standing, entries, records)
        content = digest(event)
        again, position = self.state.seen.look_up(event, content)
        if event.urgent and again is not Again.SAME:
            again = Again.NEW  # an id that a gateway uses twice never hides a man-down
        if again is Again.SAME:
            return Submitted(Standing.KNOWN, position)
        if again is Again.CONFLICT:
            problem = Problem(
                "id",
                f"{event.kind}: the same id and revision came before with other content; "
                "send a change under a higher revision",
            )
            refusal = self._refusal(event.source, problem, waiting.raw, conflict=True)
            return self._enter(refusal, b"", Standing.CONFLICT, entries, records)
        standing = Standing.SUPERSEDED if again is Again.OLDER else Standing.TAKEN
        return self._enter(event, content, standing, entries, records)

    def _enter(
        self,
        event: Event,
        content: bytes,
        standing: Standing,
        entries: list[Entry],
        records: list[bytes],
    ) -> Submitted:
        now, position = self.stamps.now(), self.state.position + 1
        taken = Taken(position, now, event)
        if standing is Standing.SUPERSEDED:
            entry = Entry(position, now, event, None, (Ignored(why=Why.SUPERSEDED),))
        else:
            with correlated(str(position)):
                place = question(self.state, event)
                if place is not None:
                    taken = Taken(position, now, event, self.checker.check(self.state, place, now))
                entry = Entry(position, now, event, taken.answer, self._decide(taken))
        fold(self.state, entry, content)
        entries.append(entry)
        records.append(self.writer.seal(entry))
        return Submitted(standing, position)

    def _decide(self, taken: Taken) -> tuple[Decision, ...]:
        """A fault in a handler must not stop the room: the event stays on record, seen by all."""
        try:
            return decide(self.state, taken)
        except Exception as fault:
            log.exception("decide_failed", kind=taken.event.kind, error=type(fault).__name__)
            return (Failed(),)

    async def _append(self, expected: int, records: list[bytes]) -> None:
        begun = self.clock.monotonic()
        await self.journal.append(expected, self.token, records)
        self.meters.histogram("forewarn_journal_append_seconds").observe(
            self.clock.monotonic() - begun
        )
        self.meters.histogram("forewarn_journal_group_records").observe(len(records))
        self.meters.gauge("forewarn_journal_position").set(self.journal.kept)

    def _refusal(self, source: str, problem: Problem, raw: bytes, *, conflict: bool) -> Refused:
        return Refused(
            source=source,
            id="refused",
            occurred_at=self.clock.now(),
            field=problem.field[:200] or "message",
            reason=problem.reason[:2000],
            raw=raw[:RAW_KEPT],
            size=len(raw),
            conflict=conflict,
        )


def _answer(waiting: Waiting, answer: Submitted) -> None:
    if not waiting.done.done():
        waiting.done.set_result(answer)


def _look_at(done: asyncio.Future[Submitted]) -> None:
    """Nobody waits for it: a fault has been raised where it happened."""
    if not done.cancelled():
        done.exception()
