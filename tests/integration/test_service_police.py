"""Police through the real service and a desk that is played: asked, refused, escalated, there; over
kill -9; and everything said twice (P1, P2, D4, E3, O4)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.channels.broker import free_port
from middleware.ops.access import Role
from schemas import back_up as b
from schemas.police import BackUpAnswered
from simulators.cad_links import HttpLink
from simulators.police_desk import PATH, Conduct, PoliceDesk
from simulators.receiving import Faults, serving
from tests.room import made
from tests.service import ControlRoom
from tests.service_process import choose_ports
from tests.service_screen import Row, Screen, screen

SECTION = """
[source.police_answers]
listen = "127.0.0.1:{answers}"
[channel.police_desk]
url = "http://127.0.0.1:{desk}{path}"
look_every = "200ms"
answer_within = "1s"
[back_up]
judge_within = "{judge}"
[[back_up.police]]
of = "police control room"
channel = "police_desk"
wait = "{wait}"
[[back_up.police]]
of = "police duty inspector"
channel = "police_desk"
wait = "{wait}"
[[back_up.police]]
of = "EOC supervisor"
wait = "{wait}"
"""
THREAT = {"happening": "a man with a knife stands at the door", "weapon": "seen"}


class PoliceRoom(ControlRoom):
    """A control room with a way to a desk and one back."""

    @asynccontextmanager
    async def desk(
        self, conduct: Conduct, faults: Faults | None = None
    ) -> AsyncIterator[PoliceDesk]:
        url = f"http://127.0.0.1:{self.ports['answers']}/back-up/v1/messages"
        desk = PoliceDesk(faults or Faults(), conduct=conduct)
        async with serving(desk, "127.0.0.1", self.ports["desk"]):
            carrying = asyncio.create_task(desk.run(HttpLink(url, self.cad_token)))
            try:
                yield desk
            finally:
                carrying.cancel()
                await asyncio.wait([carrying])


@asynccontextmanager
async def police_room(folder: Path, *, wait: str, judge: str) -> AsyncIterator[PoliceRoom]:
    more = {name: free_port("127.0.0.1") for name in ("answers", "desk")}
    room = PoliceRoom(folder, choose_ports() | more)
    room.configure(SECTION.format(path=PATH, wait=wait, judge=judge, **room.ports))
    room.prepare()
    async with room.serving():
        yield room


async def ask(room: PoliceRoom, shown: Screen) -> Row:
    """A dispatcher asks for police at the incident 7."""
    incident = await shown.shows("incidents", number="7")
    about = {"wanted": "police", "incident": incident["id"]}
    draft = (await shown.does("compose-back-up", **about))["draft"]
    assert draft["missing"][0] == "what is happening now"
    asked = await shown.does("request-back-up", **about, threat=draft["threat"] | THREAT)
    assert asked["words"] == "Police requested: asked of the police control room."
    return await shown.shows("back_ups", number="7")


async def test_p1_p2_e3_refused_still_necessary_accepted_further_up_and_there(
    tmp_path: Path,
) -> None:
    async with (
        police_room(tmp_path, wait="1h", judge="1h") as room,
        room.cad() as cad,
        room.desk(Conduct(refuses=1), Faults(doubled=1.0)) as desk,
        screen(room, Role.DISPATCHER, "Dee") as shown,
    ):
        cad.open_incident("7", {"address": "14 High Street, Anytown"}, resources=[])
        asked = await ask(room, shown)
        await shown.shows("back_ups", phase="refused", needs="judge", reference=f"P-{asked['id']}")
        words = desk.requests[asked["id"]]["words"]
        assert "Happening now: a man with a knife stands at the door." in words
        assert "Weapon: seen." in words
        await shown.does("escalate-back-up", request=asked["id"])
        there = await shown.shows("back_ups", phase="arrived", over=True)
        assert (there["of"], there["oic"]) == ("police duty inspector", "PS 12")
        assert there["crn"] == f"42/{asked['id']}/26"
        await room.until_figure(1, "forewarn_back_up_total", what="arrived")
        await room.until_figure(1, "forewarn_back_up_escalations_total", because="refused")
        async with room.program(Role.AUDITOR) as web, web.get("/api/timeline/7") as answer:
            told = " | ".join([line["words"] for line in json.loads(await answer.read())])
        for line in ("Police requested by Dee", "REFUSED", "because it was refused", "arrived, "):
            assert line in told
    answers = [e.event for e in await room.journal() if isinstance(e.event, BackUpAnswered)]
    assert [one.says for one in answers] == ["refused", "accepted", "en_route", "arrived"]


async def test_p2_o4_a_desk_that_never_decides_and_a_kill_end_with_a_named_person(
    tmp_path: Path,
) -> None:
    """What came due while nothing ran comes at once; the request is at the desk once."""
    async with (
        police_room(tmp_path, wait="3s", judge="1s") as room,
        room.cad() as cad,
        room.desk(Conduct(mute=True)) as desk,
    ):
        async with screen(room, Role.DISPATCHER, "Dee") as shown:
            cad.open_incident("7", {"address": "14 High Street, Anytown"}, resources=[])
            asked = await ask(room, shown)
            await room.until(lambda: desk.requests, "the request at the desk")
            room.kill()
        await asyncio.sleep(4)
        room.start()
        await room.ready()
        async with screen(room, Role.SUPERVISOR, "Sue") as shown:
            await shown.shows("back_ups", needs="take", of="EOC supervisor")
            await shown.does("take-back-up", request=asked["id"])
            await shown.shows("back_ups", needs=None, taken_by="Sue")
    stepped = made(await room.journal(), b.BackUpStepped)
    assert [one.step for one in stepped[:3]] == [0, 1, 2]
    assert len(desk.requests) == 1
