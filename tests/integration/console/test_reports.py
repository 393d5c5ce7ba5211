"""Violence reported, drafts completed, assaults taken and drafts exported over real sockets: who
may, and what is on record (R1-R3, M4, E1, E2)."""

import csv
import io
from typing import Any

import pytest
from aiohttp import ClientSession

from middleware.engine.reports import Hands, Report
from middleware.ops.access import Role
from schemas.delivery import NoteOpened
from schemas.marker import Category
from schemas.report import Application, ViolenceReported
from tests import said
from tests.console_clients import hear, program
from tests.consoles import ConsoleRoom
from tests.reporting import HIT, amended, reported

FACTS = HIT.model_dump(mode="json")


@pytest.fixture
def incident(served: ConsoleRoom) -> str:
    served.tell(lambda room: room.incident_opened(said.HIGH_STREET, "A1"))
    return served.room.incident().id


@pytest.fixture
def draft(served: ConsoleRoom, incident: str) -> Report:
    """Of a physical assault."""
    served.tell(lambda room: room.happens(reported(HIT, incident, room.now)))
    return next(iter(served.room.state.reports.drafts.values()))


async def does(served: ConsoleRoom, role: Role, **verb: Any) -> dict[str, Any]:
    """What a screen of that role is answered."""
    async with program(served, role) as session, session.ws_connect("/live") as live:
        await live.send_json(verb)
        return await hear(live, "done", "refused", "report")


async def test_r1_r3_a_dispatcher_reports_what_a_crew_met_and_the_security_team_is_told(
    served: ConsoleRoom, incident: str
) -> None:
    verb = {"do": "report-violence", "subject": incident, "callsign": "A1", "facts": FACTS}
    answer = await does(served, Role.DISPATCHER, **verb)
    assert answer["words"] == "On record, and drafted as a report. The security team is told."
    (event,) = served.intake.of(ViolenceReported)
    assert isinstance(event, ViolenceReported)
    assert (event.by, event.role, event.callsign) == ("Dee", "dispatcher", "A1")
    (report,) = served.room.state.reports.drafts.values()
    assert (report.hands, report.number) == (Hands.WAITS, "1")


async def test_r2_a_sub_category_that_is_none_is_refused(
    served: ConsoleRoom, incident: str
) -> None:
    verb = {"do": "report-violence", "subject": incident, "facts": {"category": "rude"}}
    answer = await does(served, Role.DISPATCHER, **verb)
    assert answer["say"] == "refused"
    assert "facts.category" in answer["words"]
    assert not served.room.state.reports.drafts


async def test_r3_one_named_person_of_the_security_team_takes_it(
    served: ConsoleRoom, draft: Report
) -> None:
    verb = {"do": "take-assault", "report": draft.id}
    refused = await does(served, Role.SUPERVISOR, **verb)
    assert refused["words"] == "your role may not do this"
    assert (await does(served, Role.SECURITY_TEAM, **verb))["words"] == "It is in your hands."
    assert draft.taken_by == "Sec"
    assert (await does(served, Role.SECURITY_TEAM, **verb))["say"] == "done"


async def test_e1_persons_in_a_draft_are_seen_only_by_who_is_on_record_for_it(
    served: ConsoleRoom, draft: Report
) -> None:
    async with program(served, Role.SECURITY_TEAM) as session:
        live = await session.ws_connect("/live")
        await live.send_json({"do": "watch"})
        listed = str(await hear(live, "snapshot"))
        assert draft.id in listed
        for name in ("S-1001", "red coat"):
            assert name not in listed
        assert served.intake.of(NoteOpened) == []
        await live.send_json({"do": "open-report", "report": draft.id})
        opened = (await hear(live, "report"))["report"]
    assert opened["facts"]["victims"] == ["S-1001"]
    (view,) = served.intake.of(NoteOpened)
    assert isinstance(view, NoteOpened)
    assert (view.subject, view.by) == (draft.id, "Sec")


async def test_r1_a_draft_is_completed_and_taken_back_by_named_persons(
    served: ConsoleRoom, draft: Report
) -> None:
    facts = {"category": "attempted_physical_assault", "police": "not told"}
    verb = {"do": "amend-report", "report": draft.id, "facts": facts}
    assert (await does(served, Role.SUPERVISOR, **verb))["say"] == "done"
    assert draft.facts.category is Category.ATTEMPTED_PHYSICAL_ASSAULT
    assert draft.hands is Hands.STOOD_DOWN
    assert (await does(served, Role.SUPERVISOR, **verb))["say"] == "refused"
    drop = {"do": "drop-report", "report": draft.id, "reason": "a fall, no violence"}
    assert (await does(served, Role.SECURITY_TEAM, **drop))["say"] == "done"
    assert (draft.dropped_by, draft.dropped_why) == ("Sec", "a fall, no violence")


async def test_m4_the_marking_team_sees_what_is_due_and_says_what_it_did(
    served: ConsoleRoom, draft: Report
) -> None:
    assert draft.application is Application.DUE
    async with program(served, Role.MARKING_TEAM) as session:
        live = await session.ws_connect("/live")
        await live.send_json({"do": "watch"})
        (row,) = (await hear(live, "snapshot"))["applications"]
        assert row["words"].startswith("marker application due")
        verb = {"do": "settle-application", "report": draft.id, "applied": True}
        await live.send_json(verb | {"reason": "applied for as M-0044"})
        assert (await hear(live, "done", "refused"))["say"] == "done"
        gone = (await hear(live, "delta"))["applications"]["gone"]
    assert gone == [draft.id]
    assert (draft.settled_by, draft.applied) == ("Mar", True)


async def test_r1_e1_drafts_are_exported_and_who_took_them_is_on_record(
    served: ConsoleRoom, draft: Report
) -> None:
    served.tell(lambda room: room.happens(amended(draft.id, offender="=HYPERLINK(1)")))
    async with program(served, Role.SECURITY_TEAM) as session:
        async with session.get("/api/reports?format=csv") as answer:
            assert "attachment" in answer.headers["Content-Disposition"]
            (row,) = csv.DictReader(io.StringIO(await answer.text(), newline=""))
        async with session.get("/api/reports") as answer:
            (whole,) = await answer.json()
        async with session.get("/api/reports?format=xml") as answer:
            assert answer.status == 400
    assert (row["report"], row["victims"]) == (draft.id, "S-1001")
    assert row["alleged_offender"] == "'=HYPERLINK(1)"
    assert (whole["contract"], whole["incident"]) == ("forewarn.reports/1", "1")
    views = served.intake.of(NoteOpened)
    assert [(view.subject, view.by) for view in views if isinstance(view, NoteOpened)] == [
        ("reports", "Sec"),
        ("reports", "Sec"),
    ]


async def test_r1_violence_at_an_incident_that_has_gone_is_not_lost_silently(
    served: ConsoleRoom, browser: ClientSession
) -> None:
    verb = {"do": "report-violence", "subject": "i999", "facts": FACTS}
    answer = await does(served, Role.DISPATCHER, **verb)
    assert answer["words"] == "that incident has left the list: report without it"
    assert (await does(served, Role.DISPATCHER, **verb | {"subject": None}))["say"] == "done"
