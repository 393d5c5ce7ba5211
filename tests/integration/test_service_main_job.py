"""The main job on the real service: from what the CAD or the exchange says to the crew's screen
and back (M1, C1-C5, N1, N3, N7)."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from itertools import count

import pytest
import pytest_asyncio

from middleware.ops.access import Role
from schemas.delivery import DeviceEvent, DeviceSeen, NoteAcknowledged, NoteDisplayed
from schemas.marker import Marker
from simulators.cad_messages import resource
from simulators.telephony import TelephonySimulator
from tests.service import AMI_SECRET, DEVICES, ControlRoom, control_room
from tests.service_screen import Screen, screen

MARKED = {"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB"}
UNMARKED = {"address": "9 Ropewalk Terrace, Saltby", "postcode": "CT97 3TW"}
NOWHERE = {"address": "by the big tree"}
MARKED_NUMBER, OTHER_NUMBER = "07700900114", "07700900115"
MARKERS = """\
id,address,postcode,phones,scope,category,severity,what,happened_on,review_on,source
EOC-1,"14 Marram Street, Saltby",CT97 1AB,,house,physical_assault,high,Threw a chair at the crew,\
2025-11-02,2099-01-01,EOC
EOC-2,,,07700 900114,person,verbal_abuse,low,Shouted at the handler,2025-06-14,2099-01-01,EOC
"""
LATE = Marker.model_validate_json(
    """{"id": "EOC-3", "address": "9 Ropewalk Terrace, Saltby", "postcode": "CT97 3TW",
    "scope": "house", "category": "physical_assault", "severity": "high", "what": "Bitten",
    "happened_on": "2026-01-31", "review_on": "2099-01-31", "source": "Police"}"""
)


NUMBERS = count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ControlRoom]:
    """One service for all of them, with the markers imported by the command line. Each test has
    an incident and a crew of its own."""
    async with control_room(tmp_path_factory.mktemp("room")) as room:
        imported = await room.import_markers(MARKERS, 2)
        assert "2 markers active, decided by M. Arker, 0 refused" in imported.err
        yield room


@pytest.fixture
def number() -> str:
    """The CAD's number of an incident."""
    return f"{next(NUMBERS):06}"


@pytest.fixture
def crew(crews: Iterator[str]) -> str:
    """Its call sign, which is also its device's."""
    return next(crews)


@pytest.fixture(scope="module")
def crews() -> Iterator[str]:
    return iter(DEVICES)


@pytest.fixture
async def handler(room: ControlRoom) -> AsyncIterator[Screen]:
    """The screen of a call handler."""
    async with screen(room, Role.CALL_HANDLER) as shown:
        yield shown


@pytest.mark.parametrize("way", ["tcp", "http"])
async def test_m1_c1_n1_n3_the_note_reaches_the_crew_and_everybody_sees_that_it_did(
    room: ControlRoom, handler: Screen, number: str, crew: str, way: str
) -> None:
    before = await checked(room, "incident"), await displayed(room), await answered(room)
    async with room.device(crew) as mdt, room.cad(way) as cad:
        cad.open_incident(number, MARKED, nature="Fall", resources=[resource(crew)])
        await handler.until_told("acknowledged", number, crew)
        cad.mobile(number, crew)
        cad.at_scene(number, crew)
        await cad.settled()
    row = await handler.shows("incidents", number=number)
    assert (row["outcome"], row["words"]) == ("found", "MARKER FOUND")
    assert row["matches"][0]["headline"] == "VIOLENCE – physical assault (high severity)"
    assert [shown.device for shown in mdt.log.shown] == [crew]
    events = [entry.event for entry in await room.journal()]
    receipts = [type(e) for e in events if isinstance(e, DeviceEvent) and e.device == crew]
    assert receipts == [DeviceSeen, NoteDisplayed, NoteAcknowledged]
    assert await checked(room, "incident") - before[0] == {"found": 1}
    assert await displayed(room) - before[1] == {"before_at_scene": 1}
    assert await answered(room) - before[2] == {"mdt": 1}
    assert await story(room, number) == [
        "the CAD said so", "taken in", f"{crew}: assigned", "MARKER FOUND: marker EOC-1",
        f"{crew} is to be told about marker EOC-1", f"{crew}: telling by mdt",
        f"{crew}: shown by mdt, revision 1, before at scene",
        f"{crew}: acknowledged by P1001 on mdt",
        "the CAD said so", f"{crew}: mobile", "the CAD said so", f"{crew}: at scene",
    ]  # fmt: skip


async def story(room: ControlRoom, number: str) -> list[str]:
    """What `forewarn timeline` says happened, without ids and figures."""
    told = await room.forewarn("timeline", number)
    assert told.code == 0
    rows = [re.split(r" {2,}", line.strip()) for line in told.out.splitlines()[1:]]
    return [re.sub(r" \(.*\)| as i[0-9a-f]+$", "", row[3]) for row in rows]


async def checked(room: ControlRoom, subject: str) -> Counter[str]:
    """How often there was which answer."""
    return (await room.figures()).by("forewarn_checks_total", "outcome", subject=subject)


async def displayed(room: ControlRoom) -> Counter[str]:
    """How many notes were on a screen in time, and how many too late."""
    return (await room.figures()).by("forewarn_displayed_total", "when")


async def answered(room: ControlRoom) -> Counter[str]:
    """How many notes were acknowledged on which channel."""
    return (await room.figures()).by("forewarn_answered_total", "channel")


