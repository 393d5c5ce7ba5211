"""Safety before durability, once: while the journal cannot be written man-down and notes go on, and
what was told is in the journal once when it can be written again (DESIGN.md; D1, N3, O4, E1)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from adapters.stores.memory import Disk, MemoryJournal, MemorySpool
from middleware.flow.service import Limits
from middleware.flow.spooling import OFFER, Spooling, Stand
from middleware.flow.timeline import build
from middleware.ops.metrics import Metrics
from middleware.ports import Fenced, Spooled, Standing, Submitted
from schemas import alarm as a
from schemas.event import Event
from schemas.safety import ManDownSignalled
from schemas.service import JOURNAL, JournalAway, JournalBack
from tests import alarms
from tests.flowing import Running, records, start
from tests.room import made
from tests.said import HIGH_STREET, Cad, Team, marker, resource
from tests.virtual import VirtualClock, virtual

LIMITS = Limits(journal=timedelta(seconds=1), spool_bytes=1 << 20)


class Full:
    """A disk that can be full; `at` says where it fails."""

    def __init__(self, at: str = "before") -> None:
        self.at, self.is_so = at, False

    def __call__(self, stage: str) -> None:
        if self.is_so and (stage == self.at or self.at == "everything"):
            raise OSError("no space left")


@dataclass
class Scene:
    """A room whose journal and spool can be full, and whoever speaks to it."""

    running: Running
    disk: Disk
    journal: Full
    spool: Full

    async def says(self, event: Event) -> "asyncio.Task[Submitted]":
        """Hand it in, and wait longer than the journal's limit."""
        answer = asyncio.create_task(self.running.service.core.submit(event))
        await self.running.wait(2)
        return answer

    @property
    def stand(self) -> Stand:
        return self.running.service.core.journal.stand

    def back(self) -> None:
        self.journal.is_so = self.spool.is_so = False

    def figure(self, name: str) -> float:
        value = self.running.metrics.registry.get_sample_value(name)
        assert value is not None
        return value


async def scene(disk: Disk | None = None, at: str = "before", limits: Limits = LIMITS) -> Scene:
    disk, journal, spool = disk or Disk(), Full(at), Full("write")
    store = MemoryJournal(disk, fault=journal)
    running = await start(disk, journal=store, spool=MemorySpool(disk, spool), limits=limits)
    return Scene(running, disk, journal, spool)


async def away(at: str = "before") -> Scene:
    """A crew was told; then the journal's disk is full."""
    here = await scene(at=at)
    await here.says(Team().put(marker("M1", HIGH_STREET)))
    here.journal.is_so = True
    return here


def told(disk: Disk) -> list[Event]:
    return [entry.event for entry in records(disk) if isinstance(entry.event, Event)]


@pytest.mark.parametrize("at", ["before", "after"])
@virtual
async def test_d1_a_man_down_is_shown_and_answered_from_the_spool_and_is_in_the_journal_once(
    at: str,
) -> None:
    """Also where the store had written it and only its answer was lost."""
    here = await away(at)
    answer = await here.says(alarms.pressed())
    assert answer.result().standing is Standing.TAKEN
    assert answer.result().kept
    assert [alarm.radio for alarm in here.running.state.alarms.values()] == [alarms.RADIO]
    assert (here.stand, here.figure("forewarn_journal_away")) == (Stand.SPOOL, 1)
    here.back()
    await here.running.wait(1)

    assert (here.stand, here.figure("forewarn_spool_records")) == (Stand.JOURNAL, 0)
    assert sum(isinstance(event, ManDownSignalled) for event in told(here.disk)) == 1
    assert here.disk.spool.records == ()


@virtual
async def test_n3_notes_go_out_and_nothing_is_sent_twice_when_the_journal_is_back() -> None:
    here = await away()
    answer = await here.says(Cad().opened(HIGH_STREET, (resource("A1"),)))
    assert answer.done()
    assert here.running.radio.revisions() == [(1, False)]
    here.back()
    await here.running.wait(2)

    assert here.running.radio.revisions() == [(1, False)]
    assert len(made(records(here.disk), a.AlarmRaised)) == 0


@virtual
async def test_o4_within_the_limit_nothing_is_told_and_nothing_is_spooled() -> None:
    here = await away()
    answer = asyncio.create_task(here.running.service.core.submit(Cad().opened()))
    await here.running.wait(0.5)
    assert not answer.done()
    here.back()
    await here.running.wait(0.5)

    assert answer.done()
    assert not any(isinstance(event, JournalAway) for event in told(here.disk))


@virtual
async def test_o4_in_memory_alone_nobody_is_acknowledged_and_a_man_down_is_told_as_not_kept() -> (
    None
):
    here = await away()
    here.spool.is_so = True
    cad, pressed = await here.says(Cad().opened()), await here.says(alarms.pressed())
    assert here.stand is Stand.MEMORY
    assert not cad.done()
    assert not pressed.result().kept
    assert len(here.running.state.alarms) == 1
    here.spool.is_so = False
    await here.says(alarms.pressed())
    assert cad.result().standing is Standing.TAKEN, "the spool has it now"
    here.back()
    await here.running.wait(1)

    assert sum(isinstance(event, ManDownSignalled) for event in told(here.disk)) == 2


