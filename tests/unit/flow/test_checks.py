"""The check within its limit and the index that follows the markers (C3, C4)."""

import pytest

from middleware.engine.state import Phase
from middleware.flow.index import RETRY
from middleware.flow.service import Limits
from schemas import decision as d
from schemas.check import Answer, NotChecked, Outcome, Whereabouts
from tests.flowing import Running, records, start
from tests.matching import TableMatcher
from tests.room import made
from tests.said import HIGH_STREET, MILL_LANE, Cad, Team, marker, resource
from tests.virtual import VirtualLoop, virtual

SLOW = Limits().check.total_seconds() * 2
BEHIND = Limits().index_behind.total_seconds()


class SlowMatcher(TableMatcher):
    """Takes longer than the limit while `slow`."""

    slow = True

    def check(self, place: Whereabouts) -> Answer:
        import asyncio

        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.burn(SLOW if self.slow else 0)
        return super().check(place)


def checked(running: Running, number: str = "1") -> tuple[Outcome, NotChecked | None]:
    known = next(i for i in running.state.incidents.values() if i.number == number)
    assert known.checked is not None
    return known.checked.outcome, known.checked.reason


async def opened(running: Running, address: str = HIGH_STREET, number: str = "1") -> None:
    crew = resource(f"A{number}")
    await running.service.core.submit(Cad().opened(address, (crew,), number))


async def put(running: Running, team: Team, name: str = "M1", address: str = HIGH_STREET) -> None:
    await running.service.core.submit(team.put(marker(name, address)))


@virtual
async def test_c3_the_index_follows_and_everything_live_is_checked_again() -> None:
    running = await start()
    await opened(running)
    assert checked(running) == (Outcome.NONE_FOUND, None)
    await put(running, Team())
    await running.wait(0.01)

    assert checked(running) == (Outcome.FOUND, None)
    assert [n.phase for n in running.state.notes.values()] == [Phase.OPEN]


@virtual
async def test_c3_imports_activated_together_are_all_taken_up() -> None:
    """Also with single markers put in the same moment."""
    import asyncio

    running, team = await start(), Team()
    submit = running.service.core.submit
    for name in ("a", "b", "c"):
        await submit(team.staged(name, marker(f"M-{name}", f"{name} Street")))
    await asyncio.gather(
        *(submit(team.activated(name)) for name in ("a", "b")),
        submit(team.put(marker("M-1", "1 Street"))),
        submit(team.activated("c")),
    )
    await running.wait(1)
    for name in ("a", "b", "c", "1"):
        await opened(running, f"{name} Street", number=name)
        assert checked(running, name) == (Outcome.FOUND, None)


@virtual
async def test_c4_a_check_that_took_too_long_counts_as_not_made() -> None:
    running = await start(index=SlowMatcher())
    await opened(running, MILL_LANE)

    assert checked(running) == (Outcome.NOT_CHECKED, NotChecked.LIMIT_MISSED)


@virtual
async def test_c4_a_marker_found_late_is_a_marker_found() -> None:
    index = SlowMatcher()
    running = await start(index=index)
    await put(running, Team())
    await running.wait(1)
    await opened(running)

    assert checked(running) == (Outcome.FOUND, None)


@virtual
async def test_c4_a_matcher_that_fails_means_not_checked_and_is_asked_again() -> None:
    index = TableMatcher()
    running = await start(index=index)
    index.fault = ZeroDivisionError()
    await opened(running, MILL_LANE)
    assert checked(running) == (Outcome.NOT_CHECKED, NotChecked.FAULT)
    index.fault = None
    await running.wait(3)

    assert checked(running) == (Outcome.NONE_FOUND, None)


@virtual
async def test_c4_none_found_by_an_index_that_is_behind_counts_as_not_checked() -> None:
    """C4: and goes on counting so until the index is there again."""
    index = TableMatcher()
    running, team = await start(index=index), Team()
    index.cannot_put = ZeroDivisionError()
    await put(running, team)
    await running.wait(BEHIND + 1)
    await opened(running)
    assert checked(running) == (Outcome.NOT_CHECKED, NotChecked.INDEX_BEHIND)
    index.cannot_put = None
    await running.wait(RETRY.total_seconds() + 1)

    assert checked(running) == (Outcome.FOUND, None)
    assert [n.callsign for n in running.state.notes.values()] == ["A1"]


@virtual
async def test_c4_an_index_that_stands_still_is_behind_however_often_markers_change() -> None:
    """What counts is the first change that it lacks, not the last."""
    index = TableMatcher()
    running, team = await start(index=index), Team()
    index.cannot_put = ZeroDivisionError()
    for number in range(8):
        await put(running, team, f"M{number}")
        await running.wait(BEHIND / 4)
    await opened(running)

    assert checked(running) == (Outcome.NOT_CHECKED, NotChecked.INDEX_BEHIND)


@virtual
async def test_c4_what_an_index_behind_finds_is_found() -> None:
    """A large import that takes long must not hide the markers that are there."""
    index = TableMatcher()
    running, team = await start(index=index), Team()
    await put(running, team, "M1")
    await running.wait(1)
    index.cannot_put = ZeroDivisionError()
    await put(running, team, "M2", MILL_LANE)
    await running.wait(BEHIND + 1)
    await opened(running)

    assert checked(running) == (Outcome.FOUND, None)


@virtual
async def test_c4_a_marker_that_ended_is_never_found_whatever_the_index_has() -> None:
    index = TableMatcher()
    running, team = await start(index=index), Team()
    await put(running, team, "M1")
    await running.wait(1)
    index.cannot_put = ZeroDivisionError()
    await put(running, team, "M2", MILL_LANE)
    await running.service.core.submit(team.ended("M1"))
    await running.wait(1)
    await opened(running)

    assert checked(running) == (Outcome.NOT_CHECKED, NotChecked.INDEX_BEHIND)
    assert not running.state.notes


@virtual
async def test_a_marker_that_cannot_be_taken_up_goes_when_it_is_put_anew_or_ended() -> None:
    """It stops neither the others nor the service, and a restart is no way out of it either."""

    class Picky(TableMatcher):
        def put(self, one: object) -> None:
            if one.address == "poison":  # type: ignore[attr-defined]
                raise ZeroDivisionError
            super().put(one)  # type: ignore[arg-type]

    running, team = await start(index=Picky()), Team()
    await put(running, team, "M1", "poison")
    await put(running, team, "M2", MILL_LANE)
    await running.stop()
    again = await start(running.disk, index=Picky())
    await again.wait(1)
    await opened(again, MILL_LANE)
    assert checked(again) == (Outcome.FOUND, None)
    await again.service.core.submit(team.ended("M1"))
    await again.wait(RETRY.total_seconds() + 1)

    assert again.index.position == again.state.markers.position


@pytest.mark.parametrize("followed", [True, False])
@virtual
async def test_c3_after_a_restart_what_was_checked_before_a_change_is_checked_again(
    followed: bool,
) -> None:
    """Whether or not the index had followed when the service was killed."""
    running = await start()
    await opened(running)
    index = running.index
    if not followed:
        index.cannot_put = ZeroDivisionError()
    await put(running, Team())
    await running.stop()
    again = await start(running.disk)
    await again.wait(1)

    assert checked(again) == (Outcome.FOUND, None)


@virtual
async def test_c3_what_is_up_to_date_is_not_checked_again_at_every_restart() -> None:
    running = await start()
    await put(running, Team())
    await opened(running)
    await running.wait(1)
    await running.stop()
    before = len(records(running.disk))
    again = await start(running.disk)
    await again.wait(1)

    assert not made(records(again.disk)[before:], d.Assessed)
