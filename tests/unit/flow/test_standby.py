"""The instance of a pair that stands by: it stays when the store is away (O4)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from adapters.stores.memory import Disk, MemoryJournal, MemorySpool
from middleware.flow.restore import restore
from middleware.flow.standby import Standby
from middleware.ops.metrics import Metrics
from middleware.ports import Held
from tests.flowing import OneKey, start
from tests.said import Cad
from tests.virtual import VirtualClock, virtual

ROOM = "eoc1"


class FreeLease:
    """Nobody writes: the first that asks may."""

    name, lasts = "b", timedelta(seconds=2)

    async def look(self) -> Held:
        return Held()

    async def take(self, seen: Held) -> int | None:
        return 7

    async def renew(self, token: int) -> None:
        """It lasts."""

    async def release(self, token: int) -> None:
        """Nobody asks."""

    async def stand_by(self, position: int) -> None:
        """Nobody asks."""

    async def followers(self) -> Mapping[str, tuple[int, int]]:
        return {}

    async def hand_on(self, records: Sequence[bytes]) -> None:
        """There are none."""

    async def handed_on(self) -> Sequence[bytes]:
        return ()

    async def taken_in(self, token: int, count: int) -> None:
        """There are none."""


class Away(MemoryJournal):
    """Cannot be read the first `times`."""

    def __init__(self, disk: Disk, times: int) -> None:
        super().__init__(disk)
        self.times = times

    async def head(self) -> int:
        self.times -= 1
        if self.times >= 0:
            raise OSError("cannot be reached")
        return await super().head()


@virtual
async def test_o4_a_store_that_is_away_while_it_rebuilds_is_asked_again() -> None:
    """One that was just taken over must not end over it: nobody would stand by."""
    running = await start()
    await running.service.core.submit(Cad().opened())
    await running.stop()
    away, clock = Away(running.disk, times=3), VirtualClock()
    standby = Standby(
        ROOM, away, FreeLease(), MemorySpool(Disk()), OneKey(), clock, Metrics()
    )  # fmt: skip
    before = clock.monotonic()
    lead = await standby.run()
    assert away.times < 0
    assert clock.monotonic() - before >= 3 * FreeLease.lasts.total_seconds()
    assert lead.token == 7
    there = await restore(MemoryJournal(running.disk), OneKey(), ROOM)
    assert lead.restored.state.incidents.keys() == there.state.incidents.keys() != set()