@virtual
async def test_o4_said_again_in_memory_it_is_known_and_still_not_acknowledged() -> None:
    here = await away()
    here.spool.is_so = True
    event = Cad().opened()
    first, again = await here.says(event), await here.says(event)
    assert not first.done()
    assert not again.done()
    here.back()
    await here.running.wait(1)

    assert (first.result().standing, again.result().standing) == (Standing.TAKEN, Standing.KNOWN)
    assert told(here.disk).count(event) == 1


@virtual
async def test_o4_after_a_crash_the_start_reads_the_spool_first() -> None:
    here = await away()
    pressed = await here.says(alarms.pressed())
    assert pressed.done()
    await here.running.stop()
    assert here.disk.spool.records
    again = await scene(here.disk)
    await again.running.wait(1)

    assert [alarm.radio for alarm in again.running.state.alarms.values()] == [alarms.RADIO]
    assert sum(isinstance(event, ManDownSignalled) for event in told(here.disk)) == 1
    assert again.running.state.sources[JOURNAL].connected


@virtual
async def test_o4_it_starts_and_goes_on_though_the_journal_is_still_away() -> None:
    """With the token that the spool remembers; nothing of either life is lost or doubled."""
    here = await away()
    await here.says(alarms.pressed())
    await here.running.stop()
    again = await _start_away(here.disk)
    assert len(again.running.state.alarms) == 1
    assert not again.running.state.sources[JOURNAL].connected
    other = alarms.pressed(radio="102")
    assert (await again.says(other)).result().kept
    again.back()
    await again.running.wait(1)

    radios = [e.radio for e in told(here.disk) if isinstance(e, ManDownSignalled)]
    assert radios == [alarms.RADIO, "102"]
    assert again.stand is Stand.JOURNAL


@pytest.mark.parametrize("asked", ["head", "read"])
@virtual
async def test_o4_a_connection_that_is_reset_while_it_takes_over_with_a_spool_is_no_end(
    asked: str,
) -> None:
    """Of an instance of a pair, which has the lease already: it compares again, and what lay there
    is brought to the journal."""

    class Reset(MemoryJournal):
        times = 2

        def demand(self, name: str) -> None:
            if name == asked and self.times:
                self.times -= 1
                raise OSError("the connection was reset")

        async def head(self) -> int:
            self.demand("head")
            return await super().head()

        async def read(
            self, after: int, limit: int | None = None
        ) -> AsyncIterator[tuple[int, bytes]]:
            self.demand("read")
            async for one in super().read(after, limit):
                yield one

    here = await away()
    await here.says(alarms.pressed())
    await here.running.stop()
    store, clock = Reset(here.disk), VirtualClock()
    spooling = Spooling(
        store, MemorySpool(here.disk), clock, Metrics(), LIMITS.journal, LIMITS.spool_bytes
    )
    assert await spooling.acquire(await MemoryJournal(here.disk).acquire()) == here.disk.token
    assert store.times == 0
    assert sum(isinstance(event, ManDownSignalled) for event in told(here.disk)) == 1


async def _start_away(disk: Disk) -> Scene:
    class Unwritable(MemoryJournal):
        async def acquire(self) -> int:
            raise OSError("no space left")

    journal, spool = Full(), Full("write")
    journal.is_so = True
    store = Unwritable(disk, fault=journal)
    running = await start(disk, journal=store, spool=MemorySpool(disk, spool), limits=LIMITS)
    await running.wait(2)
    return Scene(running, disk, journal, spool)


@virtual
async def test_o4_what_another_writer_went_on_without_is_told_again_not_written_over() -> None:
    here = await away()
    await here.says(alarms.pressed())
    await here.running.stop()
    other = await start(here.disk, journal=MemoryJournal(here.disk))
    await other.service.core.submit(alarms.pressed(radio="102"))
    await other.stop()
    again = await scene(here.disk)
    await again.running.wait(1)

    assert {alarm.radio for alarm in again.running.state.alarms.values()} == {alarms.RADIO, "102"}
    assert len(here.disk.aside) == 1


@virtual
async def test_o4_who_goes_on_with_a_journal_put_back_comes_behind_who_wrote_last() -> None:
    """The journal is as of earlier, the spool has the token of now."""
    there = await scene(Disk(spool=Spooled(7, 1, ())))
    assert there.running.service.core.token == 8
    await there.running.stop()


@virtual
async def test_o4_a_writer_that_was_taken_over_meanwhile_ends_and_its_spool_stays() -> None:
    here = await away()
    await here.says(alarms.pressed())
    await MemoryJournal(here.disk).acquire()
    here.back()
    await here.running.wait(1)

    with pytest.raises(ExceptionGroup) as ended:
        await here.running.task
    assert ended.group_contains(Fenced)
    assert here.disk.spool.records


