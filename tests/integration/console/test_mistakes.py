"""A match that is not right, over a real WebSocket: who may say so, who decides, what is refused
(M2, N6, E1, E2)."""

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from middleware.engine.mistakes import Phase
from middleware.ops.access import Role
from schemas.delivery import NoteOpened
from schemas.mistake import LONGEST_REASON, MistakeDecided, MistakeReported
from tests import said
from tests.console_clients import hear, program
from tests.consoles import ConsoleRoom
from tests.mistaken import HERE, says

SAY = {"do": "report-mistake", "marker": "M1", "says": "wrong_address"}
WHY = "the marker is about the house behind"


@pytest.fixture
def subject(served: ConsoleRoom) -> str:
    """An incident with a flag."""
    served.tell(lambda room: room.marker_put(said.marker("M1", HERE)))
    served.tell(lambda room: room.incident_opened(HERE, "A1"))
    return served.room.incident().id


@pytest.fixture
def pair(served: ConsoleRoom, subject: str) -> str:
    """What was said of it."""
    served.tell(lambda room: room.happens(says(subject)))
    return next(iter(served.room.state.mistakes.pairs))


async def does(live: ClientWebSocketResponse, **verb: str) -> str:
    """What is answered: done or refused, and the words."""
    await live.send_json(verb)
    answer = await hear(live, "done", "refused")
    return f"{answer['say']}: {answer['words']}"


async def live(browser: ClientSession) -> ClientWebSocketResponse:
    return await browser.ws_connect("/live")


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.CALL_HANDLER, True),
        (Role.DISPATCHER, True),
        (Role.SUPERVISOR, True),
        (Role.MARKING_TEAM, False),
        (Role.SECURITY_TEAM, False),
        (Role.AUDITOR, False),
        (Role.ADMINISTRATOR, False),
    ],
)
async def test_e2_who_works_with_the_flag_may_say_that_it_is_not_right(
    served: ConsoleRoom, subject: str, role: Role, may: bool
) -> None:
    async with program(served, role) as browser:
        answer = await does(await live(browser), subject=subject, **SAY)
    assert answer.startswith("done: On record" if may else "refused: your role may not")
    assert len(served.intake.of(MistakeReported)) == may


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MARKING_TEAM])
async def test_e2_only_the_marking_team_decides(served: ConsoleRoom, pair: str, role: Role) -> None:
    if role in (Role.DEVICE, Role.SYSTEM):
        return  # they hold no token of a person
    async with program(served, role) as browser:
        verb = {"do": "decide-mistake", "mistake": pair, "verdict": "suppress", "reason": WHY}
        assert (await does(await live(browser), **verb)).startswith("refused: your role may not")
    assert served.intake.of(MistakeDecided) == []


async def test_c3_what_the_answer_does_not_name_cannot_be_said_of_it(
    served: ConsoleRoom, subject: str
) -> None:
    served.tell(lambda room: room.address_changed("3 Mill Lane, Anytown"))
    async with program(served, Role.CALL_HANDLER) as browser:
        socket = await live(browser)
        for which in ({"subject": subject}, {"subject": "i999"}):
            assert "no longer names that marker" in await does(socket, **SAY | which)
    assert served.intake.of(MistakeReported) == []


async def test_a_decision_has_a_reason_and_is_made_once(served: ConsoleRoom, pair: str) -> None:
    verb = {"do": "decide-mistake", "mistake": pair, "verdict": "suppress"}
    async with program(served, Role.MARKING_TEAM) as browser:
        socket = await live(browser)
        assert (await does(socket, **verb)).startswith("refused: reason")
        assert (await does(socket, **verb, reason="")).startswith("refused: reason")
        long = "x" * (LONGEST_REASON + 1)
        assert (await does(socket, **verb, reason=long)).startswith("refused: reason")
        assert (await does(socket, **verb, reason=WHY)).startswith("done: Decided")
        again = await does(socket, **verb, reason=WHY)
        assert again == "refused: that cannot be decided now: last decided by Mar"
        unknown = await does(socket, **verb | {"mistake": "m999"}, reason=WHY)
        assert unknown == "refused: that cannot be decided now"
    (mistake,) = served.room.state.mistakes.pairs.values()
    assert mistake.phase is Phase.SUPPRESSED
    assert [(r.by, r.reason) for r in mistake.rulings] == [("Mar", WHY)]


async def test_e1_who_opens_the_two_addresses_is_on_record(served: ConsoleRoom, pair: str) -> None:
    async with program(served, Role.MARKING_TEAM) as browser:
        socket = await live(browser)
        await socket.send_json({"do": "open-mistake", "mistake": pair})
        opened = (await hear(socket, "mistake"))["mistake"]
        refused = await does(socket, do="open-mistake", mistake="m999")
    assert (opened["place"], opened["known"]["address"]) == (HERE, HERE)
    assert opened["verdicts"] == ["suppress", "keep"]
    assert [said["by"] for said in opened["said"]] == ["Cal (call handler)"]
    assert refused == "refused: that has left the list"
    (view,) = served.intake.of(NoteOpened)
    assert isinstance(view, NoteOpened)
    assert (view.subject, view.by) == (pair, "Mar")


async def test_n8_the_list_holds_no_address_of_a_marker_and_only_some_are_sent_it(
    served: ConsoleRoom, subject: str
) -> None:
    served.tell(lambda room: room.marker_put(said.marker("M1", HERE, uprn="10090200342")))
    served.tell(lambda room: room.happens(says(subject)))
    for role in (Role.MARKING_TEAM, Role.AUDITOR, Role.CALL_HANDLER):
        async with program(served, role) as browser:
            socket = await live(browser)
            await socket.send_json({"do": "watch"})
            snapshot = await hear(socket, "snapshot")
        assert ("mistakes" in snapshot) == (role is not Role.CALL_HANDLER)
        assert "10090200342" not in str(snapshot)
