"""Draft reports, the telling of the security team and the applications that follow (R1-R3, M4)."""

from datetime import timedelta

import pytest

from middleware.engine.drafting import SECURITY as TIMER
from middleware.engine.entry import Entry, Erased
from middleware.engine.reports import SETTLED_KEPT, Hands, notice_id
from middleware.engine.state import Phase
from middleware.flow.report_bodies import filing_body, report_body
from schemas import reporting as d
from schemas.call import CallAnswered
from schemas.decision import Ignored, TimerSet, TimerStopped
from schemas.delivery import Delivery
from schemas.marker import Category
from schemas.report import Application, Cause, Facts, IncidentReport, Missing, PersonRole
from schemas.safety import AlarmOutcome
from tests import said
from tests.alarms import ended
from tests.reporting import (
    DATIX,
    HIT,
    SECURITY,
    Reporting,
    amended,
    answered,
    assault_taken,
    crew_reports,
    dropped,
    received,
    reported,
    settled,
    terminated,
)
from tests.room import made, refold
from tests.said import HIGH_STREET


@pytest.fixture
def room() -> Reporting:
    return Reporting()


def draft(room: Reporting) -> IncidentReport:
    return report_body(room.state, room.report)


def man_down(room: Reporting, outcome: AlarmOutcome) -> Entry:
    room.incident_opened(HIGH_STREET, "A1")
    room.press()
    return room.happens(ended(room.alarm.id, outcome, at=room.now))


# --- what drafts a report --------------------------------------------------------------


@pytest.mark.parametrize("outcome", [AlarmOutcome.REAL, AlarmOutcome.UNKNOWN])
def test_r1_a_man_down_drafts_a_report_with_alarm_incident_and_crew(
    room: Reporting, outcome: AlarmOutcome
) -> None:
    man_down(room, outcome)
    body = draft(room)
    assert (body.cause, body.category) == (Cause.MAN_DOWN, "violence_and_aggression")
    assert (body.alarm, body.incident, body.callsign) == (room.alarm.id, "1", "A1")
    assert body.place.address == HIGH_STREET
    assert body.occurred_at == room.alarm.raised_at
    assert "Man-down of A1" in body.account


@pytest.mark.parametrize("outcome", [AlarmOutcome.ACCIDENTAL, AlarmOutcome.TEST])
def test_r1_where_nobody_met_violence_nothing_is_drafted(
    room: Reporting, outcome: AlarmOutcome
) -> None:
    man_down(room, outcome)
    assert not room.state.reports.drafts


def test_r2_the_sub_category_is_never_guessed_and_what_is_missing_is_listed(
    room: Reporting,
) -> None:
    man_down(room, AlarmOutcome.REAL)
    body = draft(room)
    assert body.sub_category is None
    assert {Missing.SUB_CATEGORY, Missing.VICTIM, Missing.WHAT_HAPPENED} <= {*body.missing}
    assert not {Missing.PLACE, Missing.INCIDENT} & {*body.missing}


def test_r1_a_call_ended_for_abuse_drafts_a_report_whose_victim_is_the_handler(
    room: Reporting,
) -> None:
    room.happens(said.rang("07700 900123", at=room.now))
    room.happens(
        CallAnswered(source="telephony", id="1/answered", occurred_at=room.now, call="1",
                     handler="4711")
    )  # fmt: skip
    room.wait(minutes=3)
    room.happens(terminated(ground="kept shouting", category="verbal abuse-sexual", at=room.now))
    body = draft(room)
    assert (body.cause, body.call) == (Cause.ABUSIVE_CALL, "1")
    assert body.sub_category is Category.VERBAL_ABUSE_SEXUAL
    assert body.what_happened == "kept shouting"
    assert [(p.role, p.name) for p in body.persons] == [(PersonRole.VICTIM, "4711")]
    assert body.occurred_at == said.START
    assert {*body.missing} == {Missing.OFFENDER, Missing.POLICE}


