"""An incident handed on at a screen, over real sockets: who may, and what everybody sees of it (N2,
N7, C4, E1, E2, E3)."""

from typing import Any

import pytest

from middleware.domain.rules import Rules
from middleware.flow.timeline import build
from middleware.ops.access import Role
from middleware.ports import By, Way
from schemas.delivery import NoteDisplayed
from schemas.hand_on import HandOnEnded, IncidentHandedOn
from tests import said
from tests.console_clients import hear, program
from tests.consoles import ConsoleRoom
from tests.room import LADDER
from tests.said import HIGH_STREET, MILL_LANE

BARS = "bars_flag"
RULES = Rules(ladder=LADDER, ways={BARS: Way(by=By.SERVICE)}, services={"Neighbour": "1122"})


@pytest.fixture
def incident(served: ConsoleRoom) -> str:
    served.tell(lambda room: room.starts(RULES))
    served.tell(lambda room: room.marker_put(said.marker()))
    served.tell(lambda room: room.incident_opened(HIGH_STREET))
    return served.room.incident().id


async def says(served: ConsoleRoom, role: Role, **verb: Any) -> str:
    async with program(served, role) as session, session.ws_connect("/live") as live:
        await live.send_json(verb)
        answer = await hear(live, "done", "refused")
        return f"{answer['say']}: {answer['words']}"


async def handed_on(served: ConsoleRoom, role: Role = Role.DISPATCHER) -> list[dict[str, Any]]:
    async with program(served, role) as session, session.ws_connect("/live") as live:
        await live.send_json({"do": "watch"})
        snapshot = await hear(live, "snapshot")
    (row,) = snapshot["incidents"]
    found: list[dict[str, Any]] = row["handed_on"]
    return found


HAND = {"do": "hand-on", "service": "Neighbour", "case": "mutual-aid"}


async def test_n2_e1_a_dispatcher_hands_on_and_everybody_sees_how_far_it_got(
    served: ConsoleRoom, incident: str
) -> None:
    done = await says(served, Role.DISPATCHER, incident=incident, **HAND)
    assert done.startswith("done: What is known of the scene goes to Neighbour")
    (row,) = await handed_on(served, Role.CALL_HANDLER)
    assert (row["service"], row["case"], row["by"]) == ("Neighbour", "mutual aid", "Dee")
    assert row["words"] == "scene-safety flag on its way: their system has not received it"
    receipt = NoteDisplayed(
        source=BARS, id="1", occurred_at=served.room.now, device="Neighbour", channel=BARS,
        note=row["hand_on"], note_revision=1,
    )  # fmt: skip
    served.tell(lambda room: room.happens(receipt))
    (row,) = await handed_on(served)
    assert row["words"].startswith("1 scene-safety flag received by their system: nobody has read")
    again = await says(served, Role.DISPATCHER, incident=incident, **HAND)
    assert again == "refused: it was handed on to Neighbour already"
    assert [(e.by, e.role) for e in served.intake.of(IncidentHandedOn)] == [("Dee", "dispatcher")]  # type: ignore[attr-defined]


async def test_n7_it_is_taken_back_by_a_named_person_with_a_reason(
    served: ConsoleRoom, incident: str
) -> None:
    await says(served, Role.DISPATCHER, incident=incident, **HAND)
    (row,) = await handed_on(served)
    end = {"do": "end-hand-on", "hand_on": row["hand_on"], "reason": "our crew was nearer"}
    assert (await says(served, Role.SUPERVISOR, **end | {"reason": ""})).startswith("refused: r")
    assert (await says(served, Role.SUPERVISOR, **end)).startswith("done: On record")
    (row,) = await handed_on(served)
    assert (row["over"], row["words"]) == (
        True,
        "taking back on its way: their system has not received it",
    )
    assert (await says(served, Role.SUPERVISOR, **end)).startswith("refused: it was ended before")
    (ended,) = served.intake.of(HandOnEnded)
    assert isinstance(ended, HandOnEnded)
    assert (ended.by, ended.reason) == ("Sue", "our crew was nearer")
    told = [line.words for line in build(served.room.entries, "1")]
    assert "handed on to Neighbour by Dee (mutual-aid)" in told
    assert "Neighbour: taken back by Sue, revision 2" in told


async def test_c4_where_nothing_is_known_the_screen_says_that_they_were_told_nothing(
    served: ConsoleRoom, incident: str
) -> None:
    served.tell(lambda room: room.address_changed(MILL_LANE))
    await says(served, Role.DISPATCHER, incident=incident, **HAND)
    (row,) = await handed_on(served)
    assert "they were told nothing" in row["words"]
    assert "safe" not in row["words"]


async def test_e2_handlers_see_it_and_do_not_do_it(served: ConsoleRoom, incident: str) -> None:
    refused = await says(served, Role.CALL_HANDLER, incident=incident, **HAND)
    assert refused == "refused: your role may not do this"
    async with program(served, Role.CALL_HANDLER) as session, session.ws_connect("/live") as live:
        assert (await hear(live, "hello"))["services"] == []
    async with program(served, Role.DISPATCHER) as session, session.ws_connect("/live") as live:
        assert (await hear(live, "hello"))["services"] == ["Neighbour"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"service": "Nobody"}, "is not configured"),
        ({"incident": "i99"}, "is over, or has left"),
        ({"case": "because"}, "case"),
    ],
)
async def test_what_cannot_be_handed_on_is_refused_with_why(
    served: ConsoleRoom, incident: str, change: dict[str, str], why: str
) -> None:
    refused = await says(served, Role.DISPATCHER, **{"incident": incident} | HAND | change)
    assert refused.startswith("refused: ")
    assert why in refused
