"""The broker of the real service may forget everything at any moment: every open note goes out
again, and each is shown once (N3, O4)."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from middleware.ops.access import Role
from simulators.cad_messages import resource
from simulators.mdt import Faults
from tests.service import ControlRoom, control_room
from tests.service_screen import Screen, screen

MARKED = {"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB"}
MARKERS = """\
id,address,postcode,scope,category,severity,what,happened_on,review_on,source
EOC-1,"14 Marram Street, Saltby",CT97 1AB,house,physical_assault,high,Hit,2025-11-02,2099-01-01,EOC
"""
ON, OFF = "A101", "A102"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[ControlRoom]:
    async with control_room(tmp_path) as room:
        await room.import_markers(MARKERS, 1)
        yield room


@pytest.fixture
async def desk(room: ControlRoom) -> AsyncIterator[Screen]:
    async with screen(room, Role.DISPATCHER) as shown:
        yield shown


async def die_and_forget(room: ControlRoom) -> psutil.Process:
    """kill -9, and nothing of what it stored is there when it is started again."""
    [broker] = room.brokers()
    broker.suspend()
    shutil.rmtree(room.state / "broker" / "store")
    broker.kill()
    return broker


async def comes_back(room: ControlRoom, before: psutil.Process) -> None:
    await room.until(lambda: room.brokers() not in ([], [before]), "another broker")
    await room.until_figure(1, "forewarn_adapter_connected", adapter="mdt")


async def test_n3_o4_what_was_open_goes_out_again_and_is_shown_once(
    room: ControlRoom, desk: Screen
) -> None:
    """One note is on its way to a vehicle that is off, one is on a screen and unanswered, one is
    made while there is no broker."""
    no_answer = Faults(never_acknowledges=True)
    async with room.cad() as cad, room.device(ON, faults=no_answer) as on:
        cad.open_incident("000001", MARKED, resources=[resource(OFF)])
        cad.open_incident("000002", MARKED, resources=[resource(ON)])
        await desk.until_told("sending", "000001", OFF)
        await desk.until_told("shown", "000002", ON)
        before = await die_and_forget(room)
        cad.open_incident("000003", MARKED, resources=[resource(ON)])
        await comes_back(room, before)
        await desk.until_told("shown", "000003", ON)
        async with room.device(OFF) as off:
            await desk.until_told("acknowledged", "000001", OFF)
        await room.until(lambda: on.tally["known: shown or removed before"], "the first one again")
    assert [on.tally["shown"], off.tally["shown"]] == [2, 1]
    assert on.log.violations == off.log.violations == []
    figures = await room.figures()
    assert figures.total("forewarn_adapter_restarts_total", adapter="broker") == 1


async def test_o4_receipts_that_the_broker_took_with_it_are_said_again(
    room: ControlRoom, desk: Screen
) -> None:
    """It stops at the moment in which the device shows the note, and never goes on."""
    [broker] = room.brokers()

    def stop_at_the_note(line: str) -> None:
        if " NOTE " in line:
            broker.suspend()

    async with room.cad() as cad, room.device(ON, say=stop_at_the_note) as mdt:
        cad.open_incident("000001", MARKED, resources=[resource(ON)])
        await room.until(lambda: len(mdt.open_receipts) == 2, "both receipts")
        await desk.until_told("sending", "000001", ON)
        await die_and_forget(room)
        await desk.until_told("acknowledged", "000001", ON)
        await room.until(lambda: not mdt.open_receipts, "the receipts to be taken")
    assert (mdt.tally["shown"], mdt.log.violations) == (1, [])


async def test_o4_a_broker_that_dies_again_and_again_costs_no_note(
    room: ControlRoom, desk: Screen
) -> None:
    async with room.cad() as cad, room.device(ON) as mdt:
        for number in ("000001", "000002", "000003"):
            before = await die_and_forget(room)
            cad.open_incident(number, MARKED, resources=[resource(ON)])
            await comes_back(room, before)
        for number in ("000001", "000002", "000003"):
            await desk.until_told("acknowledged", number, ON)
    assert (mdt.tally["shown"], mdt.log.violations) == (3, [])
