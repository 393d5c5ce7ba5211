"""Whose number it is, asked of a directory on real sockets, within a time (C2, C3, C4)."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import structlog
from pydantic import ValidationError

from adapters.sources.caller_directory import CallerDirectory, CallerDirectorySettings
from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.asking import Asking
from middleware.ports import World
from schemas.caller import CallerLookedUp, LookedUp
from schemas.check import Whereabouts
from schemas.service import SourceConnected, SourceLost
from simulators.directory import DirectorySimulator, Fault
from tests import said
from tests.exchanges import until, write_secret
from tests.fakes import FakeIntake
from tests.said import START

NUMBER = "01632 960001"
PLACES = {NUMBER: {"address": "3 Mill Lane, Exampleton", "uprn": "10090200342", "colour": "red"}}
TOKEN = "canary-token-of-the-directory"


@asynccontextmanager
async def asked(
    directory: DirectorySimulator, intake: FakeIntake, world: World, **more: Any
) -> AsyncIterator[CallerDirectory]:
    token = world.state / "directory.token"
    write_secret(token, TOKEN)
    settings = CallerDirectorySettings(url=directory.url, token_file=token, **more)
    source = CallerDirectory(settings, world)
    task = asyncio.create_task(source.run(intake))
    try:
        yield source
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def one(intake: FakeIntake) -> CallerLookedUp:
    (told,) = await until(intake, CallerLookedUp)
    assert isinstance(told, CallerLookedUp)
    return told


def rang(number: str | None, revision: int = 1) -> Entry:
    event = said.rang(number).model_copy(update={"revision": revision})
    return Entry(1, START, event, None, ())


async def test_a_number_that_rings_is_asked_about_and_its_address_handed_in(
    intake: FakeIntake, world: World
) -> None:
    async with (
        DirectorySimulator(PLACES, TOKEN) as directory,
        asked(directory, intake, world) as source,
    ):
        Asking([source]).on_committed([rang(NUMBER), rang(None)], State())
        told = await one(intake)
    assert directory.asked == [NUMBER]
    assert (told.number, told.result) == (NUMBER, LookedUp.FOUND)
    assert told.place == Whereabouts(address="3 Mill Lane, Exampleton", uprn="10090200342")
    assert told.id == "telephony/1/rang/1"


async def test_a_number_that_nobody_has_is_said_to_be_that(
    intake: FakeIntake, world: World
) -> None:
    async with (
        DirectorySimulator(PLACES, TOKEN) as directory,
        asked(directory, intake, world) as source,
    ):
        source.ask("1", "07700900123")
        assert (await one(intake)).result is LookedUp.NONE


@pytest.mark.parametrize("fault", ["silent", "garbage", "faulty", "cut"])
async def test_c4_without_a_good_answer_in_time_the_look_up_has_failed_and_that_is_said(
    intake: FakeIntake, world: World, fault: Fault
) -> None:
    """Never silence; and nothing personal or secret in a log."""
    with structlog.testing.capture_logs() as logs:
        async with (
            DirectorySimulator(PLACES, TOKEN) as directory,
            asked(directory, intake, world, answer_within=timedelta(milliseconds=200)) as source,
        ):
            directory.fault = fault
            source.ask("1", NUMBER)
            assert (await one(intake)).result is LookedUp.FAILED
            directory.fault = ""
            source.ask("2", NUMBER)
            _, again = await until(intake, CallerLookedUp, 2)
    assert again.result is LookedUp.FOUND
    assert len(intake.refused) == (1 if fault == "garbage" else 0)
    assert NUMBER not in str(logs)
    assert TOKEN not in str(logs)


async def test_c4_a_look_up_that_would_come_too_late_is_not_made_and_said_to_have_failed(
    intake: FakeIntake, world: World
) -> None:
    """One that hangs does not take the time of those behind it without a word."""
    async with (
        DirectorySimulator(PLACES, TOKEN) as directory,
        asked(
            directory, intake, world, at_once=1, answer_within=timedelta(milliseconds=200)
        ) as source,
    ):
        directory.fault = "silent"
        for n in range(5):
            source.ask(str(n), NUMBER)
        told = await until(intake, CallerLookedUp, 5)
    assert {one.result for one in told} == {LookedUp.FAILED}
    assert len(directory.asked) < 5


async def test_a_directory_that_is_gone_is_seen_by_people_and_asked_again_when_it_is_back(
    intake: FakeIntake, world: World
) -> None:
    quick = {"look_every": timedelta(milliseconds=100)}
    async with DirectorySimulator(PLACES, TOKEN) as directory:
        port = directory.port
    async with asked(directory, intake, world, **quick) as source:
        (lost,) = await until(intake, SourceLost)
        assert lost.reason == "unreachable"
        async with DirectorySimulator(PLACES, TOKEN, port):
            await until(intake, SourceConnected)
            source.ask("1", NUMBER)
            assert (await one(intake)).result is LookedUp.FOUND


async def test_a_wrong_token_is_a_failure_with_its_cause(intake: FakeIntake, world: World) -> None:
    async with (
        DirectorySimulator(PLACES, "another") as directory,
        asked(directory, intake, world) as source,
    ):
        await until(intake, SourceConnected)
        source.ask("1", NUMBER)
        assert (await one(intake)).result is LookedUp.FAILED
        (lost,) = await until(intake, SourceLost)
    assert lost.reason == "login_refused"


@pytest.mark.parametrize("url", ["directory", "http://directory.example/v1", "https://a:b@c.d/e"])
def test_an_address_that_cannot_be_meant_or_goes_in_clear_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="url"):
        CallerDirectorySettings(url=url)


async def test_the_simulated_directory_is_usable_alone(intake: FakeIntake, world: World) -> None:
    """O3: from the command line, with numbers from a CSV."""
    places = world.state / "numbers.csv"
    places.write_text('number,address,postcode\n01632960001,"3 Mill Lane, Exampleton",\n')
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulators", "directory", "--places", str(places), "--port", "0",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    printed = (await process.stdout.readline()).decode()
    source = CallerDirectory(CallerDirectorySettings(url=printed.split()[-1]), world)
    task = asyncio.create_task(source.run(intake))
    try:
        source.ask("1", "01632960001")
        assert (await one(intake)).place == Whereabouts(address="3 Mill Lane, Exampleton")
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        process.kill()
        await process.communicate()
