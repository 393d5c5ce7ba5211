"""The straight line: taken, decided, durable, and only then answered (O4, E1, C4)."""

import asyncio
from datetime import timedelta

import pytest

from adapters.stores.memory import Disk, MemoryJournal
from middleware.engine.state import Incident
from middleware.flow import core as flow_core
from middleware.flow.service import Limits
from middleware.ports import Fenced, Problem, Standing
from schemas import decision as d
from schemas.incident import IncidentUpdated
from schemas.service import Refused, SourceConnected, SourceLost
from tests import said
from tests.flowing import Running, records, start
from tests.room import made, refold
from tests.said import START, Cad
from tests.virtual import VirtualClock, virtual


class Refuses:
    """A store whose next appends fail, before or after the records are durable."""

    def __init__(self, *stages: str) -> None:
        self.stages = list(stages)

    def __call__(self, stage: str) -> None:
        if self.stages and self.stages[0] == stage:
            self.stages.pop(0)
            raise OSError("no space")


def the_incident(running: Running) -> Incident:
    """The only one there is."""
    (incident,) = running.state.incidents.values()
    return incident


@virtual
async def test_o4_the_source_is_answered_when_the_journal_has_it() -> None:
    disk = Disk()
    slow = MemoryJournal(disk, clock=VirtualClock(), delay=timedelta(seconds=3))
    running = await start(disk, journal=slow, limits=Limits(journal=timedelta(seconds=5)))
    answer = asyncio.create_task(running.service.core.submit(Cad().opened()))
    await running.wait(2)
    assert not answer.done()
    submitted = await answer

    assert submitted.standing is Standing.TAKEN
    assert records(disk)[submitted.position - 1].event == Cad().opened()


@virtual
async def test_o4_the_same_again_is_known_and_changes_nothing() -> None:
    running = await start()
    core, event = running.service.core, Cad().opened()
    first, again = await core.submit(event), await core.submit(event)

    assert (again.standing, again.position) == (Standing.KNOWN, first.position)
    assert len(running.disk.records) == first.position


@virtual
async def test_o4_the_same_twice_at_once_is_taken_once() -> None:
    running = await start()
    event = Cad().opened()
    first, again = await asyncio.gather(*(running.service.core.submit(event) for _ in "12"))

    assert (first.standing, again.standing) == (Standing.TAKEN, Standing.KNOWN)
    assert first.position == again.position


@virtual
async def test_o4_known_again_after_a_restart() -> None:
    running = await start()
    first = await running.service.core.submit(Cad().opened())
    await running.stop()
    again = await (await start(running.disk)).service.core.submit(Cad().opened())

    assert (again.standing, again.position) == (Standing.KNOWN, first.position)


@virtual
async def test_o4_other_content_under_the_same_id_goes_to_quarantine_with_its_bytes() -> None:
    running = await start()
    event = Cad().opened()
    await running.service.core.submit(event)
    other = event.model_copy(update={"nature": "chest pain"})
    answer = await running.service.core.submit(other, b"as it came")

    assert answer.standing is Standing.CONFLICT
    kept = records(running.disk)[answer.position - 1].event
    assert isinstance(kept, Refused)
    assert (kept.raw, kept.conflict) == (b"as it came", True)
    assert [r.conflict for r in running.state.quarantine] == [True]
    assert the_incident(running).nature is None


@virtual
async def test_o4_an_older_revision_is_on_record_and_changes_nothing() -> None:
    running = await start()
    cad = Cad()
    opened, updated = cad.opened(), cad.updated("fall")
    newest = cad.updated("chest pain")
    for event in (opened, newest):
        await running.service.core.submit(event)
    answer = await running.service.core.submit(updated)

    assert answer.standing is Standing.SUPERSEDED
    entry = records(running.disk)[answer.position - 1]
    assert isinstance(entry.event, IncidentUpdated)
    assert [i.why for i in made(entry, d.Ignored)] == [d.Why.SUPERSEDED]
    assert the_incident(running).nature == "chest pain"


@virtual
async def test_o4_what_cannot_be_read_is_acknowledged_from_quarantine() -> None:
    running = await start()
    problem = Problem("number", "is missing; send it")
    answer = await running.service.core.refuse("cad", problem, b"{}")

    assert answer.standing is Standing.REFUSED
    kept = records(running.disk)[answer.position - 1].event
    assert isinstance(kept, Refused)
    assert (kept.source, kept.field, kept.raw) == ("cad", "number", b"{}")


