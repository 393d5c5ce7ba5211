"""The ledger set right, proposals decided and plans put at a screen, over real sockets: who may,
and what is on record (A2, M4, M6, E1, E2, E3)."""

from functools import partial
from typing import Any

import pytest

from middleware.ops.access import Role
from schemas.abuse import AbuseCorrected, AbuseTakenBack
from schemas.delivery import NoteOpened
from schemas.marker import Scope
from tests import said
from tests.abusing import E164, NUMBER
from tests.console_clients import hear, program
from tests.consoles import ConsoleRoom
from tests.reporting import terminated
from tests.room import Room


async def does(served: ConsoleRoom, role: Role, **verb: Any) -> dict[str, Any]:
    async with program(served, role) as session, session.ws_connect("/live") as live:
        await live.send_json(verb)
        return await hear(live, "done", "refused", "abuse", "proposal")


async def says(served: ConsoleRoom, role: Role, **verb: Any) -> str:
    answer = await does(served, role, **verb)
    return f"{answer['say']}: {answer['words']}"


async def snapshot(served: ConsoleRoom, role: Role) -> dict[str, Any]:
    async with program(served, role) as session, session.ws_connect("/live") as live:
        await live.send_json({"do": "watch"})
        return await hear(live, "snapshot")


@pytest.fixture
def call(served: ConsoleRoom) -> str:
    """Ended for abuse, as the exchange says."""
    served.tell(lambda room: room.happens(said.rang(NUMBER, "1", room.now)))
    ended = terminated("1", category="verbal_abuse", ground="swore", handler="4711")
    served.tell(lambda room: room.happens(ended))
    return next(iter(served.room.state.calls))


# --- the ledger ------------------------------------------------------------------------


async def test_e1_e3_an_entry_is_opened_on_record_and_shows_what_it_said_before(
    served: ConsoleRoom, call: str
) -> None:
    right = {"do": "correct-abuse", "entry": f"x{call}", "warnings": [1], "reason": "one warning"}
    done = await says(served, Role.SUPERVISOR, **right)
    assert done.startswith("done: On record: the entry says it now")
    opened = (await does(served, Role.AUDITOR, do="open-abuse", entry=f"x{call}"))["abuse"]
    assert (opened["warnings"], opened["ended_at"], opened["corrected_by"]) == ([1], None, "Sue")
    (before,) = opened["before"]
    assert (before["ended"], before["ground"], before["reason"]) == (True, "swore", "one warning")
    assert [(e.entry, e.by, e.role) for e in served.intake.of(AbuseCorrected)] == [  # type: ignore[attr-defined]
        (f"x{call}", "Sue", "supervisor")
    ]
    views = [e for e in served.intake.of(NoteOpened) if isinstance(e, NoteOpened)]
    assert [(e.subject, e.by) for e in views] == [(f"x{call}", "Aud")]


async def test_a2_what_is_taken_back_is_so_on_every_screen_at_once(
    served: ConsoleRoom, call: str
) -> None:
    served.tell(lambda room: room.happens(said.rang(NUMBER, "2", room.now)))
    async with program(served, Role.SUPERVISOR) as session, session.ws_connect("/live") as live:
        await live.send_json({"do": "watch"})
        first = await hear(live, "snapshot")
        assert any("rang before" in row["before"] for row in first["calls"])
        verb = {"do": "take-back-abuse", "entry": f"x{call}", "reason": "another call"}
        await live.send_json(verb)
        delta = await hear(live, "delta")
    assert [row["taken_back_by"] for row in delta["abuse"]["rows"]] == ["Sue"]
    assert {row["before"] for row in delta["calls"]["rows"]} == {""}
    assert len(served.intake.of(AbuseTakenBack)) == 1
    again = await says(served, Role.SUPERVISOR, **verb)
    assert again == "refused: it was taken back before, or has left the ledger"