@virtual
async def test_o4_an_import_waits_while_what_is_live_goes_on() -> None:
    here = await away()
    await here.says(alarms.pressed())
    staged = await here.says(Team().staged("b1", marker("B1")))
    opened = await here.says(Cad().opened())
    assert (staged.done(), opened.done()) == (False, True)
    here.back()
    await here.running.wait(1)

    assert staged.done()


@virtual
async def test_d1_the_last_eighth_of_the_room_is_kept_for_man_down() -> None:
    here = await scene(limits=Limits(journal=timedelta(seconds=1), spool_bytes=40_000))
    here.journal.is_so = True
    cad = Cad()
    for number in range(40):
        await here.running.service.core.post(cad.opened(number=str(number)))
    await here.running.wait(5)
    late = await here.says(cad.opened(number="late"))
    assert not late.done()
    assert (await here.says(alarms.pressed())).result().kept
    here.back()
    await here.running.wait(2)

    assert late.done()


@virtual
async def test_o4_a_store_that_hangs_is_left_and_asked_again() -> None:
    """What it was asked may have come: it is asked again with the very same records."""
    disk, hang = Disk(), [3600.0]

    class Hanging(MemoryJournal):
        async def append(self, expected: int, token: int, records: list[bytes]) -> None:
            await super().append(expected, token, records)
            await asyncio.sleep(hang[0])

    running_at = asyncio.create_task(
        start(disk, journal=Hanging(disk), spool=MemorySpool(disk), limits=LIMITS)
    )
    running = await running_at
    await running.service.core.submit(alarms.pressed())
    await running.service.core.submit(Cad().opened())
    hang[0] = 0
    await running.wait(OFFER + 2)

    assert running.service.core.journal.stand is Stand.JOURNAL
    assert [entry.position for entry in records(disk)] == list(range(1, len(disk.records) + 1))


@virtual
async def test_d1_a_start_waits_neither_for_a_journal_that_hangs_nor_for_its_spool() -> None:
    """A man-down at that moment would wait with it."""
    disk, spool = Disk(), Full("write")
    spool.is_so = True
    store = MemorySpool(disk, spool)
    async with asyncio.timeout(OFFER / 2):
        running = await start(disk, journal=_hanging(disk), spool=store, limits=LIMITS)
        pressed = await running.service.core.submit(alarms.pressed())
    assert not pressed.kept
    spool.is_so = False
    await running.wait(OFFER / 10)

    assert running.service.core.journal.stand is Stand.SPOOL, "tried beside the offer that hangs"


def _hanging(disk: Disk) -> MemoryJournal:
    class Hanging(MemoryJournal):
        async def append(self, expected: int, token: int, records: list[bytes]) -> None:
            await asyncio.Event().wait()

    return Hanging(disk)


@virtual
async def test_e3_the_timeline_says_what_was_told_before_it_was_in_the_journal() -> None:
    here = await away()
    cad = Cad()
    await here.says(cad.opened(HIGH_STREET, (resource("A1"),)))
    here.back()
    await here.running.wait(1)
    await here.says(cad.updated("chest pain"))

    lines = build(records(here.disk), "1")
    marked = [line.words for line in lines if "journal" in line.words]
    assert any("A1 is to be told" in words for words in marked)
    assert not any("facts changed" in words for words in marked)


@virtual
async def test_o1_the_journal_is_cut_off_like_a_source_while_it_is_away() -> None:
    here = await away()
    await here.says(Cad().opened())
    sources = here.running.state.sources
    assert (sources[JOURNAL].connected, sources[JOURNAL].gap) == (False, False)
    here.spool.is_so = True
    await here.says(alarms.pressed())
    assert (sources[JOURNAL].connected, sources[JOURNAL].gap) == (False, True)
    here.back()
    await here.running.wait(1)

    assert (sources[JOURNAL].connected, sources[JOURNAL].gap) == (True, False)
    (back,) = [event for event in told(here.disk) if isinstance(event, JournalBack)]
    away_events = [event for event in told(here.disk) if isinstance(event, JournalAway)]
    assert [event.in_memory for event in away_events] == [False, True]
    assert back.after == away_events[0].after


@virtual
async def test_o4_when_the_spool_can_be_written_again_who_waits_is_answered() -> None:
    """Though nothing new comes."""
    here = await away()
    here.spool.is_so = True
    answer = await here.says(Cad().opened())
    assert not answer.done()
    here.spool.is_so = False
    await here.running.wait(1)

    assert answer.done()
    assert here.stand is Stand.SPOOL


@virtual
async def test_o4_what_a_crash_takes_from_memory_was_never_acknowledged_and_is_said_again() -> None:
    """Nobody knows any more that the crew was told: it is told again."""
    here = await away()
    here.spool.is_so = True
    event = Cad().opened(HIGH_STREET, (resource("A1"),))
    lost = await here.says(event)
    assert here.running.radio.revisions() == [(1, False)]
    assert not lost.done()
    await here.running.stop()
    again = await scene(here.disk)
    answer = await again.says(event)

    assert answer.result().standing is Standing.TAKEN
    assert again.running.radio.revisions() == [(1, False)]
    lost.cancel()