@pytest.mark.parametrize("stages", [("before",), ("after",), ("before", "after", "before")])
@virtual
async def test_o4_an_append_that_failed_is_repeated_and_written_once(
    stages: tuple[str, ...],
) -> None:
    disk, refuses = Disk(), Refuses()
    running = await start(disk, journal=MemoryJournal(disk, fault=refuses))
    refuses.stages += stages
    answer = await running.service.core.submit(Cad().opened())

    assert answer.standing is Standing.TAKEN
    assert len(disk.records) == answer.position
    assert refold(records(disk)) == running.state


@virtual
async def test_who_was_overtaken_stops_and_says_nothing() -> None:
    """Another writer holds the journal: nothing more is acknowledged here."""
    running = await start()
    second = await start(running.disk)
    event = Cad().opened()
    answer = asyncio.create_task(running.service.core.submit(event))
    await asyncio.wait({answer, running.task})

    assert running.task.exception() is not None
    assert running.task.exception().subgroup(Fenced)  # type: ignore[union-attr]
    assert answer.cancelled()
    assert (await second.service.core.submit(event)).standing is Standing.TAKEN


@virtual
async def test_a_fault_in_a_handler_is_on_record_and_stops_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = await start()
    usual = flow_core.decide

    def broken(state: object, taken: object) -> tuple[d.Decision, ...]:
        if isinstance(taken.event, IncidentUpdated):  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return usual(state, taken)  # type: ignore[arg-type]

    monkeypatch.setattr(flow_core, "decide", broken)
    cad = Cad()
    await running.service.core.submit(cad.opened())
    answer = await running.service.core.submit(cad.updated("fall"))
    after = await running.service.core.submit(cad.closed())

    assert made(records(running.disk)[answer.position - 1], d.Failed)
    assert [r.position for r in running.state.quarantine] == [answer.position]
    assert after.standing is Standing.TAKEN


@virtual
async def test_a_source_that_goes_away_leaves_its_message_taken() -> None:
    running = await start()
    answer = asyncio.create_task(running.service.core.submit(Cad().opened()))
    await asyncio.sleep(0)
    answer.cancel()
    await running.wait(1)

    assert running.state.incidents


@virtual
async def test_e1_positions_have_no_gaps_and_stamps_never_go_back() -> None:
    running = await start()
    cad = Cad()
    for number in range(20):
        running.clock.offset = timedelta(hours=(-1) ** number)
        await running.service.core.submit(cad.opened(number=str(number)))
    entries = records(running.disk)

    assert [e.position for e in entries] == list(range(1, len(entries) + 1))
    stamps = [e.received_at for e in entries]
    assert stamps == sorted(stamps)


@virtual
async def test_o1_what_we_see_of_a_source_is_believed_whatever_the_clock_says() -> None:
    """Its revisions follow the wall clock, and that may have been put back before a restart."""
    running = await start()
    for revision, event in ((1000, SourceConnected), (1, SourceLost), (1, SourceConnected)):
        more = {"reason": "closed", "gap": False} if event is SourceLost else {}
        about = {"source": "cad", "id": "cad", "revision": revision, "occurred_at": START}
        await running.service.core.submit(event(**about, **more))
        assert running.state.sources["cad"].connected == (event is SourceConnected)


@virtual
async def test_m1_what_can_wait_lets_a_batch_pass_and_only_one() -> None:
    """The index takes up an import between the batches, also when one follows the other."""
    disk = Disk()
    slow = MemoryJournal(disk, clock=VirtualClock(), delay=timedelta(seconds=3))
    running = await start(disk, journal=slow, limits=Limits(journal=timedelta(seconds=5)))
    core, cad = running.service.core, Cad()
    for number in range(flow_core.BATCH + 1):
        await core.post(cad.opened(number=str(number)))
    await running.wait(1)
    passing = asyncio.create_task(core.let_pass())
    await running.wait(1)
    assert not passing.done()
    await running.wait(2)

    assert passing.done()
    assert len(records(disk)) < 1 + flow_core.BATCH + 1


@virtual
async def test_a_batch_is_bounded() -> None:
    """Man-down waits for one batch at most."""
    disk = Disk()
    appends: list[int] = []

    class Counting(MemoryJournal):
        async def append(self, expected: int, token: int, records: list[bytes]) -> None:
            appends.append(len(records))
            await super().append(expected, token, records)

    running = await start(disk, journal=Counting(disk))
    events = [said.rang(None, str(n)) for n in range(100)]
    await asyncio.gather(*(running.service.core.submit(event) for event in events))

    assert max(appends) == flow_core.BATCH
