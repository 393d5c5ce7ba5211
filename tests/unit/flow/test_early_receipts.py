"""A crew is told by an instance that is then taken over; what it had taken in is said again to the
one that writes now, and the crew's receipts, said again, must count (O4, N3, N5)."""

from middleware.engine.state import Phase
from middleware.ports import Standing
from tests import said
from tests.flowing import Running, start
from tests.said import HIGH_STREET, Cad, Team, marker, resource
from tests.virtual import virtual


async def told(running: Running, cad: Cad) -> None:
    await running.service.core.submit(cad.opened(HIGH_STREET, (resource("A1"),)))


async def marked() -> Running:
    running = await start()
    await running.service.core.submit(Team().put(marker("M1", HIGH_STREET)))
    return running


@virtual
async def test_o4_a_receipt_for_a_note_that_is_not_known_yet_counts_when_it_is_said_again() -> None:
    before = await marked()
    await told(before, Cad())
    [note] = before.state.notes.values()
    await before.stop()
    running = await marked()
    receipts = (said.displayed("A1", note.id, 1), said.acknowledged("A1", note.id, 1))
    for receipt in receipts:
        await running.service.core.submit(receipt)
    await told(running, Cad())
    assert running.state.notes[note.id].phase is Phase.OPEN
    for receipt in receipts:
        answer = await running.service.core.submit(receipt)
        assert answer.standing is Standing.TAKEN
    assert running.state.notes[note.id].phase is Phase.ANSWERED
    assert running.state.notes[note.id].shown == {"mdt": 1}
    for receipt in receipts:
        answer = await running.service.core.submit(receipt)
        assert answer.standing is Standing.KNOWN
