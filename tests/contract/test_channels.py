"""What every channel keeps to, run over every row of the adapter table (N3, N7, C5, O4)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from adapters.table import ADAPTERS, names
from middleware.ports import AdapterSpec, ChannelDown, Kind
from schemas.delivery import (
    CrewAcknowledged,
    CrewAsked,
    DeliveryReported,
    DeviceEvent,
    DeviceSeen,
    NoteAcknowledged,
    NoteDisplayed,
)
from schemas.service import SourceConnected, SourceLost
from tests.brokers import until
from tests.cad import CANARY
from tests.channels import Line, needs, rig_of, running
from tests.rigs import FREEZES, GARBAGE, SPEAKS, Got, Rig

ROWS = {name: ADAPTERS[Kind.CHANNEL, name] for name in names(Kind.CHANNEL)}
JUNK = (f"{CANARY} is no message".encode(), b"\xff\xfe neither is this \0")


@pytest.fixture(params=sorted(ROWS))
def row(request: pytest.FixtureRequest) -> AdapterSpec:
    return ROWS[request.param]


@pytest.fixture
async def rig(row: AdapterSpec, tmp_path: Path) -> AsyncIterator[Rig]:
    """Not yet started."""
    rig = rig_of(row.name, tmp_path)
    yield rig
    await rig.kill()


@pytest.fixture
async def line(row: AdapterSpec, rig: Rig, tmp_path: Path) -> AsyncIterator[Line]:
    await rig.start()
    async with running(row, rig, tmp_path / "service") as line:
        await line.connected()
        yield line


async def stand_still(task: asyncio.Task[None]) -> None:
    """Give a task every chance to go on, and see that it does not."""
    for _ in range(1_000):
        await asyncio.sleep(0)
    assert not task.done()


def test_a_channel_without_a_rig_fails_and_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"'pager': write .* tests/channels\.py"):
        rig_of("pager", tmp_path)


# --- out -------------------------------------------------------------------------------


async def test_n3_before_it_is_connected_a_send_fails_at_once(
    row: AdapterSpec, rig: Rig, tmp_path: Path
) -> None:
    async with running(row, rig, tmp_path / "service") as line:
        for _ in range(100):  # before it runs, and while it tries to connect
            with pytest.raises(ChannelDown):
                await line.send(rig.device, rig.note())
            await asyncio.sleep(0)
        assert line.back.locked(), "it never said that it can send"
        assert (line.says_connected, line.sent) == (0, 0)
        await rig.start()
        await line.connected()
        await line.send(rig.device, rig.note())


async def test_n7_a_withdrawal_reaches_the_device_and_its_taking_away_comes_back(
    rig: Rig, line: Line
) -> None:
    async with rig.signed_in() as device:
        await line.send(rig.device, rig.note("n1", 2, withdrawn=True, reason="address_changed"))
        assert await device.got() == Got("n1", 2, withdrawn=True)
        if SPEAKS in rig.can:
            await device.says("removed", "n1", 2)
        (gone,) = await line.hears(NoteDisplayed)
    assert (gone.note, gone.note_revision) == ("n1", 2)


async def test_n3_a_send_returns_when_the_other_side_has_accepted(rig: Rig, line: Line) -> None:
    needs(rig, FREEZES)
    async with rig.signed_in() as device:
        async with rig.frozen() as reached:
            sending = asyncio.create_task(line.send(rig.device, rig.note("n1")))
            await until(reached)
            await stand_still(sending)
            assert line.sent == 0
        await sending
        assert await device.got() == Got("n1", 1)
    assert line.sent == 1


async def test_n3_n4_what_the_other_side_died_over_was_not_sent_or_nobody_knows(
    row: AdapterSpec, rig: Rig, line: Line
) -> None:
    """Where sending twice does harm, ChannelDown means: nothing went out, surely."""
    needs(rig, FREEZES)
    async with rig.frozen() as reached:
        sending = asyncio.create_task(line.send(rig.device, rig.note()))
        await until(reached)
        await stand_still(sending)
        await rig.kill()
    await asyncio.wait([sending])
    assert isinstance(sending.exception(), ChannelDown) is row.way.repeatable
    assert sending.exception()
    assert line.sent == 0


# --- in --------------------------------------------------------------------------------


async def test_n3_c5_what_a_device_answers_comes_in_as_its_own(rig: Rig, line: Line) -> None:
    """Displayed and acknowledged come apart; the device is the one that signed in."""
    needs(rig, SPEAKS)
    async with rig.signed_in() as device:
        await device.comes_up("s1")
        await line.send(rig.device, rig.note("n1", 3))
        await device.got()
        await device.says("displayed", "n1", 3)
        await device.says("acknowledged", "n1", 3, by="P7")
        asked = await device.asks("q1")
        for kind in rig.kinds:
            await line.hears(kind)
        said = {type(e): e for e in await line.hears(DeviceEvent)}
        ask = said[CrewAsked].ask
        await line.send(rig.device, rig.answer(ask))
        assert await device.got() == Got(ask)
    name = line.channel.name
    assert {(e.source, e.channel, e.device) for e in said.values()} == {(name, name, rig.device)}
    assert said.keys() - {DeliveryReported} == rig.kinds
    assert asked in (None, ask)
    for kind in said.keys() - {DeviceSeen, CrewAsked, CrewAcknowledged}:
        assert (said[kind].note, said[kind].note_revision) == ("n1", 3)
    if NoteAcknowledged in said:
        assert said[NoteAcknowledged].by == "P7"


async def test_o4_the_same_receipt_said_again_is_the_same(rig: Rig, line: Line) -> None:
    """Where an acknowledgement names its note: one that does not is the same for whoever decides
    (a test of the engine)."""
    needs(rig, SPEAKS)
    for n in (1, 2):
        async with rig.signed_in() as device:
            for revision in (1, 2):
                await line.send(rig.device, rig.note("n1", revision))
                await device.got()
            for _ in range(2):
                await device.says("displayed", "n1", 1)
                await device.says("acknowledged", "n1", 1, by="P7")
            await device.says("displayed", "n1", 2)
            await device.asks(f"q{n}")
            await line.hears(CrewAsked, times=n)
    assert [e.note_revision for e in await line.hears(NoteDisplayed)] == [1, 2]
    if NoteAcknowledged in rig.kinds:
        assert len(await line.hears(NoteAcknowledged)) == 1
    assert line.intake.conflicts == []


async def test_o4_what_cannot_be_read_is_refused_with_its_bytes_and_the_channel_lives_on(
    rig: Rig, line: Line
) -> None:
    needs(rig, SPEAKS, GARBAGE)
    async with rig.signed_in() as device:
        await line.send(rig.device, rig.note())
        await device.got()
        for raw in JUNK:
            await device.say_raw(raw)
        await device.says("displayed", "n1", 1)
        await line.hears(NoteDisplayed)
        await line.send(rig.device, rig.note("n2"))
    for raw, (source, problem, kept) in zip(JUNK, line.intake.refused, strict=True):
        assert (source, raw in kept) == (line.channel.name, True)
        assert "" not in (problem.field, problem.reason)


# --- coming and going ------------------------------------------------------------------


async def test_o4_the_other_side_killed_and_back_is_on_record_and_sending_works(
    rig: Rig, line: Line
) -> None:
    assert line.back.locked(), "one connection, one came_back"
    await line.hears(SourceConnected)
    assert line.says_connected == 1
    await rig.kill()
    await line.hears(SourceLost)
    assert line.says_connected == 0
    with pytest.raises(ChannelDown):
        await line.send(rig.device, rig.note())
    await rig.start()
    await line.connected()
    await line.send(rig.device, rig.note())
    await line.hears(SourceConnected, times=2)
    assert line.says_connected == 1
    presence = line.intake.of(SourceConnected) + line.intake.of(SourceLost)
    assert {(e.source, e.id) for e in presence} == {(line.channel.name,) * 2}


async def test_e1_what_goes_over_it_stands_in_no_log_no_reason_and_no_metric(
    rig: Rig, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as structured:
        async with rig.signed_in() as device:
            await line.send(rig.device, rig.note(headline=CANARY))
            if GARBAGE in rig.can:
                await device.says("acknowledged", "n1", 1, by=CANARY)
                await device.say_raw(JUNK[0])
                await line.intake.until(refused=1)
        await rig.kill()
        await line.hears(SourceLost)
        with pytest.raises(ChannelDown) as down:
            await line.send(rig.device, rig.note(headline=CANARY))
    assert structured, "something was logged"
    reasons = "".join(problem.field + problem.reason for _, problem, _ in line.intake.refused)
    assert reasons or GARBAGE not in rig.can
    logged = caplog.text + str(structured) + str(down.value) + reasons
    for name in CANARY.split():
        assert name not in logged + generate_latest(line.meters.registry).decode()
