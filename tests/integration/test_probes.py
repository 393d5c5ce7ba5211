"""Channels that accept and discard, over real sockets: probes find them, and leave no other trace
(O1, N3, N5)."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest

from adapters.channels.broker_access import mosquitto_acl, mosquitto_passwords
from adapters.channels.device_accounts import DeviceAccounts, account
from adapters.channels.mdt_loopback import MdtLoopback
from adapters.wires.mqtt_connection import BrokerAt
from middleware.ports import ChannelDown, LinesBusy, ToDevice
from schemas.delivery import DeviceEvent
from schemas.service import SourceConnected
from simulators.ari import AriSimulator, Crew
from simulators.cad_receiver import PATH, Receiver
from simulators.mdt import MdtSimulator
from simulators.radio import RadioGateway
from simulators.radio_handset import Faults as AirFaults
from simulators.receiving import Faults, serving
from tests.brokers import DEVICES, ROOM, Mosquitto, Tls, real_world, until
from tests.probing import Probing, probing
from tests.radio_desk import at_work, settings
from tests.radios import SILENT_CREW, line_settings, radio_text
from tests.voice import NUMBER as CREW
from tests.voice import Line, running, spoken

LOOPBACK = "PROBE"
ISSI = "1009999"
"""A radio that nobody carries."""
NUMBER = "PROBE"
"""An incident that the CAD reserves."""


def nothing_else(made: Probing) -> None:
    """No event of a device reached the core, and no figure of what is sent or heard counts it."""
    assert made.intake.of(DeviceEvent) == []
    assert [type(event) for event in made.intake.events] == [SourceConnected]
    assert made.intake.refused == []
    assert made.figure("forewarn_sent_total") == 0
    assert made.figure("forewarn_send_failures_total") == 0
    assert made.figure("forewarn_adapter_received_total") == 0


# --- MDT: a real broker that answers and does not deliver ------------------------------


class Discarding(Mosquitto):
    """A broker whose access list can be changed while it runs: what it forbids it answers as if
    it had been taken."""

    def __init__(self, folder: Path, tls: Tls | None = None) -> None:
        super().__init__(folder, tls)
        self._acl = folder / "acl"
        accounts = DeviceAccounts(folder / "devices.json")
        self.passwords |= accounts.add_all([LOOPBACK])
        own = (folder / "service.password").read_text()
        (folder / "passwords").write_text(mosquitto_passwords(accounts, account(own)))
        (folder / "loopback.password").write_text(self.passwords[LOOPBACK])
        self.lets("")

    def lets(self, forbidden: str) -> None:
        """What its access list allows, without the lines that hold this."""
        lines = mosquitto_acl(ROOM, [*DEVICES, LOOPBACK]).splitlines()
        kept = [line for line in lines if not forbidden or forbidden not in line]
        self._acl.write_text("\n".join(kept) + "\n")
        if self.pid:
            os.kill(self.pid, signal.SIGHUP)

    def at_as_loopback(self, folder: Path) -> BrokerAt:
        update = {"username": LOOPBACK, "password_file": folder / "loopback.password"}
        return self.at.model_copy(update=update)


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Discarding]:
    started = Discarding(tmp_path)
    await started.start()
    yield started
    await started.stop()


@asynccontextmanager
async def looped(broker: Discarding, folder: Path) -> AsyncIterator[Probing]:
    """The MDT channel and the loopback device, both at this broker."""
    device = MdtLoopback(broker.at_as_loopback(folder), LOOPBACK, real_world(folder / "device"))
    running = asyncio.create_task(device.run())
    try:
        async with probing("mdt", LOOPBACK, {"broker": broker.at}, folder / "service") as made:
            yield made
    finally:
        running.cancel()
        await asyncio.wait([running])


HEARS = f"topic read forewarn/{ROOM}/mdt/{LOOPBACK}/notes"
SAYS = f"topic write forewarn/{ROOM}/mdt/{LOOPBACK}/receipts"
SENDS = "topic readwrite"
"""Without it the service may neither send nor hear anything; its publishes are still answered."""


@pytest.mark.parametrize("forbidden", [HEARS, SAYS, SENDS], ids=["hears", "says", "sends"])
async def test_o1_a_broker_that_accepts_and_discards_is_found(
    broker: Discarding, tmp_path: Path, forbidden: str
) -> None:
    async with looped(broker, tmp_path) as made:
        await made.come_back()
        broker.lets(forbidden)
        await made.are_lost()
        broker.lets("")
        await made.are_back()
        nothing_else(made)


async def test_n8_a_terminal_that_is_sent_a_probe_shows_it_to_nobody(
    broker: Discarding, tmp_path: Path
) -> None:
    """The device of another maker in place of our own."""
    mdt = MdtSimulator(LOOPBACK, broker.link, password=broker.passwords[LOOPBACK])
    async with (
        mdt.running(),
        probing("mdt", LOOPBACK, {"broker": broker.at}, tmp_path / "service") as made,
    ):
        await made.come_back()
    assert mdt.tally["probes"] >= 1
    assert mdt.log.shown == []


# --- radio -----------------------------------------------------------------------------


async def test_o1_a_radio_network_that_takes_texts_and_delivers_none_is_found(
    tmp_path: Path,
) -> None:
    async with RadioGateway().running() as gateway:
        handset = gateway.handset(ISSI, SILENT_CREW)
        handset.faults = AirFaults(unseen=True)
        async with probing("radio", ISSI, line_settings(gateway), tmp_path) as made:
            await made.come_back()
            handset.faults = AirFaults(lost=True)
            await made.are_lost()
            handset.faults = AirFaults(unseen=True)
            await made.are_back()
            nothing_else(made)
        assert {message.text for message in handset.messages} == {"PROBE of Forewarn: for nobody"}


async def test_n4_a_probe_gives_way_to_whatever_waits_for_the_radio(tmp_path: Path) -> None:
    """The radio says nothing for a while: a note waits for it, and no probe stands before it."""
    async with RadioGateway().running() as gateway:
        async with at_work(gateway, settings(gateway), tmp_path) as desk:
            gateway.freeze()
            waiting = asyncio.create_task(desk.tells())
            await until(lambda: gateway.waits)
            with pytest.raises(ChannelDown):
                await desk.channel.send(ToDevice(ISSI, radio_text("probe"), probe=True))
            gateway.thaw()
            await waiting
        assert [issi for issi, _ in gateway.sent] == ["1001001"]


# --- CAD -------------------------------------------------------------------------------


@asynccontextmanager
async def written(receiver: Receiver, folder: Path, **more: Any) -> AsyncIterator[Probing]:
    async with serving(receiver, "127.0.0.1", 0) as port:
        where = {"url": f"http://127.0.0.1:{port}{PATH}", "look_every": "100ms"} | more
        async with probing("cad_writeback", NUMBER, where, folder) as made:
            yield made


async def test_n2_a_cad_that_says_taken_and_keeps_nothing_is_found(tmp_path: Path) -> None:
    receiver = Receiver()
    async with written(receiver, tmp_path, reads_back=True) as made:
        await made.come_back()
        receiver.faults = Faults(discards=1.0)
        await made.are_lost()
        receiver.faults = Faults()
        await made.are_back()
        nothing_else(made)
    ((where, drawer),) = receiver.incidents.items()
    assert where == ("2000-01-01", NUMBER)
    assert [(name, note["probe"]) for name, note in drawer.items()] == [("probe", True)]


async def test_n2_without_reading_back_the_receipt_is_believed(tmp_path: Path) -> None:
    receiver = Receiver(faults=Faults(discards=1.0))
    async with written(receiver, tmp_path) as made:
        await made.come_back()
        receiver.faults = Faults(busy=1.0)
        await made.are_lost()
        nothing_else(made)


# --- voice -----------------------------------------------------------------------------

TELEPHONE = "+441632960999"
"""Behind it a machine answers and presses 1."""
ANSWERS, HEARS_NOTHING, RINGS = Crew(does=("1",)), Crew(does=()), Crew(answer="never")


def through(asterisk: AriSimulator, folder: Path) -> dict[str, Any]:
    password = folder / "ari.password"
    password.write_text("a password of the tests")
    password.chmod(0o600)
    return {
        "through": "asterisk",
        "ari_url": f"http://127.0.0.1:{asterisk.port}/ari",
        "ari_password_file": password,
        "ari_sounds": folder / "sounds",
        "key_within": "100ms",
    }


def an_asterisk(crew: Crew) -> AriSimulator:
    return AriSimulator("forewarn", "a password of the tests", crew)


async def test_n4_calls_that_are_answered_and_not_heard_are_found(tmp_path: Path) -> None:
    async with an_asterisk(ANSWERS) as asterisk:
        where = through(asterisk, tmp_path)
        async with probing("voice", TELEPHONE, where, tmp_path / "service") as made:
            await made.come_back()
            asterisk.crew = HEARS_NOTHING
            await made.are_lost()
            asterisk.crew = ANSWERS
            await made.are_back()
            assert [type(event) for event in made.intake.events] == [SourceConnected]
            for name in ("sent", "send_failures"):
                assert made.figure(f"forewarn_{name}_total") == 0
            assert (
                "forewarn_spoken_calls_total{" not in generate_latest(made.meters.registry).decode()
            )
        assert {asked["endpoint"] for what, asked in asterisk.asked if "endpoint" in asked} == {
            f"PJSIP/{TELEPHONE}@trunk"
        }


def called(asterisk: AriSimulator) -> list[str]:
    """Who rings now."""
    endpoints = (channel.endpoint for channel in asterisk.channels.values())
    return [endpoint.removeprefix("PJSIP/").removesuffix("@trunk") for endpoint in endpoints]


async def test_n4_a_crew_is_called_at_once_on_the_line_of_a_probe(tmp_path: Path) -> None:
    async with (
        an_asterisk(RINGS) as asterisk,
        running(tmp_path, calls=1, **through(asterisk, tmp_path)) as line,
    ):
        await line.can_send()
        await probe(line)
        await until(lambda: called(asterisk) == [TELEPHONE])
        await line.tell(spoken())
        await until(lambda: called(asterisk) == [CREW])
        with pytest.raises(LinesBusy):
            await probe(line)
        assert called(asterisk) == [CREW]


async def probe(line: Line) -> None:
    await line.channel.send(ToDevice(TELEPHONE, spoken("probe"), probe=True))