async def test_e2_e3_who_notes_does_not_set_right_and_a_reason_is_needed(
    served: ConsoleRoom, call: str
) -> None:
    verb = {"do": "take-back-abuse", "entry": f"x{call}", "reason": "why"}
    assert await says(served, Role.CALL_HANDLER, **verb) == "refused: your role may not do this"
    empty = await says(served, Role.SUPERVISOR, **verb | {"reason": ""})
    assert empty.startswith("refused: reason")
    correct = {"do": "correct-abuse", "entry": f"x{call}", "reason": "neither was"}
    nothing = await says(served, Role.SUPERVISOR, **correct)
    assert "take the entry back instead" in nothing


# --- proposals -------------------------------------------------------------------------

PUT = {"do": "settle-marker", "accepted": True, "reason": "third call", "severity": "low",
       "what": "swore at the handler", "review_on": "2099-01-31"}  # fmt: skip


async def test_m4_a_named_person_puts_the_proposed_marker_for_the_number_alone(
    served: ConsoleRoom, call: str
) -> None:
    assert len(served.room.state.markers) == 0
    done = await says(served, Role.MARKING_TEAM, proposal=f"pm{call}", **PUT)
    assert done == f"done: The marker AC-{call} is in force, with your name."
    kept = served.room.state.markers.get(f"AC-{call}")
    assert kept is not None
    marker = kept.read()
    assert (marker.phones, marker.scope, marker.address) == ((NUMBER,), Scope.PERSON, None)
    assert (marker.category, marker.source) == ("verbal_abuse", "abusive-call ledger")
    again = await says(served, Role.MARKING_TEAM, proposal=f"pm{call}", **PUT)
    assert again == "refused: Mar has decided it before"
    back = {"do": "take-back-abuse", "entry": f"x{call}", "reason": "another call"}
    await says(served, Role.SUPERVISOR, **back)
    row = (await snapshot(served, Role.MARKING_TEAM))["proposals"][0]
    assert (row["waits"], row["groundless"]) == (True, True)
    no = {"do": "settle-marker", "accepted": False, "reason": "it was another call"}
    ended = await says(served, Role.MARKING_TEAM, proposal=f"pm{call}", **no)
    assert ended == f"done: On record with your name. The marker AC-{call} has ended."
    assert served.room.state.markers.get(f"AC-{call}") is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"severity": None}, "severity"),
        ({"what": None}, "what happened"),
        ({"review_on": "2020-01-31"}, "review_on"),
        ({"ends_on": "2098-01-31"}, "ends_on"),
        ({"reason": ""}, "reason"),
    ],
)
async def test_m4_a_marker_that_lacks_something_is_not_put(
    served: ConsoleRoom, call: str, change: dict[str, Any], why: str
) -> None:
    refused = await says(served, Role.MARKING_TEAM, proposal=f"pm{call}", **PUT | change)
    assert refused.startswith("refused: ")
    assert why in refused
    assert len(served.room.state.markers) == 0


async def test_a2_a_letter_goes_as_a_named_person_worded_it_and_is_taken_on_record(
    served: ConsoleRoom, call: str
) -> None:
    opened = await does(served, Role.SECURITY_TEAM, do="open-proposal", proposal=f"pl{call}")
    draft = opened["proposal"]["text"]
    assert NUMBER in draft
    async with program(served, Role.SECURITY_TEAM) as session:
        async with session.get(f"/api/letters/pl{call}") as answer:
            assert answer.status == 404
        go = {"do": "settle-letter", "proposal": f"pl{call}", "accepted": True, "reason": "policy"}
        missing = await says(served, Role.SECURITY_TEAM, **go)
        assert missing == "refused: text: is missing; say how the letter goes"
        done = await says(served, Role.SECURITY_TEAM, **go, text=draft + "P.S.")
        assert done == "done: Take the letter from the list: nothing is posted by itself."
        async with session.get(f"/api/letters/pl{call}") as answer:
            assert (await answer.text()).endswith("P.S.")
            assert answer.content_type == "text/plain"
    views = [e for e in served.intake.of(NoteOpened) if isinstance(e, NoteOpened)]
    assert [(e.subject, e.by) for e in views] == [(f"pl{call}", "Sec")] * 2


