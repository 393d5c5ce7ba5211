"""State is rebuilt before anything is opened: from records, or a snapshot and the rest (O4)."""

from collections.abc import Iterable

from adapters.stores.memory import Disk, MemoryJournal
from middleware.flow.restore import restore, take_snapshot
from schemas.mdt import DeviceNote
from tests import said
from tests.flowing import ROOM, OneKey, Running, records, start
from tests.room import refold
from tests.said import HIGH_STREET, Cad, Team, marker, resource
from tests.virtual import virtual


async def lived() -> Running:
    """A service that has seen a bit of everything."""
    running, cad, team = await start(), Cad(), Team()
    submit = running.service.core.submit
    await submit(team.staged("b1", marker("M2", HIGH_STREET)))
    await submit(team.activated("b1"))
    await submit(team.put(marker("M1", HIGH_STREET)))
    await submit(cad.opened(HIGH_STREET, (resource("A1"),)))
    await submit(said.rang("07700 900123"))
    await running.wait(70)
    await submit(cad.assigned("A2", "T2"))
    return running


@virtual
async def test_o4_a_restart_gives_the_same_state() -> None:
    running = await lived()
    restored = await restore(MemoryJournal(running.disk), OneKey(), ROOM)

    assert restored.state == running.state
    assert restored.folded == len(running.disk.records)
    assert refold(records(running.disk)) == running.state


@virtual
async def test_o4_a_snapshot_and_what_came_after_give_the_same_state_and_chain() -> None:
    running = await lived()
    journal = MemoryJournal(running.disk)
    position = await take_snapshot(journal, OneKey(), ROOM)
    await running.service.core.submit(said.asked("A1"))
    restored = await restore(journal, OneKey(), ROOM)
    whole = await restore(MemoryJournal(Disk(running.disk.records)), OneKey(), ROOM)

    assert position == len(running.disk.records) - 1
    assert (restored.state, restored.previous) == (whole.state, whole.previous)
    assert restored.folded == 1


@virtual
async def test_o4_what_is_written_after_a_snapshot_still_holds_the_chain() -> None:
    running = await lived()
    await running.stop()
    await take_snapshot(MemoryJournal(running.disk), OneKey(), ROOM)
    again = await start(running.disk)
    await again.service.core.submit(said.asked("A1"))

    assert refold(records(again.disk)) == again.state


@virtual
async def test_o4_a_snapshot_of_a_journal_that_lost_its_tail_is_not_used() -> None:
    running = await lived()
    journal = MemoryJournal(running.disk)
    await take_snapshot(journal, OneKey(), ROOM)
    del running.disk.records[-1]
    restored = await restore(journal, OneKey(), ROOM)

    assert restored.state.position == len(running.disk.records)


def said_by(writer: int, notes: Iterable[DeviceNote]) -> dict[str, DeviceNote]:
    """By whom it is said is no news to a device that has them."""
    return {note.note: note.model_copy(update={"writer": writer}) for note in notes}


@virtual
async def test_o4_nothing_is_shown_twice_as_new_after_a_restart() -> None:
    """The same note, the same revision: a device knows that it has shown it (N3)."""
    running = await lived()
    before = said_by(1, running.radio.notes("A1"))
    await running.stop()
    again = await start(running.disk)
    await again.wait(1)

    assert said_by(1, again.radio.notes("A1")) == before
