"""The straight line: take, check, decide, append together, and only then tell (DESIGN.md)."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from middleware.engine.apply import fold
from middleware.engine.decide import decide, question
from middleware.engine.entry import Entry, Taken
from middleware.engine.seen import Again, digest
from middleware.engine.state import State
from middleware.flow.checker import Checker
from middleware.flow.lanes import Lanes, Waiting
from middleware.flow.records import Writer
from middleware.flow.stamps import Stamps
from middleware.ops.logging import correlated
from middleware.ports import Clock, Journal, Meters, Problem, Standing, Submitted
from schemas.decision import Decision, Failed, Ignored, Why
from schemas.event import Event
from schemas.service import RAW_KEPT, Refused

log = structlog.get_logger()

BATCH = 32
"""Entries decided before they are appended: man-down waits for one batch at most."""
RETRY = timedelta(milliseconds=200)

Listener = Callable[[Sequence[Entry], State], None]


@dataclass(slots=True)
class Core:
    """The intake and the only place where state changes. `listeners` are called, in order, when
    entries are durable; then those who handed in are answered."""

    state: State
    journal: Journal
    token: int
    writer: Writer
    clock: Clock
    stamps: Stamps
    checker: Checker
    lanes: Lanes
    meters: Meters
    listeners: list[Listener] = field(default_factory=list)
    failing: bool = False
    """While the journal cannot be written."""
    _at_rest: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        self._at_rest.set()

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
            except BaseException:
                for waiting in batch:
                    waiting.done.cancel()
                raise

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
            if not waiting.done.done():
                waiting.done.set_result(answer)

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
        """Until it is durable: an append can be repeated, so a timed-out one is asked again."""
        begun = self.clock.monotonic()
        while True:
            try:
                await self.journal.append(expected, self.token, records)
            except OSError as fault:
                log.exception("journal_not_written", error=type(fault).__name__, position=expected)
                self.failing = True
                await self.clock.sleep(RETRY)
            else:
                self.failing = False
                break
        self.meters.histogram("forewarn_journal_append_seconds").observe(
            self.clock.monotonic() - begun
        )
        self.meters.histogram("forewarn_journal_group_records").observe(len(records))
        self.meters.gauge("forewarn_journal_position").set(expected + len(records))

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


def _look_at(done: asyncio.Future[Submitted]) -> None:
    """Nobody waits for it: a fault has been raised where it happened."""
    if not done.cancelled():
        done.exception()
