"""The radio through the real service: a single responder is told there first, over TCP and over a
serial port (N4, N5, N7, C5, D1, O4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from middleware.ops.access import Role
from schemas.decision import DutyAnswered
from schemas.safety import ManDownSignalled, PositionReported, UnreadableEmergency
from schemas.telling import AttemptMade, AttemptReported
from simulators import radio_words as words
from simulators.radio import RadioGateway
from simulators.radio_handset import Faults
from tests.radios import AT_ONCE
from tests.room import made
from tests.service import ControlRoom
from tests.service_process import choose_ports
from tests.service_screen import Screen, screen

RADIO, CREW = "1001001", "R1"
MARKED = {"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB"}
UNMARKED = {"address": "9 Ropewalk Terrace, Saltby", "postcode": "CT97 3TW"}
ALONE = [{"callsign": CREW, "single_responder": True, "radio": f"023400001{RADIO:0>8}"}]
MARKERS = """\
id,address,postcode,scope,category,severity,what,happened_on,review_on,source
EOC-1,"14 Marram Street, Saltby",CT97 1AB,house,physical_assault,high,Hit,2025-11-02,2099-01-01,EOC
"""
SECTION = """
[channel.radio]
{where}
retry_first = "50ms"
retry_most = "200ms"
poll_every = "5s"
answer_within = "20s"
[channel.radio.status]
8010 = "acknowledge"
8011 = "ask"
[[escalation.single_responder]]
channel = "radio"
wait = "{wait}"
[[escalation.single_responder]]
channel = "console"
wait = "1h"
"""


@asynccontextmanager
async def radio_room(folder: Path, gateway: RadioGateway, wait: str) -> AsyncIterator[ControlRoom]:
    room = ControlRoom(folder, choose_ports())
    where = f'serial = "{gateway.serial}"'
    if gateway.serial is None:
        where = f'connect = "127.0.0.1:{gateway.port}"'
    room.configure(SECTION.format(where=where, wait=wait))
    room.prepare()
    async with room.serving():
        await room.import_markers(MARKERS, 1)
        await room.until_figure(1, "forewarn_adapter_connected", adapter="radio")
        yield room


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of the service."""
    room = tmp_path / "room"
    room.mkdir()
    return room


@pytest.fixture
async def room(gateway: RadioGateway, folder: Path) -> AsyncIterator[ControlRoom]:
    async with radio_room(folder, gateway, wait="1h") as room:
        yield room


@pytest.fixture
async def shown(room: ControlRoom) -> AsyncIterator[Screen]:
    async with screen(room, Role.SUPERVISOR) as shown:
        yield shown


async def made_so_far(room: ControlRoom, kind: type[Any]) -> list[Any]:
    return [decision for entry in await room.journal() for decision in made(entry, kind)]


async def test_n4_n5_n7_c5_a_single_responder_is_told_asks_and_is_told_that_it_is_over(
    way: RadioGateway, folder: Path
) -> None:
    handset = way.handset(RADIO, AT_ONCE)
    async with (
        radio_room(folder, way, wait="1h") as room,
        room.cad() as cad,
        screen(room, Role.SUPERVISOR) as shown,
    ):
        cad.open_incident("000042", MARKED, resources=ALONE)
        await shown.until_told("acknowledged", "000042", CREW)
        (first,) = handset.shown
        assert first.startswith("VIOLENCE inc 000042")
        assert len(first) <= 80
        handset.ask()
        await room.until(lambda: handset.shown.count(first) == 2, "the same as answer")
        assert handset.shown[1] == "inc 000042: MARKER FOUND"
        before = len(handset.shown)
        cad.change_address("000042", UNMARKED)
        await shown.until_told("withdrawn", "000042", CREW)
        await room.until(lambda: len(handset.shown) > before, "the withdrawal")
        assert handset.shown[before].startswith("WITHDRAWN inc 000042")
        (attempt, withdrawal) = await made_so_far(room, AttemptMade)
    assert (attempt.channel, attempt.attempt, attempt.again) == ("radio", 1, False)
    assert withdrawal.revision > attempt.revision


async def test_n5_a_radio_that_is_off_leads_to_a_person_at_once(
    gateway: RadioGateway, room: ControlRoom, shown: Screen
) -> None:
    gateway.handset(RADIO).faults = Faults(off=True)
    async with room.cad() as cad:
        cad.open_incident("000042", MARKED, resources=ALONE)
        await shown.until_told("not_told", "000042", CREW)
    reported = {r.state for r in await made_so_far(room, AttemptReported)}
    assert "refused" in reported


async def test_n5_a_status_does_not_acknowledge_a_note_that_was_only_received(
    gateway: RadioGateway, room: ControlRoom, shown: Screen
) -> None:
    handset = gateway.handset(RADIO)
    handset.faults = Faults(unseen=True)
    async with room.cad() as cad:
        cad.open_incident("000042", MARKED, resources=ALONE)
        await room.until(lambda: handset.messages, "the text")
        handset.acknowledge()
        handset.locate()
        await until_taken(room, PositionReported)
        assert not await made_so_far(room, DutyAnswered)
        await shown.until_told("sending", "000042", CREW)