def test_r2_what_an_exchange_calls_it_is_kept_as_said_where_it_is_no_sub_category(
    room: Reporting,
) -> None:
    room.happens(terminated(category="rude"))
    body = draft(room)
    assert (body.sub_category, body.sub_category_as_said) == (None, "rude")
    assert Missing.SUB_CATEGORY in body.missing


def test_r1_a_termination_said_again_adds_to_the_draft_and_makes_no_second_one(
    room: Reporting,
) -> None:
    room.happens(terminated(ground="shouting"))
    again = room.happens(terminated(category="verbal_abuse", handler="4711"))
    assert made(again, d.ReportChanged)[0].revision == 2
    body = draft(room)
    assert (body.what_happened, body.sub_category) == ("shouting", Category.VERBAL_ABUSE)
    assert not made(room.happens(terminated(category="verbal_abuse")), d.ReportChanged)


def test_r1_reported_violence_lists_the_victim_and_others_apart(room: Reporting) -> None:
    room.assault()
    body = draft(room)
    assert body.cause is Cause.VIOLENCE
    assert body.sub_category_in_words == "Physical assault: general"
    assert [(p.role, p.name) for p in body.persons] == [
        (PersonRole.VICTIM, "S-1001"),
        (PersonRole.OTHER, "S-1002"),
        (PersonRole.REPORTER, "Dee"),
        (PersonRole.OFFENDER, "a man in a red coat"),
    ]
    assert body.missing == ()


def test_r1_violence_at_no_incident_is_reported_too_and_says_what_is_missing(
    room: Reporting,
) -> None:
    room.assault(at_incident=False)
    assert {*draft(room).missing} == {Missing.PLACE, Missing.INCIDENT}


def test_r1_two_drafts_about_one_incident_name_each_other(room: Reporting) -> None:
    man_down(room, AlarmOutcome.REAL)
    room.assault()
    first, second = room.state.reports.drafts.values()
    assert report_body(room.state, first).references == (second.id,)
    assert report_body(room.state, second).references == (first.id,)


def test_r1_a_crew_reports_violence_on_its_own_device_at_the_incident_it_is_on(
    room: Reporting,
) -> None:
    room.incident_opened(HIGH_STREET, "A1", "B2")
    room.happens(crew_reports(HIT, "A1"))
    body = draft(room)
    assert (body.cause, body.incident, body.callsign) == (Cause.VIOLENCE, "1", "A1")
    assert room.report.reporter == "P1001"
    assert room.report.hands is Hands.WAITS


def test_r1_a_crew_that_has_left_its_incident_is_heard_all_the_same(room: Reporting) -> None:
    room.incident_opened(HIGH_STREET, "A1")
    room.cleared("A1")
    room.happens(crew_reports(Facts(), "A1"))
    assert {Missing.INCIDENT, Missing.PLACE, Missing.SUB_CATEGORY} <= {*draft(room).missing}


# --- completing and taking back --------------------------------------------------------


def test_r1_what_is_said_later_completes_the_draft_and_the_rest_stays(room: Reporting) -> None:
    man_down(room, AlarmOutcome.REAL)
    name = room.report.id
    room.happens(amended(name, what="pushed down the stairs", victims=("S-1001",)))
    room.happens(amended(name, category=Category.PHYSICAL_ASSAULT))
    body = draft(room)
    assert (body.revision, body.what_happened) == (3, "pushed down the stairs")
    assert Missing.SUB_CATEGORY not in body.missing
    assert made(room.happens(amended(name, victims=("S-1001",))), Ignored)


def test_r1_a_draft_that_is_taken_back_says_nothing_of_what_it_said(room: Reporting) -> None:
    room.assault()
    room.happens(dropped(room.report.id))
    body = draft(room)
    assert (body.withdrawn, body.revision) == (True, 2)
    assert HIT.what not in body.model_dump_json()
    assert room.report.hands is Hands.STOOD_DOWN
    assert made(room.happens(dropped(room.report.id)), Ignored)
    assert made(room.happens(amended(room.report.id, medical=True)), Ignored)


# --- the security team -----------------------------------------------------------------


