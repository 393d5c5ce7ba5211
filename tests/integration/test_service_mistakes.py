"""A confirmed mistake on the real service, from the crew's screen to the marking team and back (M2,
C3, C4, C5, N6, N7, E1, E3, O4)."""

from pathlib import Path
from typing import Any

from middleware.ops.access import Role
from schemas.delivery import NoteOpened
from schemas.mistake import CrewReportedMistake, MistakeDecided
from simulators.cad import CadSimulator
from simulators.cad_messages import resource
from tests.service import ControlRoom, control_room
from tests.service_screen import Row, Screen, screen

FLAT_2 = {"address": "Flat 2, 14 Marram Street, Saltby", "postcode": "CT97 1AB"}
THE_SAME = {"address": "FLAT 2,  14 Marram  Street, Saltby", "postcode": "CT971AB"}
FLAT_3 = {"address": "Flat 3, 14 Marram Street, Saltby", "postcode": "CT97 1AB"}
MARKERS = """\
id,address,postcode,scope,category,severity,what,happened_on,review_on,source
EOC-1,"14 Marram Street, Saltby",CT97 1AB,building,physical_assault,high,Hit,2025-11-02,\
2099-01-01,EOC
"""
LEFT_OUT = "marker EOC-1 not shown: decided not the same place by M. Arker on "
REASON = "Flat 2 has its own door in the yard behind"


async def decide(team: Screen, pair: str, verdict: str) -> None:
    more = {"mistake": pair, "verdict": verdict, "reason": REASON}
    assert (await team.does("decide-mistake", **more))["say"] == "done"


async def opened(cad: CadSimulator, desk: Screen, number: str, place: dict[str, Any]) -> Row:
    """The row of a new incident at the place."""
    cad.open_incident(number, place)
    return await desk.shows("incidents", number=number)


def is_left_out(row: Row) -> bool:
    """None found, and openly so."""
    (words,) = row["not_shown"]
    return row["words"] == "Checked: none found" and words.startswith(LEFT_OUT)


async def test_m2_n6_n7_o4_what_a_crew_says_is_decided_on_kept_and_lifted(tmp_path: Path) -> None:
    async with control_room(tmp_path) as room, room.cad() as cad:
        await room.import_markers(MARKERS, 1)
        pair = await said_and_suppressed(room, cad)
        await a_killed_service_keeps_it(room, cad, pair)
        await on_record(room)


async def said_and_suppressed(room: ControlRoom, cad: CadSimulator) -> str:
    """The crew says it, the marking team sees it and decides; the pair."""
    async with (
        screen(room, Role.CALL_HANDLER, "H. Andler") as desk,
        screen(room, Role.MARKING_TEAM, "M. Arker") as team,
        room.device("A101") as mdt,
    ):
        cad.open_incident("000001", FLAT_2, resources=[resource("A101")])
        await desk.until_told("acknowledged", "000001", "A101")
        mdt.press("wrong_address")
        waiting = await team.shows("mistakes", phase="open", marker="EOC-1")
        await room.until(lambda: not mdt.open_receipts, "what was said to be taken")
        row = desk.find("incidents", number="000001")
        assert (row["outcome"], desk.told("000001", "A101")) == ("found", ["acknowledged"])
        both = (await team.does("open-mistake", mistake=waiting["id"]))["mistake"]
        assert (both["place"], both["known"]["address"]) == (
            "Flat 2, 14 Marram Street, Saltby, CT97 1AB", "14 Marram Street, Saltby",
        )  # fmt: skip
        assert both["said"][0]["by"] == "P1001 (A101)"
        await decide(team, waiting["id"], "suppress")
        await room.until(lambda: mdt.tally["removed"], "the withdrawal")
        assert is_left_out(await desk.shows("incidents", number="000001", outcome="none_found"))
        await desk.until_told("withdrawn", "000001", "A101")
        [known] = (await mdt.ask())["incidents"]
        assert known["in_words"].startswith("Checked: none found; marker EOC-1 not shown")
        assert is_left_out(await opened(cad, desk, "000002", THE_SAME))
        other = await opened(cad, desk, "000003", FLAT_3)
        assert (other["outcome"], other["not_shown"]) == ("found", [])
        await room.until_figure(1, "forewarn_mistakes", state="suppressed")
    return str(waiting["id"])


async def a_killed_service_keeps_it(room: ControlRoom, cad: CadSimulator, pair: str) -> None:
    """And the team takes its decision back."""
    room.kill()
    room.start()
    await room.ready()
    async with (
        screen(room, Role.CALL_HANDLER, "H. Andler") as desk,
        screen(room, Role.MARKING_TEAM, "M. Arker") as team,
        room.device("A101") as mdt,
    ):
        assert is_left_out(await opened(cad, desk, "000004", THE_SAME))
        shown = mdt.tally["shown"]
        await decide(team, pair, "lift")
        for number in ("000001", "000002", "000004"):
            found = await desk.shows("incidents", number=number, outcome="found")
            assert found["not_shown"] == []
        await desk.until_told("acknowledged", "000001", "A101")
        assert mdt.tally["shown"] == shown + 1
        lifted = await team.shows("mistakes", phase="lifted")
        both = (await team.does("open-mistake", mistake=lifted["id"]))["mistake"]
        assert [ruling["reason"] for ruling in both["rulings"]] == [REASON, REASON]


async def on_record(room: ControlRoom) -> None:
    """Every view and decision; and no address in the log."""
    events = [entry.event for entry in await room.journal()]
    (said,) = (event for event in events if isinstance(event, CrewReportedMistake))
    assert (said.device, said.by) == ("A101", "P1001")
    decided = [event for event in events if isinstance(event, MistakeDecided)]
    assert [event.decided_by for event in decided] == ["M. Arker", "M. Arker"]
    views = [e for e in events if isinstance(e, NoteOpened) and e.role == Role.MARKING_TEAM]
    assert [view.by for view in views] == ["M. Arker", "M. Arker"]
    told = (await room.forewarn("timeline", "000001")).out
    assert "P1001 says of marker EOC-1: wrong address; the marking team decides" in told
    assert "decided by M. Arker: marker EOC-1 is shown here again" in told
    assert LEFT_OUT in told
    log = room.log.read_text()
    assert "Marram" not in log
    assert "yard" not in log