async def until_taken(room: ControlRoom, kind: type[Any], times: int = 1) -> list[Any]:
    """Wait until the journal has so many events of a kind."""
    async with room.patience(f"{times} {kind.__name__} in the journal"):
        while True:
            found = [e.event for e in await room.journal() if isinstance(e.event, kind)]
            if len(found) >= times:
                return found
            await asyncio.sleep(0.1)


async def test_d1_a_press_of_the_button_is_one_alarm_on_the_screen_and_nothing_is_sent_back(
    gateway: RadioGateway, room: ControlRoom, shown: Screen
) -> None:
    handset = gateway.handset(RADIO)
    async with room.cad() as cad:
        cad.open_incident("000042", UNMARKED, resources=ALONE)
        await shown.shows("incidents", number="000042")
        handset.emergency()
        signals = await until_taken(room, ManDownSignalled, 3)
        alarm = await shown.shows("alarms", who=CREW)
        assert sorted(signal.signal for signal in signals) == [
            "emergency_call", "lip_emergency", "status_emergency",
        ]  # fmt: skip
        assert alarm["position"]["exact"] == "exact to 200 m"
        assert len(shown.rows["alarms"]) == 1
        assert gateway.sent == []
        gateway.from_air(b"\r\n+CTSDSR: 13,1001002,0,1,0,16\r\n00\r\n")
        (seen,) = await until_taken(room, UnreadableEmergency)
        assert seen.radio == "1001002"


async def test_n4_o4_killed_after_the_note_was_sent_it_is_not_sent_again(
    gateway: RadioGateway, folder: Path
) -> None:
    """The report that comes after the restart still finds its note."""
    handset = gateway.handset(RADIO)
    handset.faults = Faults(unseen=True)
    async with radio_room(folder, gateway, wait="1h") as room, room.cad() as cad:
        cad.open_incident("000042", MARKED, resources=ALONE)
        await until_state(room, "received")
        room.kill()
        room.start()
        await room.ready()
        await room.until_figure(1, "forewarn_adapter_connected", adapter="radio")
        async with screen(room, Role.DISPATCHER) as shown:
            await shown.until_told("sending", "000042", CREW)
            (message,) = handset.messages
            report = words.report(RADIO, message.protocol, message.reference, words.CONSUMED)
            gateway.from_air(report)
            await shown.until_told("shown", "000042", CREW)
            handset.acknowledge()
            await shown.until_told("acknowledged", "000042", CREW)
        assert len(handset.messages) == 1


async def until_state(room: ControlRoom, state: str) -> None:
    async with room.patience(f"a report {state}"):
        while True:
            if state in {made.state for made in await made_so_far(room, AttemptReported)}:
                return
            await asyncio.sleep(0.1)


async def test_n4_n5_a_radio_that_comes_later_is_told_once(
    gateway: RadioGateway, folder: Path
) -> None:
    """The radio at the control room is off; a person is asked; it comes, and the note goes out."""
    handset = gateway.handset(RADIO)
    async with radio_room(folder, gateway, wait="1h") as room:
        await gateway.stop()
        await room.until_figure(0, "forewarn_adapter_connected", adapter="radio")
        async with room.cad() as cad, screen(room, Role.DISPATCHER) as shown:
            cad.open_incident("000042", MARKED, resources=ALONE)
            await shown.until_told("not_told", "000042", CREW)
            await gateway.start()
            await room.until(lambda: handset.shown, "the note")
            await room.until_figure(1, "forewarn_adapter_connected", adapter="radio")
        assert len(handset.messages) == 1
        assert not handset.shown[0].startswith("RPT")


async def test_n4_o4_killed_before_anybody_knew_it_is_sent_once_more_and_says_so(
    gateway: RadioGateway, folder: Path
) -> None:
    """The attempt is on record, and the radio at the control room never answered for it."""
    handset = gateway.handset(RADIO, AT_ONCE)
    async with radio_room(folder, gateway, wait="1h") as room, room.cad() as cad:
        gateway.freeze()
        cad.open_incident("000042", MARKED, resources=ALONE)
        await room.until(lambda: gateway.waits, "the note at the radio")
        room.kill()
        await gateway.stop()
        gateway.thaw()
        await gateway.start()
        room.start()
        await room.ready()
        async with screen(room, Role.DISPATCHER) as shown:
            await shown.until_told("acknowledged", "000042", CREW)
        (text,) = handset.shown
        assert text.startswith("RPT VIOLENCE inc 000042")
    attempts = await made_so_far(room, AttemptMade)
    assert [(made.attempt, made.again) for made in attempts[:2]] == [(1, False), (2, True)]
