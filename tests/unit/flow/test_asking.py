"""Who rings is asked about once, and what had no answer at the end of a run again (C2, C4)."""

import asyncio
from dataclasses import replace
from pathlib import Path

from adapters.sources.caller_directory import CallerDirectory, CallerDirectorySettings
from middleware.engine.decide import question
from middleware.flow.asking import Asking
from middleware.ops.clock import SystemClock
from middleware.ports import Intake, Submitted
from schemas.caller import CallerLookedUp, LookedUp
from schemas.check import Whereabouts
from schemas.event import Event
from simulators.directory import DirectorySimulator
from tests import said
from tests.exchanges import until
from tests.fakes import FakeIntake, fake_world
from tests.room import Room
from tests.said import START

NUMBER, OTHER = "01632960014", "01632960015"
HERE = Whereabouts(address="14 Marram Street, Saltby")


class Asked:
    """A directory that keeps what it is asked."""

    def __init__(self) -> None:
        self.about: list[tuple[str, str]] = []

    def ask(self, about: str, number: str) -> None:
        self.about.append((about, number))


def looked_up(
    number: str = NUMBER, result: LookedUp = LookedUp.FOUND, n: int = 1
) -> CallerLookedUp:
    place = HERE if result is LookedUp.FOUND else None
    return CallerLookedUp(source="directory", id=f"answer/{n}", occurred_at=START, number=number,
                          result=result, place=place)  # fmt: skip


def test_c4_a_live_call_without_an_answer_is_asked_about_again_at_a_start() -> None:
    room, directory = Room(), Asked()
    room.happens(said.rang(NUMBER, "1"))
    room.happens(said.rang(OTHER, "2"))
    room.happens(looked_up(OTHER, LookedUp.FAILED))
    room.happens(said.rang(None, "3"))
    room.happens(said.rang("01632960017", "4"))
    room.happens(said.ended("4"))
    asking = Asking([directory])  # type: ignore[list-item]
    asking.ask_again(asking.unanswered(room.state))
    assert [number for _, number in directory.about] == [NUMBER]


def test_c4_the_id_is_another_at_each_start() -> None:
    """The answer of the one before may be on record of which the state knows nothing more."""
    room = Room()
    room.happens(said.rang(NUMBER, "1"))
    first = Asking([]).unanswered(room.state)
    room.starts()
    assert first != Asking([]).unanswered(room.state)


def test_c2_c4_another_number_is_another_question() -> None:
    """The place of the number before it is not that of this one."""
    room = Room()
    room.happens(said.rang(NUMBER, "1"))
    room.happens(looked_up())
    assert Asking([]).unanswered(room.state) == []
    room.happens(said.rang(OTHER, "1").model_copy(update={"revision": 2}))
    assert [number for _, number in Asking([]).unanswered(room.state)] == [OTHER]
    (call,) = room.state.calls.values()
    assert (call.place, call.looked_up) == (None, None)


def test_c3_c4_another_number_is_not_checked_at_the_address_of_the_one_before() -> None:
    room = Room()
    room.happens(said.rang(NUMBER, "1"))
    room.happens(looked_up())
    again = question(room.state, said.rang(NUMBER, "1").model_copy(update={"revision": 2}))
    other = question(room.state, said.rang(OTHER, "1").model_copy(update={"revision": 2}))
    assert (again and again.address, other and other.address) == (HERE.address, None)


class FallsOnce(FakeIntake):
    """An intake that fails on the first answer."""

    fallen = False

    async def submit(self, event: Event, raw: bytes = b"") -> Submitted:
        if isinstance(event, CallerLookedUp) and not self.fallen:
            self.fallen = True
            raise OSError
        return await super().submit(event, raw)


async def run_again(source: CallerDirectory, intake: Intake) -> None:
    """As the supervisor does."""
    for _ in range(2):
        await asyncio.gather(source.run(intake), return_exceptions=True)


async def test_c4_what_was_under_way_when_the_source_failed_is_not_forgotten(
    tmp_path: Path,
) -> None:
    world = replace(fake_world(tmp_path), clock=SystemClock())
    async with DirectorySimulator({NUMBER: {"address": "14 Marram Street"}}) as directory:
        settings = CallerDirectorySettings(url=directory.url)
        source = CallerDirectory(settings, world)
        intake = FallsOnce()
        source.ask("1", NUMBER)
        running = asyncio.ensure_future(run_again(source, intake))
        (told,) = await until(intake, CallerLookedUp)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert isinstance(told, CallerLookedUp)
    assert told.result is LookedUp.FOUND
    assert intake.fallen
