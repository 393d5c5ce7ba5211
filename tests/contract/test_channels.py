"""What every channel keeps to, run over every row of the adapter table (N3, N7, C5, O4)."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from adapters.table import ADAPTERS
from middleware.ports import AdapterSpec, ChannelDown, Kind
from schemas.delivery import CrewAsked, DeviceEvent, DeviceSeen, NoteAcknowledged, NoteDisplayed
from schemas.mdt import DeviceAnswer
from schemas.service import SourceConnected, SourceLost
from tests.brokers import note
from tests.cad import CANARY
from tests.channels import Got, Line, Rig, rig_of, running

ROWS = {spec.name: spec for spec in ADAPTERS if spec.kind is Kind.CHANNEL}
GARBAGE = (f"{CANARY} is no message".encode(), b"\xff\xfe neither is this \0")


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
                await line.send(rig.device, note())
            await asyncio.sleep(0)
        assert line.back.locked(), "it never said that it can send"
        assert (line.says_connected, line.sent) == (0, 0)
        await rig.start()
        await line.connected()
        await line.send(rig.device, note())


async def test_n7_a_withdrawal_reaches_the_device_and_its_taking_away_comes_back(
    rig: Rig, line: Line
) -> None:
    async with rig.signed_in() as device:
        await line.send(rig.device, note("n1", 2, withdrawn=True, reason="address_changed"))
        assert await device.got() == Got("n1", 2, withdrawn=True)
        await device.says("removed", "n1", 2)
        (gone,) = await line.hears(NoteDisplayed)
    assert (gone.note, gone.note_revision) == ("n1", 2)


async def test_n3_a_send_returns_when_the_other_side_has_accepted(rig: Rig, line: Line) -> None:
    async with rig.signed_in() as device:
        async with rig.frozen():
            sending = asyncio.create_task(line.send(rig.device, note("n1")))
            await stand_still(sending)
            assert line.sent == 0
        await sending
        assert await device.got() == Got("n1", 1)
    assert line.sent == 1


async def test_n3_what_the_other_side_died_over_was_not_sent(rig: Rig, line: Line) -> None:
    async with rig.frozen():
        sending = asyncio.create_task(line.send(rig.device, note()))
        await stand_still(sending)
        await rig.kill()
    with pytest.raises(ChannelDown):
        await sending
    assert line.sent == 0


# --- in --------------------------------------------------------------------------------


async def test_n3_c5_what_a_device_answers_comes_in_as_its_own(rig: Rig, line: Line) -> None:
    """Displayed and acknowledged come apart; the device is the one that signed in."""
    async with rig.signed_in() as device:
        await device.comes_up("s1")
        await device.says("displayed", "n1", 3)
        await device.says("acknowledged", "n1", 3, by="P7")
        await device.asks("q1")
        said = await line.hears(DeviceEvent, times=4)
        await line.send(rig.device, DeviceAnswer(ask="q1", incidents=(), in_words="none found"))
        assert await device.got() == Got("q1")
    name = line.channel.name
    assert {(e.source, e.channel, e.device) for e in said} == {(name, name, rig.device)}
    by_kind = {type(e): e for e in said}
    assert by_kind.keys() == {DeviceSeen, NoteDisplayed, NoteAcknowledged, CrewAsked}
    for kind in (NoteDisplayed, NoteAcknowledged):
        assert (by_kind[kind].note, by_kind[kind].note_revision) == ("n1", 3)
    assert (by_kind[NoteAcknowledged].by, by_kind[CrewAsked].ask) == ("P7", "q1")


async def test_o4_the_same_receipt_said_again_is_the_same(rig: Rig, line: Line) -> None:
    for n in (1, 2):
        async with rig.signed_in() as device:
            for _ in range(2):
                await device.says("displayed", "n1", 1)
                await device.says("acknowledged", "n1", 1, by="P7")
            await device.says("displayed", "n1", 2)
            await device.comes_up(f"s{n}")
            await line.hears(DeviceSeen, times=n)
    assert [e.note_revision for e in await line.hears(NoteDisplayed)] == [1, 2]
    assert len(await line.hears(NoteAcknowledged)) == 1
    assert line.intake.conflicts == []


async def test_o4_what_cannot_be_read_is_refused_with_its_bytes_and_the_channel_lives_on(
    rig: Rig, line: Line
) -> None:
    async with rig.signed_in() as device:
        for raw in GARBAGE:
            await device.say_raw(raw)
        await device.says("displayed", "n1", 1)
        await line.hears(NoteDisplayed)
        await line.send(rig.device, note())
    for raw, (source, problem, kept) in zip(GARBAGE, line.intake.refused, strict=True):
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
        await line.send(rig.device, note())
    await rig.start()
    await line.connected()
    await line.send(rig.device, note())
    await line.hears(SourceConnected, times=2)
    assert line.says_connected == 1
    assert {(e.source, e.id) for e in line.intake.events} == {(line.channel.name,) * 2}


async def test_e1_what_goes_over_it_stands_in_no_log_no_reason_and_no_metric(
    rig: Rig, line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as structured:
        async with rig.signed_in() as device:
            await line.send(rig.device, note(headline=CANARY))
            await device.says("acknowledged", "n1", 1, by=CANARY)
            await device.say_raw(GARBAGE[0])
            await line.intake.until(refused=1)
        await rig.kill()
        await line.hears(SourceLost)
        with pytest.raises(ChannelDown) as down:
            await line.send(rig.device, note(headline=CANARY))
    assert structured, "something was logged"
    ((_, problem, _),) = line.intake.refused
    logged = caplog.text + str(structured) + str(down.value) + problem.field + problem.reason
    for name in CANARY.split():
        assert name not in logged + generate_latest(line.meters.registry).decode()
