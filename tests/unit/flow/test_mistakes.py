"""A suppressed marker in the flow: its answer is no surer than any other, it outlives a restart, it
is told when asked, counted, and on the timeline (C3, C4, C5, E3, O1, O4)."""

from adapters.stores.memory import Disk, MemoryJournal
from middleware.engine.mistakes import Phase
from middleware.flow.restore import restore, take_snapshot
from middleware.flow.service import Limits
from middleware.flow.timeline import build
from schemas.check import Answer, NotChecked, Outcome, Whereabouts
from schemas.markers_in import MarkerPut, RecheckDue
from schemas.mistake import Verdict
from tests import said
from tests.flowing import ROOM, OneKey, Running, records, start
from tests.matching import TableMatcher
from tests.mistaken import HERE, decides, says
from tests.said import Cad, Team, marker, resource
from tests.virtual import VirtualLoop, virtual

SLOW = Limits().check.total_seconds() * 2
BEHIND = Limits().index_behind.total_seconds()


class SlowMatcher(TableMatcher):
    """Takes longer than the limit while `slow`."""

    slow = False

    def check(self, place: Whereabouts) -> Answer:
        import asyncio

        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.burn(SLOW if self.slow else 0)
        return super().check(place)


def checked(running: Running, number: str = "1") -> tuple[Outcome, NotChecked | None, int]:
    """Outcome, why not, and how many markers are named apart."""
    known = next(i for i in running.state.incidents.values() if i.number == number)
    assert known.checked is not None
    return known.checked.outcome, known.checked.reason, len(known.checked.not_shown)


def another_put(name: str, **more: str) -> MarkerPut:
    """The team's second decision."""
    team = Team()
    team.put(marker("M0"))
    return team.put(marker(name, HERE, **more))


async def opened(running: Running, number: str) -> None:
    await running.service.core.submit(Cad().opened(HERE, (resource(f"A{number}"),), number))


async def suppressed(index: TableMatcher | None = None) -> Running:
    """A service in which the marker at the address is decided not to be about it."""
    running = await start(index=index)
    submit = running.service.core.submit
    await submit(Team().put(marker("M1", HERE)))
    await opened(running, "1")
    await running.wait(1)
    (incident,) = running.state.incidents
    await submit(says(incident))
    await submit(decides(next(iter(running.state.mistakes.pairs)), Verdict.SUPPRESS))
    await running.wait(1)
    assert checked(running) == (Outcome.NONE_FOUND, None, 1)
    return running


@virtual
async def test_n7_the_crew_is_sent_why_the_note_is_taken_back() -> None:
    running = await suppressed()
    last = running.radio.notes()[-1]
    assert last.withdrawn
    assert last.reason == "it was decided that the marker is not about this place"


@virtual
async def test_c5_a_crew_that_asks_is_told_that_something_is_not_shown_and_not_by_whom() -> None:
    running = await suppressed()
    await running.service.core.submit(said.asked("A1"))
    await running.wait(1)
    (answer,) = running.radio.answers()
    (known,) = answer.incidents
    assert known.in_words.startswith("Checked: none found; marker M1 not shown: decided")
    assert "Mar" not in answer.in_words.replace("marker", "")


@virtual
async def test_c4_nothing_found_but_what_is_suppressed_is_relied_upon_no_more_when_late() -> None:
    index = SlowMatcher()
    running = await suppressed(index)
    index.slow = True
    await opened(running, "2")
    assert checked(running, "2") == (Outcome.NOT_CHECKED, NotChecked.LIMIT_MISSED, 0)


@virtual
async def test_c4_nor_when_the_index_is_behind() -> None:
    """The marker that the index lacks may be one for this very address."""
    index = TableMatcher()
    running = await suppressed(index)
    index.cannot_put = ZeroDivisionError()
    await running.service.core.submit(another_put("M2"))
    await running.wait(BEHIND + 1)
    await opened(running, "2")
    assert checked(running, "2") == (Outcome.NOT_CHECKED, NotChecked.INDEX_BEHIND, 0)


@virtual
async def test_o4_a_restart_keeps_it_from_the_records_and_from_a_snapshot() -> None:
    running = await suppressed()
    await running.stop()
    whole = await restore(MemoryJournal(Disk(running.disk.records)), OneKey(), ROOM)
    await take_snapshot(MemoryJournal(running.disk), OneKey(), ROOM)
    again = await start(running.disk)
    assert whole.state.mistakes == again.state.mistakes == running.state.mistakes
    await opened(again, "2")
    assert checked(again, "2") == (Outcome.NONE_FOUND, None, 1)


@virtual
async def test_c3_a_service_that_died_between_decision_and_check_makes_the_check_at_its_start() -> (
    None
):
    running = await suppressed()
    await running.stop()
    disk = Disk()
    for entry, record in zip(records(running.disk), running.disk.records, strict=True):
        disk.records.append(record)
        if entry.decisions[0].kind == "mistake_settled":
            break
    again = await start(disk)
    await again.wait(1)
    assert checked(again) == (Outcome.NONE_FOUND, None, 1)
    assert isinstance(records(disk)[-1].event, RecheckDue)


@virtual
async def test_e3_the_timeline_says_who_said_what_and_who_decided() -> None:
    running = await suppressed()
    submit = running.service.core.submit
    pair = next(iter(running.state.mistakes.pairs))
    await submit(decides(pair, Verdict.LIFT, by="Lou"))
    await running.wait(1)
    (incident,) = running.state.incidents
    await submit(says(incident, by="Dee"))
    await submit(another_put("M1", what="changed"))
    await running.wait(1)
    words = [line.words for line in build(records(running.disk), "1")]
    assert "Cal says of marker M1: wrong address; the marking team decides" in words
    assert "decided by Mar: marker M1 is not about this place and is not shown here" in words
    assert "decided by Lou: marker M1 is shown here again" in words
    assert "the marker is another one now: what was said or decided of it here lapses" in words
    (checked_so,) = [line for line in words if "not shown: decided" in line]
    assert checked_so.startswith("Checked: none found; marker M1 not shown: decided not the same")
    assert "by Mar on" in checked_so


@virtual
async def test_o1_what_is_said_and_what_waits_is_counted() -> None:
    running = await suppressed()
    get = running.metrics.registry.get_sample_value
    labels = {"says": "wrong_address", "on": "console"}
    assert get("forewarn_mistakes_reported_total", labels) == 1
    await running.wait(2)
    assert get("forewarn_mistakes", {"state": Phase.SUPPRESSED}) == 1
    assert get("forewarn_mistakes", {"state": Phase.OPEN}) == 0
