"""The instance of a pair that stands by reads what left the store from the archive, and where it
cannot see it says so rather than follow with a hole (E3, O4)."""

import pytest

from adapters.stores.memory import MemoryJournal, MemorySpool
from middleware.flow.restore import restore
from middleware.flow.standby import Lead, Standby
from middleware.flow.whole import Hole, WholeJournal
from middleware.ops.metrics import Metrics
from middleware.ports import Archive
from tests.archives import MemoryArchive
from tests.flowing import OneKey, Running, start
from tests.said import Cad
from tests.unit.flow.test_standby import ROOM, FreeLease
from tests.virtual import VirtualClock, virtual


async def begun_and_archived() -> tuple[Running, Archive]:
    """A service wrote, and all but its last record lie in the archive."""
    running, archive = await start(), MemoryArchive()
    cad = Cad()
    for number in ("000001", "000002"):
        await running.service.core.submit(cad.opened(number=number))
    await running.stop()
    whole = list(running.disk.records)
    await archive.write(1, whole[:-1], running.disk.token)
    await MemoryJournal(running.disk).drop(len(whole) - 1, running.disk.token)
    return running, archive


async def stands_by(running: Running, archive: Archive | None) -> Lead:
    journal, spool = WholeJournal(MemoryJournal(running.disk), archive), MemorySpool(running.disk)
    standby = Standby(ROOM, journal, FreeLease(), spool, OneKey(), VirtualClock(), Metrics())
    return await standby.run()


@virtual
async def test_o4_it_takes_over_with_all_that_both_hold() -> None:
    running, archive = await begun_and_archived()
    lead = await stands_by(running, archive)
    there = await restore(WholeJournal(MemoryJournal(running.disk), archive), OneKey(), ROOM)
    assert lead.restored.state.position == running.disk.dropped + 1
    assert len(lead.restored.state.incidents) == 2
    assert lead.restored.state.incidents.keys() == there.state.incidents.keys()


@virtual
async def test_o4_without_the_archive_it_ends_and_names_what_it_lacks() -> None:
    running, _ = await begun_and_archived()
    for nothing in (None, MemoryArchive()):
        with pytest.raises(Hole, match=f"positions 1 to {running.disk.dropped}") as told:
            await stands_by(running, nothing)
        assert "every instance must see" in told.value.remedy
