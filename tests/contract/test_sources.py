"""What every source keeps to, run over every row of the adapter table (O4, O1, E1)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.table import names
from middleware.ports import Ability, Kind
from schemas.service import SourceConnected
from tests.cad import CANARY
from tests.sources import RIGS, Rig

ROWS = set(names(Kind.SOURCE))
GARBAGE = f"{CANARY} is no message".encode()


@pytest.fixture(params=sorted(RIGS))
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    async with RIGS[request.param](tmp_path) as rig:
        yield rig


def test_every_source_of_the_table_is_held_to_the_contract() -> None:
    assert set(RIGS) == ROWS


async def test_o1_a_source_says_that_it_is_connected_once(rig: Rig) -> None:
    await rig.say(1)
    await rig.intake.until(events=2)
    (connected,) = rig.intake.of(SourceConnected)
    assert connected.source == connected.id == rig.source.name


async def test_o4_things_are_taken_in_the_order_in_which_they_were_said(rig: Rig) -> None:
    for n in range(1, 21):
        await rig.say(n)
    assert rig.heard() == list(range(1, 21))


async def test_o4_the_same_again_changes_nothing(rig: Rig) -> None:
    for n in (1, 2, 1, 2, 1):
        await rig.say(n)
    assert rig.heard() == [1, 2]
    assert rig.intake.conflicts == []


async def test_o4_garbage_is_refused_with_its_raw_bytes_and_the_stream_lives_on(rig: Rig) -> None:
    await rig.say(1)
    await rig.say_raw(GARBAGE)
    await rig.say(2)
    ((source, problem, raw),) = rig.intake.refused
    assert source == rig.source.name
    assert problem.field
    assert GARBAGE in raw
    assert rig.heard() == [1, 2]


async def test_o4_a_cut_in_the_middle_of_a_thing_loses_nothing_that_was_acknowledged(
    rig: Rig,
) -> None:
    await rig.say(1)
    await rig.say_half_and_cut(2)
    told_anew = {2} if rig.source.ability is Ability.RESYNC else set()
    assert set(rig.heard()) - told_anew == {1}, "half a thing is nothing"
    await rig.say(2)
    await rig.say(3)
    assert rig.heard() == [1, 2, 3]


async def test_o4_a_full_intake_pushes_back_on_the_source(rig: Rig) -> None:
    await rig.say(1)
    await rig.intake.until(events=2)
    rig.intake.hold()
    before = rig.intake.arrived
    saying = [asyncio.create_task(rig.say(n)) for n in range(2, 40)]
    await rig.intake.until(arrived=before + rig.bound)
    for _ in range(100):
        await asyncio.sleep(0)
    assert rig.intake.arrived == before + rig.bound
    rig.intake.release()
    await asyncio.gather(*saying)
    assert sorted(rig.heard()) == list(range(1, 40)), "all of it came in the end"


async def test_e1_what_was_said_stands_in_no_log_and_no_reason(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as structured:
        await rig.say(1, words=CANARY)
        await rig.say_raw(GARBAGE)
        await rig.say_half_and_cut(2)
    logged = caplog.text + str(structured)
    reasons = [problem.field + problem.reason for _, problem, _ in rig.intake.refused]
    assert reasons, "something was refused"
    for name in CANARY.split():
        assert name not in logged + "".join(reasons)
