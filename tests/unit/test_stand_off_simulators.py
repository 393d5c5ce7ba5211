"""A CAD and a terminal that are played say and hear of stand-offs as their contracts have it (O3,
P3)."""

import json
from datetime import date
from typing import Any

from adapters.codecs import cad as cad_codec
from simulators.cad import CadSimulator
from simulators.cad_outbox import Outbox
from simulators.cad_player import CadPlayer
from simulators.mdt import Crew, MdtSimulator
from simulators.mdt_cli import _parser, fleet
from simulators.mdt_link import Link
from simulators.mdt_screen import ShownLog
from simulators.shift import Step


class NoLink:
    """Nobody is there."""

    async def carry(self, outbox: Outbox) -> None:
        raise OSError


def said(cad: CadSimulator) -> list[dict[str, Any]]:
    return [message.body for message in cad._outbox.waiting]


def test_o3_p3_a_scenario_of_the_cad_has_crews_that_hold() -> None:
    cad = CadSimulator(NoLink(), day=date(2026, 11, 22))
    player = CadPlayer(cad, ())
    crew = {"number": 1, "callsign": "A101"}
    for do, about in (
        ("stand_off", crew),
        ("at_rvp", crew | {"where": "the fire station"}),
        ("update", {"number": 1, "condition": "unconscious"}),
        ("go_in", crew),
    ):
        player.act(Step(0.0, "cad", do, about))
    assert [(one["type"], one.get("where"), one.get("condition")) for one in said(cad)] == [
        ("resource.standing_off", None, None),
        ("resource.at_rvp", "the fire station", None),
        ("incident.updated", None, "unconscious"),
        ("resource.gone_in", None, None),
    ]
    for body in said(cad):
        read = cad_codec.read(json.dumps(body).encode(), "cad_http")
        assert isinstance(read, cad_codec.Read)
        assert read.unknown == 0


def prompt(revision: int, *, ended: bool = False) -> bytes:
    fields = {"stand_off": "so7", "revision": revision, "in_words": "Still so?", "ended": ended}
    return json.dumps({"contract": "forewarn.mdt/1", **fields}).encode()


def test_o3_p3_a_terminal_shows_a_prompt_once_until_it_is_answered_or_over() -> None:
    mdt = MdtSimulator("A101", Link("127.0.0.1", 1), crew=Crew(by="P1"))
    mdt._heard("prompts", prompt(2))
    mdt._heard("prompts", prompt(2))
    mdt._heard("prompts", prompt(1))
    assert mdt.prompts["so7"]["revision"] == 2
    assert mdt.tally["prompt"] == 1
    mdt.say_state("standing_off")
    assert mdt.prompts == {}
    mdt._heard("prompts", prompt(3))
    mdt._heard("prompts", prompt(4, ended=True))
    assert mdt.prompts == {}


def test_o3_p3_a_state_is_said_until_it_is_heard() -> None:
    mdt = MdtSimulator("A101", Link("127.0.0.1", 1), crew=Crew(by="P1"))
    mdt.say_state("at_rvp", "000417")
    mdt._repeat_open()
    leaves = [mdt._outbox.get_nowait() for _ in range(mdt._outbox.qsize())]
    assert [leaf for leaf, _ in leaves] == ["states", "states"]
    body = json.loads(leaves[0][1])
    assert (body["state"], body["by"], body["incident"]) == ("at_rvp", "P1", "000417")
    mdt._heard("heard", json.dumps({"said": body["said"]}).encode())
    assert mdt.open_states == 0


def test_o3_p3_a_fleet_can_be_told_to_stand_off() -> None:
    asked = _parser().parse_args(["--callsign", "A101", "--stands-off", "900"])
    (mdt,) = fleet(asked, ShownLog())
    assert mdt._crew.stands_off == 900