@pytest.mark.parametrize("category", [c for c in Category if c.startswith("physical_assault")])
def test_r3_a_physical_assault_tells_the_security_team_by_itself(
    room: Reporting, category: Category
) -> None:
    entry = room.assault(HIT.model_copy(update={"category": category}))
    assert made(entry, d.SecurityNotified)[0].times == 1
    assert room.report.hands is Hands.WAITS


@pytest.mark.parametrize("category", [c for c in Category if "physical_assault" not in c] + [None])
def test_r3_nothing_else_does(room: Reporting, category: Category | None) -> None:
    entry = room.assault(HIT.model_copy(update={"category": category}))
    assert not made(entry, d.SecurityNotified)
    assert room.report.hands is Hands.NOBODY


def test_r3_it_is_told_again_and_again_until_a_named_person_has_taken_it(
    room: Reporting,
) -> None:
    room.assault()
    fired = room.wait(minutes=46)
    assert [one.times for one in made(fired, d.SecurityNotified)] == [2, 3, 4]
    taken = room.happens(assault_taken(room.report.id))
    assert made(taken, d.SecurityAssumed)[0].by == "Sec"
    assert made(taken, TimerStopped)
    assert not made(room.wait(hours=2), d.SecurityNotified)
    assert made(room.happens(assault_taken(room.report.id, by="Sam")), Ignored)
    assert room.report.taken_by == "Sec"


def test_r3_an_assault_that_was_none_after_all_is_taken_back_and_can_become_one_again(
    room: Reporting,
) -> None:
    room.assault()
    name = room.report.id
    entry = room.happens(amended(name, category=Category.ATTEMPTED_PHYSICAL_ASSAULT))
    assert made(entry, d.SecurityStoodDown, TimerStopped)
    assert not made(room.wait(hours=1), d.SecurityNotified)
    again = room.happens(amended(name, category=Category.PHYSICAL_ASSAULT))
    assert made(again, d.SecurityNotified)[0].revision == 3
    assert room.report.hands is Hands.WAITS


def test_r3_n8_the_notice_names_nobody(room: Reporting) -> None:
    room.assault()
    notice = room.state.filings[notice_id(room.report.id)]
    said_there = filing_body(room.state, notice).model_dump_json()
    assert "Physical assault: general" in said_there
    for name in ("S-1001", "S-1002", "red coat", "Dee"):
        assert name not in said_there


def test_r3_a_restart_tells_again_when_it_is_due(room: Reporting) -> None:
    room.assault()
    again = refold(room.entries)
    assert f"{TIMER}:{room.report.id}" in again.timers
    assert again.reports == room.state.reports
    assert again.filings == room.state.filings


# --- applications for markers ----------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "follows"),
    [
        ({}, Application.DUE),
        ({"medical": True}, Application.NONE),
        ({"medical": None}, Application.WAITS),
        ({"category": Category.ATTEMPTED_PHYSICAL_ASSAULT}, Application.OFFERED),
        ({"category": Category.NON_PHYSICAL_ASSAULT}, Application.OFFERED),
        ({"category": Category.VERBAL_ABUSE_HOMOPHOBIC}, Application.OFFERED),
        ({"category": Category.WITNESSED_AGGRESSION}, Application.NONE),
        ({"category": Category.ANTI_SOCIAL_BEHAVIOUR}, Application.NONE),
        ({"category": None}, Application.NONE),
    ],
)
def test_m4_what_leads_to_an_application(
    room: Reporting, facts: dict[str, object], follows: Application
) -> None:
    room.assault(HIT.model_copy(update=facts))
    assert room.report.application is follows


@pytest.mark.parametrize(
    ("offender", "follows"), [(None, Application.WAITS), ("a neighbour", Application.DUE)]
)
def test_m4_without_a_place_it_must_be_known_who_did_it(
    room: Reporting, offender: str | None, follows: Application
) -> None:
    facts = HIT.model_copy(update={"offender": offender})
    room.assault(facts, at_incident=False)
    assert room.report.application is follows


