"""The played device on a real broker: each fault switch does what it says (O3)."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from schemas.delivery import DeviceSeen, NoteAcknowledged, NoteDisplayed
from schemas.mistake import CrewReportedMistake
from simulators.mdt import Crew, Faults
from simulators.mdt_screen import Screen
from tests.brokers import Nats, Service, device, note, serving, until


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Nats]:
    started = Nats(tmp_path, None)
    await started.start()
    yield started
    await started.stop()


@pytest.fixture
async def service(broker: Nats, tmp_path: Path) -> AsyncIterator[Service]:
    async with serving(broker.at, tmp_path / "service") as started:
        await started.connected()
        yield started


async def test_a_device_that_never_displays_gives_no_receipt(
    broker: Nats, service: Service
) -> None:
    async with device(broker, faults=Faults(never_displays=True)).running() as mdt:
        await mdt.connected.wait()
        await service.send("A101", note())
        await until(lambda: mdt.tally["not displayed"] == 1)
    assert mdt.log.shown == []
    assert mdt.open_receipts == set()


async def test_a_crew_that_never_acknowledges_leaves_the_receipt_of_the_device(
    broker: Nats, service: Service
) -> None:
    async with device(broker, faults=Faults(never_acknowledges=True)).running() as mdt:
        await mdt.connected.wait()
        await service.send("A101", note())
        await until(lambda: bool(service.heard(NoteDisplayed)) and not mdt.open_receipts)
    assert service.heard(NoteAcknowledged) == []


async def test_a_late_device_shows_in_the_order_in_which_notes_came(
    broker: Nats, service: Service
) -> None:
    async with device(broker, faults=Faults(late=0.2)).running() as mdt:
        await mdt.connected.wait()
        for revision in (1, 2):
            await service.send("A101", note(revision=revision))
        await until(lambda: mdt.tally["shown"] == 2)
    assert [s.revision for s in mdt.log.shown] == [1, 2]


async def test_a_device_that_drops_its_connection_comes_back_and_says_hello(
    broker: Nats, service: Service
) -> None:
    faults = Faults(drops_connection_every=0.1, offline_for=0.05)
    async with device(broker, faults=faults).running() as mdt:
        await until(lambda: len(service.heard(DeviceSeen)) >= 3)
    assert mdt.tally["connected"] >= 3


async def test_a_device_that_loses_its_memory_is_found_out(broker: Nats, service: Service) -> None:
    faults = Faults(lose_memory=True, drops_connection_every=0.3)
    async with device(broker, faults=faults).running() as mdt:
        for times in (1, 2):
            await until(lambda times=times: mdt.tally["connected"] >= times)
            await until(mdt.connected.is_set)
            while mdt.tally["shown"] < times:
                await service.send("A101", note())
                await asyncio.sleep(0.02)
    assert any("shown twice as new" in violation for violation in mdt.log.violations)


async def test_a_crew_does_not_acknowledge_what_was_taken_back(
    broker: Nats, service: Service
) -> None:
    mdt = device(broker, crew=Crew(least=0.3, most=0.3))
    async with mdt.running():
        await mdt.connected.wait()
        await service.send("A101", note("n1", 1))
        await service.send("A101", note("n1", 2, withdrawn=True))
        await until(lambda: mdt.tally["removed"] == 1)
        await service.send("A101", note("n2"))
        await until(lambda: bool(service.heard(NoteAcknowledged)))
    assert [e.note for e in service.heard(NoteAcknowledged)] == ["n2"]


async def test_a_device_that_starts_again_does_not_show_what_it_had_shown(
    broker: Nats, service: Service, tmp_path: Path
) -> None:
    for _ in range(2):
        mdt = device(broker, screen=Screen(tmp_path / "memory.json"))
        async with mdt.running():
            await mdt.connected.wait()
            await service.send("A101", note())
            await until(lambda mdt=mdt: mdt.tally["receipt displayed"] == 1)
    assert mdt.log.shown == []
    assert mdt.tally["known: shown or removed before"] == 1


async def test_a_fleet_from_the_command_line(
    broker: Nats, service: Service, tmp_path: Path
) -> None:
    passwords = tmp_path / "fleet.txt"
    passwords.write_text("".join(f"{name}:{text}\n" for name, text in broker.passwords.items()))
    at = broker.at.at
    command = [sys.executable, "-m", "simulators", "mdt", "--callsign", "A101", "--fleet", "2",
               "--broker", f"mqtt://{at}", "--password-file", str(passwords),
               "--acknowledges-after", "0", "0", "--says", "wrong_address"]  # fmt: skip
    fleet = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    await until(lambda: {e.device for e in service.heard(DeviceSeen)} == {"A101", "A102"})
    await service.send("A102", note(headline="Dog in the yard"))
    await until(lambda: bool(service.heard(CrewReportedMistake)))
    fleet.send_signal(signal.SIGINT)
    said, _ = await fleet.communicate()
    assert fleet.returncode == 0
    lines = said.decode().splitlines()
    assert lines[0].startswith("A102 ")
    assert "Dog in the yard" in lines[0]
    assert lines[-1].startswith("2 devices: ")
    assert "receipt wrong_address 1" in lines[-1]
