"""A single responder is rung up by the real service, hears the note, and presses a key (N4, N5).

The telephone is a real one over SIP, in another process; the CAD, the journal and the screen are
those of every service test.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from middleware.ops.access import Role
from schemas.telling import AttemptMade, AttemptReported
from tests.room import made
from tests.service import ControlRoom
from tests.service_process import choose_ports
from tests.service_screen import screen
from tests.voice import Phone, telephone

pytestmark = pytest.mark.timeout(300)
"""Calls take the time that they take, on a loaded machine more."""

CREW, NUMBER = "R1", "07700 900123"
MARKED = {"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB"}
ALONE = [{"callsign": CREW, "single_responder": True, "phone": NUMBER}]
MARKERS = """\
id,address,postcode,scope,category,severity,what,happened_on,review_on,source
EOC-1,"14 Marram Street, Saltby",CT97 1AB,house,physical_assault,high,Hit,2025-11-02,2099-01-01,EOC
"""
SECTION = """
[channel.voice]
sip_to = "sip:{{number}}@{at}"
sip_interface = "127.0.0.1"
[[escalation.single_responder]]
channel = "voice"
wait = "1h"
[[escalation.single_responder]]
channel = "console"
wait = "1h"
"""


@asynccontextmanager
async def room_that_rings(folder: Path, phone: Phone) -> AsyncIterator[ControlRoom]:
    await asyncio.to_thread(folder.mkdir)
    room = ControlRoom(folder, choose_ports())
    room.configure(SECTION.format(at=phone.at))
    room.prepare()
    async with room.serving():
        await room.import_markers(MARKERS, 1)
        await room.until_figure(1, "forewarn_adapter_connected", adapter="voice")
        yield room


async def made_so_far(room: ControlRoom, kind: type[Any]) -> list[Any]:
    return [decision for entry in await room.journal() for decision in made(entry, kind)]


async def test_n4_n5_a_single_responder_hears_the_note_and_acknowledges(tmp_path: Path) -> None:
    async with (
        telephone("--presses", "1@1") as phone,
        room_that_rings(tmp_path / "room", phone) as room,
        room.cad() as cad,
        screen(room, Role.SUPERVISOR) as shown,
    ):
        cad.open_incident("000042", MARKED, resources=ALONE)
        await phone.says("answered")
        await shown.until_told("acknowledged", "000042", CREW)
        (attempt,) = await made_so_far(room, AttemptMade)
    assert (attempt.channel, attempt.attempt, attempt.again) == ("voice", 1, False)
    assert phone.said.count("rings") == 1


async def test_n5_a_crew_that_declines_leads_to_a_person_at_once(tmp_path: Path) -> None:
    async with (
        telephone("--busy") as phone,
        room_that_rings(tmp_path / "room", phone) as room,
        room.cad() as cad,
        screen(room, Role.SUPERVISOR) as shown,
    ):
        cad.open_incident("000042", MARKED, resources=ALONE)
        await shown.until_told("not_told", "000042", CREW)
        reported = await made_so_far(room, AttemptReported)
    assert [r.state for r in reported] == ["busy"]


async def test_n4_o4_a_call_cut_by_our_own_crash_is_made_again_and_says_so(
    tmp_path: Path,
) -> None:
    async with (
        telephone("--presses", "1@1") as phone,
        room_that_rings(tmp_path / "room", phone) as room,
    ):
        async with room.cad() as cad:
            cad.open_incident("000042", MARKED, resources=ALONE)
            await phone.says("answered")
            room.kill()
        await phone.says("call over")  # nobody is left listening to silence
        room.start()
        await room.ready()
        async with screen(room, Role.SUPERVISOR) as shown:
            await phone.says("answered", times=2)
            await shown.until_told("acknowledged", "000042", CREW)
        first, *others = await made_so_far(room, AttemptMade)
    assert (first.attempt, first.again) == (1, False)
    assert others[0].again, "it is on record that it may have been heard"
    assert phone.said.count("rings") == 2
