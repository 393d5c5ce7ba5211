"""A stand-off through the real service: CAD, MDT, a dispatcher's screen, kill -9 (P3, E3)."""

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from middleware.engine.entry import Entry
from middleware.ops.access import Role
from schemas import held as h
from schemas.incident import Holding
from simulators.cad import CadSimulator
from simulators.mdt import MdtSimulator
from tests.room import made
from tests.service import ControlRoom
from tests.service_process import choose_ports
from tests.service_screen import Screen, screen

SECTION = """
[stand_off]
prompts = ["1s", "2s"]
every = "1s"
"""
NUMBER = "7"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[ControlRoom]:
    """A control room that asks every second."""
    room = ControlRoom(tmp_path, choose_ports())
    room.configure(SECTION)
    room.prepare()
    async with room.serving():
        yield room


def held(shown: Screen) -> dict[str, Any]:
    """The last stand-off in the line of the crew."""
    (crew,) = shown.find("incidents", number=NUMBER)["crews"]
    last: dict[str, Any] = crew["held"][0] if crew["held"] else {}
    return last


async def test_p3_e3_control_and_crew_are_asked_until_somebody_answers_and_it_ends(
    room: ControlRoom,
) -> None:
    async with room.cad() as cad, room.device("A101") as mdt:
        async with screen(room, Role.DISPATCHER, "Dee") as shown:
            cad.open_incident(NUMBER, {"address": "14 High Street, Anytown"}, resources=[_crew()])
            await shown.shows("incidents", number=NUMBER)
            mdt.say_state("standing_off")
            one = await shown.shows("stand_offs", callsign="A101", begun_by="P1001")
            await room.until(lambda: not mdt.open_states, "the state to be heard")
            await room.until(lambda: held(shown).get("waits_since"), "a prompt in the crew's line")
            await room.until(lambda: mdt.prompts, "a prompt on the MDT")
            assert "Standing off for" in next(iter(mdt.prompts.values()))["in_words"]
        room.kill()
        room.start()
        await room.ready()
        async with screen(room, Role.DISPATCHER, "Dan") as shown:
            await shown.shows("stand_offs", id=one["id"], begun_at=one["begun_at"])
            await _goes_on(room, cad, mdt, shown, one["id"])
    async with room.program(Role.AUDITOR) as web, web.get(f"/api/timeline/{NUMBER}") as timeline:
        words = [line["words"] for line in await timeline.json()]
    for said in (
        "A101: standing off, says P1001",
        "A101: at the RVP now, says the CAD",
        "A101: stand-off ended: gone in, says Dan",
    ):
        assert said in words
    _judge(await room.journal())


async def _goes_on(
    room: ControlRoom, cad: CadSimulator, mdt: MdtSimulator, shown: Screen, name: str
) -> None:
    """At the RVP, the patient worse, seen to by a person, and in."""
    cad.at_rvp(NUMBER, "A101", where="the fire station")
    cad.update(NUMBER, priority="C1", condition="unconscious")
    await cad.settled()
    row = await shown.shows("stand_offs", where="the fire station", condition="unconscious")
    assert row["words"] == "at the RVP"
    answer: dict[str, Any] = {}
    while answer.get("say") != "done":  # a prompt that came meanwhile is another one
        prompt = shown.find("stand_offs", id=name)["prompt"]
        answer = await shown.does("answer-prompt", stand_off=name, prompt=prompt)
    await room.until(lambda: held(shown)["answered_by"] == "Dan", "the answer on the row")
    about = {"incident": row["incident"], "callsign": "A101", "state": "gone_in"}
    told = await shown.does("say-stand-off", **about)
    assert told["words"] == "On record: A101 is not standing off."
    await room.until(lambda: not shown.rows["stand_offs"], "it to leave the list")
    await room.until(lambda: held(shown)["ended"] == "gone in", "its end on the row")
    await room.until(lambda: not mdt.prompts, "the prompt to leave the MDT")
    await room.until_figure(0, "forewarn_standing_off")


def _judge(entries: list[Entry]) -> None:
    """One stand-off; asked in order, never early, never after its end."""
    (begun,) = made(entries, h.StandOffBegun)
    assert begun.holding is Holding.STANDING_OFF
    prompts = [(e, one) for e in entries for one in made(e, h.StandOffPrompted)]
    assert [one.prompt for _, one in prompts] == list(range(1, len(prompts) + 1))
    assert h.Why.PATIENT in {one.why for _, one in prompts}
    timed = [e.received_at for e, one in prompts if one.why is h.Why.TIME]
    assert all((b - a).total_seconds() >= 0.999 for a, b in pairwise(timed))
    end = next(e.position for e in entries if made(e, h.StandOffEnded))
    assert all(e.position < end for e, _ in prompts)


def _crew() -> dict[str, Any]:
    return {"callsign": "A101", "single_responder": False}
