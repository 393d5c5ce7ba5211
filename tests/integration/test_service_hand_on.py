"""An incident handed on by the real service to one that is played: told, told otherwise, taken
back, over kill -9 and with everything said twice (N2, N7, C4, E3, O4)."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.channels.broker import free_port
from middleware.ops.access import Role
from schemas import hand_on as h
from simulators.bars_receiver import PATH, BarsReceiver
from simulators.receiving import Faults, serving
from tests.room import made
from tests.service import ControlRoom
from tests.service_process import choose_ports
from tests.service_screen import screen

SECTION = """
[channel.bars_flag]
url = "http://127.0.0.1:{bars}{path}"
look_every = "200ms"
answer_within = "1s"
[hand_on]
sender = "Saltby Ambulance Service"
sender_id = "RX900"
[[hand_on.service]]
name = "Neighbour"
id = "1122334455"
"""
MARKERS = """\
id,address,postcode,scope,category,severity,what,happened_on,review_on,source
EOC-1,"14 Marram Street, Saltby",CT97 1AB,house,physical_assault,high,Threw a chair at the crew,\
2025-11-02,2099-01-01,EOC
"""
THERE = {"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB"}
ELSEWHERE = {"address": "9 Ropewalk Terrace, Saltby", "postcode": "CT97 3TW"}


@asynccontextmanager
async def handing_room(folder: Path) -> AsyncIterator[ControlRoom]:
    room = ControlRoom(folder, choose_ports() | {"bars": free_port("127.0.0.1")})
    room.configure(SECTION.format(path=PATH, **room.ports))
    room.prepare()
    async with room.serving():
        yield room


async def test_n2_n7_o4_what_is_known_stands_with_the_other_service_as_long_as_it_is_true(
    tmp_path: Path,
) -> None:
    receiver = BarsReceiver(Faults(doubled=1.0, lost=0.3), service="1122334455")
    async with handing_room(tmp_path) as room, room.cad() as cad:
        await room.import_markers(MARKERS, 1)
        async with screen(room, Role.DISPATCHER, "Dee") as shown:
            assert shown.hello["services"] == ["Neighbour"]
            cad.open_incident("7", THERE, resources=[])
            incident = await shown.shows("incidents", number="7", outcome="found")
            asked = {"incident": incident["id"], "service": "Neighbour", "case": "mutual-aid"}
            assert (await shown.does("hand-on", **asked))["say"] == "done"
            room.kill()  # before the other service is there at all
        async with serving(receiver, "127.0.0.1", room.ports["bars"]):
            room.start()
            await room.ready()
            await room.until(receiver.active, "the flag at the other service")
            assert "Threw a chair at the crew" in receiver.active()[0]
            (scene,) = [one["scene"] for one in receiver.hand_ons.values()]
            assert (scene["number"], scene["address"]) == ("7", THERE["address"])
            async with screen(room, Role.SUPERVISOR, "Sue") as shown:
                await room.until(
                    lambda: "received" in str(shown.find("incidents", number="7")), "the receipt"
                )
                cad.change_address("7", ELSEWHERE)
                await room.until(lambda: not receiver.active(), "an address that is another one")
                cad.change_address("7", THERE)
                await room.until(receiver.active, "the address as it was")
                row = shown.find("incidents", number="7")["handed_on"][0]
                end = {"hand_on": row["hand_on"], "reason": "our own crew was nearer"}
                assert (await shown.does("end-hand-on", **end))["say"] == "done"
                await room.until(lambda: not receiver.active(), "that it was taken back")
            await room.until_figure(1, "forewarn_hand_ons_total", what="ended")
            await room.until_figure(0, "forewarn_hand_ons_waiting")
        async with room.program(Role.AUDITOR) as web, web.get("/api/timeline/7") as answer:
            told = " | ".join([line["words"] for line in json.loads(await answer.read())])
    assert "handed on to Neighbour by Dee (mutual-aid)" in told
    assert "Neighbour: taken back by Sue" in told
    assert not receiver.answered.get("conflict")
    (scene,) = [one["scene"] for one in receiver.hand_ons.values()]
    assert scene["status"] == "revoked"
    assert len(made(await room.journal(), h.HandOnBegun)) == 1
