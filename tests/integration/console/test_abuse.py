"""An abusive call noted at a screen, and the ledger exported, over real sockets: who may, and what
is on record (A1, A2, E1, E2)."""

import csv
import io
from typing import Any

import pytest

from middleware.ops.access import Role
from schemas.abuse import AbuseNoted
from schemas.delivery import NoteOpened
from tests import said
from tests.console_clients import hear, program
from tests.consoles import ConsoleRoom

NUMBER = "07700 900123"


@pytest.fixture
def call(served: ConsoleRoom) -> str:
    served.tell(lambda room: room.happens(said.rang(NUMBER, "1", room.now)))
    return next(iter(served.room.state.calls))


async def does(served: ConsoleRoom, role: Role, **verb: Any) -> str:
    async with program(served, role) as session, session.ws_connect("/live") as live:
        await live.send_json(verb)
        answer = await hear(live, "done", "refused")
        return f"{answer['say']}: {answer['words']}"


async def test_a1_a_handler_notes_a_warning_and_the_end(served: ConsoleRoom, call: str) -> None:
    verb = {"do": "note-abuse", "subject": call}
    warned = await does(served, Role.CALL_HANDLER, **verb, warning=1, category="verbal_abuse")
    assert warned == "done: In the abusive-call ledger."
    ended = await does(served, Role.CALL_HANDLER, **verb, terminated=True, triage_done=True)
    assert ended == "done: In the abusive-call ledger. A report is drafted."
    (entry,) = served.room.state.ledger.entries.values()
    assert (list(entry.warnings), entry.triage_done, entry.noted_by) == ([1], True, "Cal")
    said_by = {(e.by, e.role) for e in served.intake.of(AbuseNoted) if isinstance(e, AbuseNoted)}
    assert said_by == {("Cal", "call_handler")}


async def test_e2_who_takes_no_calls_notes_none(served: ConsoleRoom, call: str) -> None:
    verb = {"do": "note-abuse", "subject": call, "warning": 1}
    refused = await does(served, Role.MARKING_TEAM, **verb)
    assert refused == "refused: your role may not do this"
    gone = await does(served, Role.CALL_HANDLER, **verb | {"subject": "c999"})
    assert gone == "refused: that call has left the list"


async def test_a2_the_call_that_rings_again_says_so_on_every_screen_that_shows_calls(
    served: ConsoleRoom, call: str
) -> None:
    await does(served, Role.CALL_HANDLER, do="note-abuse", subject=call, terminated=True)
    served.tell(lambda room: room.happens(said.rang(NUMBER, "2", room.now)))
    async with program(served, Role.CALL_HANDLER) as session:
        live = await session.ws_connect("/live")
        await live.send_json({"do": "watch"})
        snapshot = await hear(live, "snapshot")
    assert "abuse" not in snapshot
    again = next(row for row in snapshot["calls"] if row["id"] != call)
    assert again["before"].startswith("rang before from this number: 1 ended for abuse")


async def test_a2_e1_the_ledger_is_searched_and_exported_and_who_did_is_on_record(
    served: ConsoleRoom, call: str
) -> None:
    verb = {"do": "note-abuse", "subject": call, "terminated": True, "wording": "words"}
    await does(served, Role.CALL_HANDLER, **verb)
    async with program(served, Role.SUPERVISOR) as session:
        async with session.get("/api/abusive-calls?format=csv&sought=900123") as answer:
            (row,) = csv.DictReader(io.StringIO(await answer.text(), newline=""))
        async with session.get("/api/abusive-calls?sought=nobody") as answer:
            assert await answer.json() == []
        async with session.get("/api/abusive-calls?format=figures") as answer:
            (figure,) = csv.DictReader(io.StringIO(await answer.text(), newline=""))
        async with session.get("/api/abusive-calls?format=xml") as answer:
            assert answer.status == 400
    assert (row["number"], row["wording"]) == (NUMBER, "words")
    assert (figure["calls"], figure["ended"], figure["category"]) == ("1", "1", "not known")
    views = [e for e in served.intake.of(NoteOpened) if isinstance(e, NoteOpened)]
    assert [(e.subject, e.by) for e in views] == [("abusive-calls", "Sue")] * 3