async def test_n7_c3_an_address_that_is_corrected_takes_the_note_back_from_the_device(
    room: ControlRoom, handler: Screen, number: str, crew: str
) -> None:
    async with room.device(crew) as mdt, room.cad() as cad:
        cad.open_incident(number, MARKED, resources=[resource(crew)])
        await handler.until_told("acknowledged", number, crew)
        cad.change_address(number, UNMARKED)
        await room.until(lambda: mdt.tally["removed"], "the withdrawal")
        await handler.until_told("withdrawn", number, crew)
        row = await handler.shows("incidents", number=number, outcome="none_found")
    assert row["words"] == "Checked: none found"
    assert "the address was corrected" in row["crews"][0]["notes"][0]["words"]


async def test_c3_n3_n7_a_marker_added_late_reaches_the_crew_on_its_way_and_its_end_too(
    room: ControlRoom, handler: Screen, number: str, crew: str
) -> None:
    async with (
        room.device(crew) as mdt,
        room.cad() as cad,
        room.program(Role.MARKING_TEAM) as team,
    ):
        cad.open_incident(number, UNMARKED, resources=[resource(crew)])
        cad.mobile(number, crew)
        await handler.shows("incidents", number=number, outcome="none_found")
        assert handler.told(number, crew) == []
        async with team.put("/api/markers/EOC-3", data=LATE.model_dump_json()) as answer:
            assert answer.status == 200
        await handler.until_told("acknowledged", number, crew)
        await handler.shows("incidents", number=number, outcome="found")
        assert len(mdt.log.shown) == 1
        async with team.delete("/api/markers/EOC-3", json={"reason": "appeal upheld"}) as answer:
            assert answer.status == 200
        await room.until(lambda: mdt.tally["removed"], "the withdrawal")
        await handler.until_told("withdrawn", number, crew)
        await handler.shows("incidents", number=number, outcome="none_found")


async def test_n3_a_crew_that_is_assigned_later_gets_what_is_in_force(
    room: ControlRoom, handler: Screen, number: str, crew: str
) -> None:
    async with room.device(crew) as mdt, room.cad() as cad:
        cad.open_incident(number, MARKED)
        await handler.shows("incidents", number=number, outcome="found")
        cad.assign(number, crew)
        await handler.until_told("acknowledged", number, crew)
        cad.stand_down(number, crew)
        await room.until(lambda: mdt.tally["removed"], "the withdrawal")
    assert len(mdt.log.shown) == 1


async def test_n3_o4_a_vehicle_that_was_off_gets_the_note_once_when_it_comes_on(
    room: ControlRoom, handler: Screen, number: str, crew: str
) -> None:
    mdt = room.mdt(crew)
    async with room.cad() as cad:
        cad.open_incident(number, MARKED, resources=[resource(crew)])
        await handler.until_told("sending", number, crew)
        async with mdt.running():
            await handler.until_told("acknowledged", number, crew)
        async with mdt.running():
            await room.until(lambda: mdt.tally["known: shown or removed before"], "it again")
    assert (mdt.tally["shown"], mdt.log.violations) == (1, [])


@pytest.mark.parametrize(
    ("place", "outcome", "words"),
    [
        (MARKED, "found", "MARKER FOUND"),
        (UNMARKED, "none_found", "Checked: none found"),
        (NOWHERE, "not_checked", "NOT CHECKED: the address could not be understood"),
        ({}, "not_checked", "NOT CHECKED: there is no address or number yet"),
        (UNMARKED | {"phone": MARKED_NUMBER}, "possible", "POSSIBLY A MARKER: ASK"),
    ],
)
async def test_c4_c5_a_crew_that_asks_gets_the_answer_that_the_handler_sees(
    room: ControlRoom,
    handler: Screen,
    number: str,
    crew: str,
    place: dict[str, str],
    outcome: str,
    words: str,
) -> None:
    async with room.device(crew) as mdt, room.cad() as cad:
        assert (await mdt.ask())["incidents"] == []
        cad.open_incident(number, place, resources=[resource(crew)])
        row = await handler.shows("incidents", number=number)
        [known] = (await mdt.ask())["incidents"]
    assert (known["incident"], known["outcome"], known["in_words"]) == (number, outcome, words)
    assert (row["outcome"], row["words"]) == (outcome, words)
    told = [note["what"] for note in known["notes"]]
    assert told == (["Threw a chair at the crew"] if outcome == "found" else [])


async def test_c2_c3_c4_n1_a_call_shows_its_answer_to_the_handler_while_it_rings(
    room: ControlRoom, handler: Screen
) -> None:
    before = await checked(room, "call")
    async with TelephonySimulator(secret=AMI_SECRET, port=room.ports["ami"]) as exchange:
        await exchange.signed_in()
        marked, other = exchange.ring(MARKED_NUMBER), exchange.ring(OTHER_NUMBER)
        withheld = exchange.ring(None)
        row = await handler.shows("calls", number=MARKED_NUMBER, stage="ringing")
        assert (row["outcome"], row["words"]) == ("possible", "POSSIBLY A MARKER: ASK")
        assert [match["sure"] for match in row["matches"]] == [False]
        await handler.shows("calls", number=OTHER_NUMBER, outcome="none_found")
        await handler.shows("calls", number="number withheld", outcome="not_checked")
        marked.answer("handler1")
        await handler.shows("calls", number=MARKED_NUMBER, stage="answered", handler="handler1")
        for call in (marked, other, withheld):
            call.hang_up()
        await handler.shows("calls", number=MARKED_NUMBER, stage="ended")
    after = await checked(room, "call")
    assert after - before == {"possible": 1, "none_found": 1, "not_checked": 1}
