"""Roles on the real service: each sees and does only its own, and who opened which note is in the
journal (E2, E1)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from middleware.ops.access import Role
from schemas.delivery import NoteOpened, TaskTaken
from schemas.service import SignedIn
from simulators.cad_messages import resource
from tests.service import ControlRoom, control_room
from tests.service_screen import screen, signed_in

MARKED = {"address": "14 Marram Street, Saltby", "postcode": "CT97 1AB"}
UNMARKED = {"address": "9 Ropewalk Terrace, Saltby", "postcode": "CT97 3TW"}
MARKERS = """\
id,address,postcode,phones,person,scope,category,severity,what,happened_on,review_on,source
EOC-1,"14 Marram Street, Saltby",CT97 1AB,07700 900114,Ann Other,house,physical_assault,high,\
Threw a chair,2025-11-02,2099-01-01,EOC
"""
EVERYBODY = {"figures", "sources"}
EOC = EVERYBODY | {"incidents", "calls", "tasks", "stand_offs"}
REPORTS = {"abuse", "reports"}
PROPOSED = {"letters", "proposals", "frequent"}
SEES = {
    Role.CALL_HANDLER: EOC | {"alarms_all"},
    Role.DISPATCHER: EOC | {"alarms_dispatch", "back_ups"},
    Role.SUPERVISOR: EOC
    | REPORTS
    | {"alarms", "back_ups", "quarantine", "frequent", "waiting", "now"},
    Role.MARKING_TEAM: EVERYBODY
    | PROPOSED
    | {"flagged", "batches", "mistakes", "applications", "quarantine"},
    Role.SECURITY_TEAM: EVERYBODY | REPORTS | {"flagged", "assaults", "letters"},
    Role.AUDITOR: EOC
    | REPORTS
    | PROPOSED
    | {"alarms", "back_ups", "batches", "mistakes", "applications", "assaults", "quarantine"},
    Role.ADMINISTRATOR: EVERYBODY | {"quarantine", "now"},
}
SPEAKS = {"open-note", "report-mistake", "accept-alarm", "note-abuse", "report-violence"}
BACK_UP = {
    f"{verb}-back-up"
    for verb in ("compose", "request", "read-out", "answer", "escalate", "take", "stand-down")
}
ALARMS = {"send-help", "report-listening", "end-alarm"}
HAND_ON = {"hand-on", "end-hand-on"}
DUTY = SPEAKS | BACK_UP | ALARMS | HAND_ON | {"take-task", "say-stand-off", "answer-prompt"}
MARKING = {"decide-batch", "open-mistake", "decide-mistake", "settle-application"}
PLANS = {"put-plan", "end-plan"}
LEDGER = {"open-abuse", "correct-abuse", "take-back-abuse"}
LETTERS = {"open-proposal", "settle-letter"}
DOES = {
    Role.CALL_HANDLER: SPEAKS,
    Role.DISPATCHER: DUTY,
    Role.SUPERVISOR: DUTY | LEDGER | {"open-report", "amend-report"},
    Role.MARKING_TEAM: MARKING | PLANS | LETTERS | {"settle-marker", "open-note", "open-report"},
    Role.SECURITY_TEAM: LEDGER
    | LETTERS
    | {"open-note", "report-violence"}
    | {"open-report", "amend-report", "drop-report", "take-assault"},
    Role.AUDITOR: {"open-note", "open-mistake", "open-report", "open-proposal", "open-abuse"},
    Role.ADMINISTRATOR: set(),
}
CREW = "A101"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ControlRoom]:
    """A marked incident and one that is not; the crew of the first is never told in time."""
    async with control_room(tmp_path_factory.mktemp("room"), wait="1s") as room:
        await room.import_markers(MARKERS, 1)
        async with room.cad() as cad:
            cad.open_incident("000001", MARKED, resources=[resource(CREW)])
            cad.open_incident("000002", UNMARKED)
            await cad.settled()
        await room.until_figure(1, "forewarn_tasks_open")
        yield room


@pytest.mark.parametrize("role", list(SEES), ids=str)
async def test_e2_each_role_is_sent_and_offered_what_is_its_own(
    room: ControlRoom, role: Role
) -> None:
    async with screen(room, role, f"A. {role}") as shown:
        assert set(shown.rows) == SEES[role]
        assert set(shown.hello["verbs"]) == DOES[role] | {"watch"}
        numbers = {row["number"] for row in shown.rows.get("flagged", {}).values()}
        assert numbers <= {"000001"}, "who sees only flagged incidents sees no other"
        for verb, more in (
            ("take-task", {"task": "t-none"}),
            ("decide-batch", {"batch": "none", "activate": True}),
            ("open-note", {"subject": "none"}),
        ):
            said = (await shown.does(verb, **more))["words"]
            assert (said == "your role may not do this") is (verb not in DOES[role])


async def test_e1_e2_who_opened_which_note_is_in_the_journal(room: ControlRoom) -> None:
    async with screen(room, Role.CALL_HANDLER, "Cal Handler") as handler:
        incident = (await handler.shows("incidents", number="000001"))["id"]
        assert "Threw a chair" not in str(handler.rows), "not before it was opened"
        [known] = (await handler.does("open-note", subject=incident))["note"]["matches"]
    assert known["what"] == "Threw a chair"
    assert "Ann Other" not in str(known), "persons stay with the marking team"
    events = [entry.event for entry in await room.journal()]
    opened = [(e.by, e.role, e.subject) for e in events if isinstance(e, NoteOpened)]
    assert ("Cal Handler", "call_handler", incident) in opened
    assert ("Cal Handler", "call_handler") in [
        (e.by, e.role) for e in events if isinstance(e, SignedIn)
    ]


async def test_e2_e1_a_task_is_taken_by_a_named_dispatcher_and_once(room: ControlRoom) -> None:
    async with (
        screen(room, Role.DISPATCHER, "Dee Spatcher") as one,
        screen(room, Role.SUPERVISOR, "Sue Pervisor") as other,
    ):
        task = (await one.shows("tasks", callsign=CREW))["id"]
        assert (await one.does("take-task", task=task))["say"] == "done"
        late = await other.does("take-task", task=task)
        assert late["words"] == "Dee Spatcher has taken it already"
        await room.until(lambda: not other.rows["tasks"], "the end of the task")
        await other.until_told("in_hands", "000001", CREW)
    events = [entry.event for entry in await room.journal()]
    asked = [e.by for e in events if isinstance(e, TaskTaken) and e.task == task]
    assert asked == ["Dee Spatcher", "Sue Pervisor"]


@pytest.mark.parametrize(
    ("role", "allowed"),
    [(Role.AUDITOR, True), (Role.SUPERVISOR, True), (Role.CALL_HANDLER, False),
     (Role.MARKING_TEAM, False), (Role.ADMINISTRATOR, False)],
)  # fmt: skip
async def test_e2_e3_the_timeline_is_for_those_who_watch(
    room: ControlRoom, role: Role, *, allowed: bool
) -> None:
    async with (
        signed_in(room, role, f"T. {role}") as browser,
        browser.get("/api/timeline/000001") as answer,
    ):
        assert answer.status == (200 if allowed else 403)
    opened = [e.event for e in await room.journal() if isinstance(e.event, NoteOpened)]
    assert sum(event.by == f"T. {role}" for event in opened) == allowed


@pytest.mark.parametrize("token", ["", "wrong", "device", "system"])
async def test_e2_nobody_else_gets_in(room: ControlRoom, token: str) -> None:
    known = {"device": "device:A101", "system": "system:cad"}
    given = room.tokens.add(known[token]) if token in known else token
    headers = {"Authorization": f"Bearer {given}"} if given else {}
    async with ClientSession(room.console, headers=headers) as program:
        statuses = set()
        for path in ("/live", "/api/timeline/000001"):
            async with program.get(path) as answer:
                statuses.add(answer.status)
        async with program.put("/api/markers/EOC-1", data=b"{}") as answer:
            statuses.add(answer.status)
    assert statuses == {403 if token in known else 401}
