"""When a snapshot is asked for: a restart is quick, and nothing live pays for it (O4, M1)."""

import asyncio

from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.keep import CALM, SnapshotKeeper
from schemas import decision as d
from schemas.event import Event
from schemas.markers_in import IndexFollowed
from tests.said import START, Cad, Team
from tests.virtual import VirtualClock, virtual

LOAD = 2 * CALM
"""Records a second at which it is not calm."""


class Taker:
    """Counts how often a snapshot was asked for."""

    def __init__(self) -> None:
        self.taken = 0

    async def take(self) -> int:
        self.taken += 1
        return self.taken


class Keeping:
    """A keeper that runs, and what is said to it."""

    def __init__(self, every: int) -> None:
        self.taker, self.position = Taker(), 0
        self.keeper = SnapshotKeeper(every, self.taker.take, 0, VirtualClock())
        self.task = asyncio.create_task(self.keeper.run())

    async def hears(self, event: Event, *decisions: d.Decision, after: float = 20) -> int:
        """How many snapshots were asked for until so many seconds after this record."""
        self.position += 1
        entry = Entry(self.position, START, event, None, decisions)
        self.keeper.on_committed([entry], State())
        await asyncio.sleep(after)
        return self.taker.taken

    async def hears_many(self, count: int) -> int:
        """The same, of so many records within a second."""
        for _ in range(count):
            await self.hears(Cad().opened(), after=0)
        return await self.hears(Cad().opened(), after=1)


def followed(position: int) -> IndexFollowed:
    return IndexFollowed(source="self", id="index", revision=position, occurred_at=START)


@virtual
async def test_so_many_records_are_a_snapshot() -> None:
    keeping = Keeping(every=4 * LOAD)
    counts = [await keeping.hears_many(LOAD) for _ in range(5)]

    assert counts == [0, 0, 0, 1, 1]
    keeping.task.cancel()


@virtual
async def test_under_load_not_one_is_made_after_the_other() -> None:
    keeping = Keeping(every=LOAD)
    counts = [await keeping.hears_many(LOAD) for _ in range(13)]

    assert counts == [1] * 11 + [2, 2]
    keeping.task.cancel()


@virtual
async def test_o4_where_it_is_calm_a_tenth_of_the_records_is_enough() -> None:
    keeping = Keeping(every=10 * LOAD)

    assert await keeping.hears_many(LOAD) == 0, "so many a second is not calm"
    assert await keeping.hears(Cad().opened(), after=1) == 1
    keeping.task.cancel()


@virtual
async def test_m1_an_import_is_a_snapshot_when_the_index_has_it() -> None:
    keeping = Keeping(every=1_000)
    activated = Team().activated("b1")
    counts = [
        await keeping.hears(Cad().opened()),
        await keeping.hears(activated, d.BatchActivated(batch="b1")),
        await keeping.hears(followed(1)),
        await keeping.hears(followed(2)),
        await keeping.hears(followed(2)),
    ]

    assert counts == [0, 0, 0, 1, 1]
    keeping.task.cancel()
