"""What radios say, into the intake: emergencies first and never behind anything, the rest in order
for each radio, many radios at once (D1, N3, C5).

A serial line cannot be asked to wait: nothing here holds up its reading. What finds no room is
dropped and counted; emergencies have a queue of their own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from adapters.channels.fair import FairQueue
from adapters.channels.radio_book import Book
from adapters.channels.radio_events import Events
from adapters.channels.radio_settings import RadioSettings
from adapters.codecs import tetra_heard as heard
from adapters.codecs import tetra_pei as pei
from adapters.codecs.tetra_sds_tl import Report
from adapters.codecs.tetra_told import answer_to, report_on
from middleware.ports import Intake, Problem, World
from schemas.event import Event
from schemas.safety import SafetyEvent

WAITING, EACH = 5_000, 50
"""Messages of all radios and of one that wait for the journal."""

EMERGENCIES = 2_000
ANSWERS = 100
"""Reports and acknowledgements to radios that wait for the line; who misses one asks again."""

WORKERS, EMERGENCY_WORKERS = 16, 16

Tell = Callable[[str, bytes], Awaitable[None]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Said:
    """One thing heard, or a report of our own, which has no `meant`."""

    event: Event | Problem
    raw: bytes
    meant: heard.Heard | None = None


class Incoming:
    """`hear` and `put` take without waiting; `run` hands in and answers radios that asked for it
    by `tell`. An emergency is never answered: silent first (D1)."""

    def __init__(
        self, name: str, settings: RadioSettings, world: World, book: Book, tell: Tell
    ) -> None:
        self._name, self._clock, self._tell = name, world.clock, tell
        self._loopback = world.loopbacks.get(name)
        self._understanding = heard.Understanding(settings.emergency_priority)
        self.events = Events(name, settings, world, book)
        self._urgent: asyncio.Queue[_Said] = asyncio.Queue(EMERGENCIES)
        self._others = FairQueue[_Said](bound=WAITING, each=EACH)
        self._answers: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(ANSWERS)
        self._full = False
        self._lost_parts = 0
        meters = world.meters
        self._received = meters.counter("forewarn_adapter_received_total", adapter=name)
        self._drops = meters.counter("forewarn_adapter_dropped_total", adapter=name)
        self._unread = meters.counter("forewarn_adapter_unknown_fields_total", adapter=name)
        depths = {"emergencies": self._urgent.qsize, "incoming": lambda: self._others.depth}
        for which, depth in depths.items():
            queue = f"{name} {which}"
            bound = EMERGENCIES if which == "emergencies" else WAITING
            meters.gauge("forewarn_queue_bound", queue=queue).set(bound)
            meters.gauge("forewarn_queue_depth", queue=queue).set_function(depth)

    def hear(self, item: pei.Item) -> None:
        """One thing that the radio said by itself."""
        said = self._understanding.understand(item, self._clock.monotonic())
        if self._loopback is None or getattr(said, "radio", None) != self._loopback:
            self._received.inc()
        lost, self._lost_parts = self._lost_parts, self._understanding.dropped_parts
        self._drops.inc(self._lost_parts - lost)
        event = self.events.of(said, self._clock.now()) if said else None
        if said is None or event is None:
            self._unread.inc()
        else:
            self._queue(_Said(event, said.raw, said), getattr(said, "radio", None) or "")

    def put(self, radio: str, event: Event) -> None:
        """A report of our own on what was sent to `radio`."""
        self._queue(_Said(event, b""), radio)

    def _queue(self, said: _Said, radio: str) -> None:
        if isinstance(said.event, SafetyEvent):
            room = not self._urgent.full()
            if room:
                self._urgent.put_nowait(said)
        else:
            room = self._others.put(radio, said)
        if not room:
            self._drops.inc()
        if not room and not self._full:
            log.error("radios_say_more_than_the_journal_takes", adapter=self._name)
        self._full = not room

    async def run(self, intake: Intake) -> None:
        """Never returns; what the intake raises ends it."""
        async with asyncio.TaskGroup() as workers:
            workers.create_task(self._tell_all())
            for _ in range(EMERGENCY_WORKERS):
                workers.create_task(self._work_urgently(intake))
            for _ in range(WORKERS):
                workers.create_task(self._others.work(lambda said: self._hand_in(intake, said)))

    async def _work_urgently(self, intake: Intake) -> None:
        while True:
            await self._hand_in(intake, await self._urgent.get())

    async def _hand_in(self, intake: Intake, said: _Said) -> None:
        if isinstance(said.event, Problem):
            log.warning("radio_refused", adapter=self._name, field=said.event.field)
            await intake.refuse(self._name, said.event, said.raw)
        else:
            await intake.submit(said.event, said.raw)
        self._answer(said)

    def _answer(self, said: _Said) -> None:
        """A report may ask for an acknowledgement, a crew's text for a report."""
        answer: bytes | None = None
        match said.meant:
            case heard.Reported(report=Report(acknowledge=True) as report):
                answer = answer_to(report)
            case heard.TextSaid(transfer=transfer) if transfer:
                answer = report_on(transfer, understood=isinstance(said.event, Event))
        radio = getattr(said.meant, "radio", None)
        if answer and radio and not self._answers.full():
            self._answers.put_nowait((radio, answer))

    async def _tell_all(self) -> None:
        """Apart from the workers: a slow line holds up nothing that comes in."""
        while True:
            await self._tell(*await self._answers.get())
