"""A shift that goes on while a pair of services is broken and mended, and who judges it (O4).

async with pair(folder) as two, shift(two, seed=7) as during:
    …faults…
    wrong = await during.judged()        # what is not as it must be; empty when all is well
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, pairwise
from random import Random

from middleware.engine.entry import Entry
from middleware.engine.state import Note, Phase
from middleware.flow.records import Opened
from schemas.incident import CadEvent
from simulators.cad import CadSimulator
from simulators.cad_messages import Message
from simulators.mdt_screen import ShownLog
from tests.pair import Pair
from tests.pair_alarms import Alarms, alarms_at
from tests.room import refold

CREWS = ("A101", "A102", "A103", "A104")
STREETS = ("Marram Street", "Ropewalk Terrace", "Beacon Street", "Chapel Row")
HEADER = "id,address,postcode,scope,category,severity,what,happened_on,review_on,source\n"
ROW = '{},"14 {}, Saltby",CT97 1AB,house,physical_assault,high,Hit crew,2025-11-02,2099-01-01,EOC\n'
MARKERS = HEADER + "".join(ROW.format(f"EOC-{n}", street) for n, street in enumerate(STREETS))
PACE_S = 0.05
DONE = frozenset({"taken", "known", "superseded"})
SETTLE_S = 120.0
"""For the last answers and crews, on a machine that has little time for it."""


@dataclass(slots=True)
class Shift:
    """What was seen from outside; `answered` are the messages that the CAD was told are taken."""

    two: Pair
    pace_s: float = PACE_S
    """Between two incidents."""
    cad: CadSimulator = field(init=False)
    alarms: Alarms = field(init=False)
    working: asyncio.Task[None] = field(init=False)
    log: ShownLog = field(default_factory=ShownLog)
    answered: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def heard(self, message: Message, standing: str) -> None:
        if standing in DONE:
            self.answered.setdefault((message.id, message.revision), set()).add(standing)

    async def goes_on(self, answers: int = 20) -> None:
        """Until so many more messages are answered: somebody serves again."""
        wanted = len(self.answered) + answers
        async with self.two.patience("the CAD to be answered"):
            while len(self.answered) < wanted:  # noqa: ASYNC110 - nothing tells us
                await asyncio.sleep(PACE_S)

    async def work(self, chance: Random) -> None:
        """A CAD that never rests: each incident is at a marked address and has a crew."""
        for number in map("{:06}".format, count(1)):
            crew, street = chance.choice(CREWS), chance.choice(STREETS)
            self.cad.open_incident(
                number, {"address": f"14 {street}, Saltby", "postcode": "CT97 1AB"}
            )
            self.cad.assign(number, crew)
            self.cad.mobile(number, crew)
            if chance.random() < 0.3:
                self.cad.stand_down(number, crew)
            await asyncio.sleep(self.pace_s)

    async def judged(self) -> list[str]:
        """When all has come to rest with both instances there."""
        self.working.cancel()
        self.alarms.stop()
        async with self.two.patience("the last answers to the CAD", SETTLE_S):
            await self.cad.settled()
        end = asyncio.get_running_loop().time() + SETTLE_S
        while True:
            records = await self.two.records()
            entries = [one.entry for one in records]
            untold = [note for note in refold(entries).notes.values() if is_untold(note)]
            lost = [f"{one} was answered for, and is not there" for one in self.lost(entries)]
            wrong = [*lost, *map(in_words, untold), *self.alarms.missing(entries)]
            if not wrong or asyncio.get_running_loop().time() > end:
                twice = [*doubled(entries), *self.alarms.doubled(entries)]
                return [*wrong, *self.log.violations, *stale(records), *twice]
            await asyncio.sleep(0.3)

    def lost(self, entries: list[Entry]) -> list[tuple[str, int]]:
        """Answered for, and not in the journal."""
        there = {(e.event.id, e.event.revision) for e in entries if isinstance(e.event, CadEvent)}
        return [said for said in self.answered if said not in there]


def is_untold(note: Note) -> bool:
    """Its device has not said yet that it shows it, or took it away."""
    return note.shown.get("mdt", 0) < note.revision or note.phase is Phase.OPEN


def in_words(note: Note) -> str:
    return f"{note.id} for {note.device} is {note.phase}, {note.revision} of it, shown {note.shown}"


def doubled(entries: list[Entry]) -> list[str]:
    """What the CAD said and is on record more than once."""
    events = (entry.event for entry in entries)
    said = Counter((e.id, e.revision) for e in events if isinstance(e, CadEvent))
    return [f"{one} is on record {times} times" for one, times in said.items() if times > 1]


def stale(records: list[Opened]) -> list[str]:
    """Records that a writer wrote after a later one had begun."""
    tokens = [one.header.token for one in records]
    return [
        f"a record of token {later} after one of token {earlier}"
        for earlier, later in pairwise(tokens)
        if later < earlier
    ]


@asynccontextmanager
async def shift(two: Pair, *, seed: int, pace_s: float = PACE_S) -> AsyncIterator[Shift]:
    """Crews are on, markers are in force, the CAD speaks, and now and then a crew presses its
    button."""
    async with AsyncExitStack() as stack:
        during, chance = Shift(two, pace_s), Random(seed)
        await (await two.writer()).import_markers(MARKERS, len(STREETS))
        for crew in CREWS:
            await stack.enter_async_context(two.device(crew, log=during.log))
        during.cad = await stack.enter_async_context(two.cad(seed=seed, heard=during.heard))
        during.alarms = await stack.enter_async_context(alarms_at(two))
        during.working = asyncio.create_task(during.work(chance))
        try:
            await during.goes_on()
            yield during
        finally:
            during.working.cancel()
            await asyncio.wait([during.working])