async def test_e2_who_decides_on_letters_alone_is_not_sent_the_markers(
    served: ConsoleRoom, call: str
) -> None:
    security = await snapshot(served, Role.SECURITY_TEAM)
    assert "proposals" not in security
    assert [row["id"] for row in security["letters"]] == [f"pl{call}"]
    assert NUMBER not in str(security["letters"])
    refused = await says(served, Role.SECURITY_TEAM, proposal=f"pm{call}", **PUT)
    assert refused == "refused: your role may not do this"


# --- frequent callers ------------------------------------------------------------------

PLAN = {"do": "put-plan", "plan": "FC-0042", "phones": [NUMBER], "precedence": "plan",
        "ends_on": "2099-01-31"}  # fmt: skip


async def test_m6_n8_a_plan_is_shown_by_its_reference_on_the_next_ring(served: ConsoleRoom) -> None:
    done = await says(served, Role.MARKING_TEAM, **PLAN)
    assert done.startswith("done: The plan is in force")
    served.tell(lambda room: room.happens(said.rang(NUMBER, "1", room.now)))
    handler = await snapshot(served, Role.CALL_HANDLER)
    assert "frequent" not in handler
    (row,) = handler["calls"]
    assert row["frequent"] == (
        "Frequent caller: plan FC-0042 takes precedence over a marker. Answer it as any other call."
    )
    (listed,) = (await snapshot(served, Role.SUPERVISOR))["frequent"]
    assert (listed["plan"], listed["numbers"], listed["by"]) == ("FC-0042", [E164], "Mar")


async def test_m6_who_rings_often_without_a_plan_is_listed_for_whoever_makes_plans(
    served: ConsoleRoom,
) -> None:
    for n in range(5):
        event = said.rang(NUMBER, str(n), served.room.now)
        served.tell(partial(Room.happens, event=event))
    (listed,) = (await snapshot(served, Role.MARKING_TEAM))["frequent"]
    assert (listed["plan"], listed["words"]) == (None, "rang 5 times within 30 days")
    await says(served, Role.MARKING_TEAM, **PLAN)
    (listed,) = (await snapshot(served, Role.MARKING_TEAM))["frequent"]
    assert listed["plan"] == "FC-0042"


async def test_m6_a_plan_ended_is_shown_no_more_on_a_call_that_is_live(served: ConsoleRoom) -> None:
    await says(served, Role.MARKING_TEAM, **PLAN)
    served.tell(lambda room: room.happens(said.rang(NUMBER, "1", room.now)))
    async with program(served, Role.MARKING_TEAM) as marking:
        end = await marking.ws_connect("/live")
        async with program(served, Role.CALL_HANDLER) as session:
            live = await session.ws_connect("/live")
            await live.send_json({"do": "watch"})
            await hear(live, "snapshot")
            await end.send_json({"do": "end-plan", "plan": "FC-0042", "reason": "moved"})
            delta = await hear(live, "delta")
    assert [row["frequent"] for row in delta["calls"]["rows"]] == [""]


@pytest.mark.parametrize(
    ("change", "why"),
    [({"phones": ["anonymous"]}, "is no number"), ({"ends_on": "2020-01-31"}, "last day is past"),
     ({"plan": "no code!"}, "plan"), ({"phones": []}, "phones")],
)  # fmt: skip
async def test_m6_a_plan_that_cannot_be_is_refused_with_why(
    served: ConsoleRoom, change: dict[str, Any], why: str
) -> None:
    refused = await says(served, Role.MARKING_TEAM, **PLAN | change)
    assert refused.startswith("refused: ")
    assert why in refused
    assert not served.room.state.frequent.plans