@pytest.mark.parametrize("category", [None, Category.WITNESSED_AGGRESSION, HIT.category])
@pytest.mark.parametrize("medical", [True, False, None])
def test_m4_a_new_incident_at_a_marked_address_always_leads_to_a_reapplication(
    room: Reporting, category: Category | None, medical: bool | None
) -> None:
    room.marker_put(said.marker())
    room.assault(HIT.model_copy(update={"category": category, "medical": medical}))
    assert room.report.application is Application.REAPPLICATION
    assert room.report.markers == ("M1",)


def test_m4_the_application_follows_what_is_said_later(room: Reporting) -> None:
    room.assault(HIT.model_copy(update={"medical": None}))
    name = room.report.id
    room.happens(amended(name, medical=False))
    assert room.report.application is Application.DUE
    assert room.report.waits_for_marking
    room.happens(settled(name))
    assert not room.report.waits_for_marking
    assert made(room.happens(settled(name)), Ignored)
    room.happens(amended(name, medical=True))
    assert room.report.application is Application.NONE


# --- the reporting system --------------------------------------------------------------


def test_r1_the_receipt_of_the_reporting_system_is_kept_with_its_reference(
    room: Reporting,
) -> None:
    room.assault()
    name = room.report.id
    room.happens(answered(name, 1, Delivery.RECEIVED, "W-4711"))
    room.happens(received(name, 1))
    filing = room.state.filings[name]
    assert (room.report.reference, room.report.received) == ("W-4711", 1)
    assert not filing.is_unconfirmed
    room.happens(amended(name, injury="none"))
    assert room.state.filings[name].is_unconfirmed
    assert made(room.happens(received(name, 1)), Ignored)
    assert made(room.happens(received(name, 9)), Ignored)


def test_r1_a_refusal_is_kept_until_the_draft_says_something_else(room: Reporting) -> None:
    room.assault()
    name = room.report.id
    room.happens(answered(name, 1, Delivery.REFUSED, "422"))
    assert room.report.refused == "422"
    room.happens(amended(name, injury="none"))
    assert room.report.refused is None


def test_r1_a_draft_taken_back_is_taken_back_there_too(room: Reporting) -> None:
    room.assault()
    room.happens(dropped(room.report.id))
    assert {one.phase for one in room.state.filings.values()} == {Phase.WITHDRAWN}
    assert {tuple(one.channels) for one in room.state.filings.values()} == {(DATIX,), (SECURITY,)}


# --- what stays, and what goes ---------------------------------------------------------


def test_o4_what_somebody_waits_for_stays_whatever_comes_after(room: Reporting) -> None:
    waiting = room.happens(reported(at=room.now))
    quiet = Facts(category=Category.ANTI_SOCIAL_BEHAVIOUR)
    for _ in range(SETTLED_KEPT + 5):
        entry = room.happens(reported(quiet, at=room.now))
        (drafted,) = made(entry, d.ReportDrafted)
        room.happens(received(drafted.report, 1))
    (first,) = made(waiting, d.ReportDrafted)
    assert first.report in room.state.reports.drafts
    assert len(room.state.reports.drafts) <= SETTLED_KEPT + 2


def test_e4_a_report_whose_event_was_erased_folds_without_what_it_said(room: Reporting) -> None:
    room.assault()
    erased = [
        Entry(one.position, one.received_at, Erased(), one.answer, one.decisions)
        if made(one, d.ReportDrafted)
        else one
        for one in room.entries
    ]
    (report,) = refold(erased).reports.drafts.values()
    assert (report.facts, report.reporter) == (Facts(), None)


def test_decisions_name_nobody_but_who_decided(room: Reporting) -> None:
    entry = room.assault()
    said_there = "".join(one.model_dump_json() for one in entry.decisions)
    for name in (*HIT.victims, *HIT.others, HIT.offender, HIT.what, HIT.police):
        assert str(name) not in said_there
    assert made(entry, TimerSet)[0].due_at - room.now == timedelta(minutes=15)
