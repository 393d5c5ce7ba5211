"""What the screens are sent: the flag in line, who has been told, least data per role (N1, N8)."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from middleware.console.projection import Projection
from middleware.console.streams import LIST_LIMIT, view_of
from middleware.engine.state import State
from middleware.ops.access import Role
from schemas.incident import Stage
from schemas.service import Refused, SourceConnected, SourceLost
from tests import said
from tests.fakes import FakeClock
from tests.matching import NOT_AN_ADDRESS
from tests.room import Room
from tests.said import HIGH_STREET, MILL_LANE, START

HANDLER = view_of(Role.CALL_HANDLER)
MARKING = view_of(Role.MARKING_TEAM)


class Watched:
    """A room with a projection that follows it, and screens of some views."""

    def __init__(self, *views: tuple[str, ...]) -> None:
        self.room = Room()
        self.clock = FakeClock(START)
        self.projection = Projection(self.clock, self.room.state)
        self.views = views or (HANDLER,)
        self._told = len(self.room.entries)

    def settle(self) -> None:
        entries = self.room.entries[self._told :]
        self._told = len(self.room.entries)
        self.projection.on_committed(entries, self.room.state)

    def delta(self, view: tuple[str, ...] = HANDLER) -> dict[str, Any]:
        """What changed since the last call, as the screen reads it; {} when nothing did."""
        self.settle()
        frames = self.projection.deltas(self.views)
        return json.loads(frames[view]) if view in frames else {}

    def snapshot(self, view: tuple[str, ...] = HANDLER) -> dict[str, Any]:
        self.settle()
        self.projection.deltas(self.views)
        return json.loads(self.projection.snapshot(view))

    def incident(self, number: str = "1") -> dict[str, Any]:
        rows = self.snapshot()["incidents"]
        return next(row for row in rows if row["number"] == number)


@pytest.fixture
def watched() -> Watched:
    return Watched()


# --- the flag in line ----------------------------------------------------------------------


def test_n1_the_flag_stands_in_line_with_risk_word_and_certainty(watched: Watched) -> None:
    watched.room.marker_put(said.marker())
    watched.room.incident_opened()
    row = watched.incident()
    assert (row["outcome"], row["words"]) == ("found", "MARKER FOUND")
    assert row["matches"][0]["headline"].startswith("VIOLENCE")
    assert "100 % sure" in row["matches"][0]["certainty"]


@pytest.mark.parametrize(
    ("address", "outcome", "words"),
    [
        (HIGH_STREET, "found", "MARKER FOUND"),
        (MILL_LANE, "none_found", "Checked: none found"),
        (NOT_AN_ADDRESS, "not_checked", "NOT CHECKED: the address could not be understood"),
        (None, "not_checked", "NOT CHECKED: there is no address or number yet"),
    ],
)
def test_c4_every_answer_has_its_own_words_and_none_of_them_is_safe(
    watched: Watched, address: str | None, outcome: str, words: str
) -> None:
    watched.room.marker_put(said.marker())
    watched.room.incident_opened(address)
    row = watched.incident()
    assert (row["outcome"], row["words"]) == (outcome, words)
    assert "safe" not in json.dumps(row).lower()


def test_c4_a_possible_match_asks_and_says_why(watched: Watched) -> None:
    watched.room.marker_put(said.marker(phones=("07700 900123",)))
    watched.room.happens(said.rang("07700 900123"))
    (row,) = watched.snapshot()["calls"]
    assert (row["outcome"], row["words"]) == ("possible", "POSSIBLY A MARKER: ASK")
    assert row["matches"][0]["certainty"] == "only the telephone number agrees, 50 % sure"


def test_c4_what_was_never_checked_is_not_checked(watched: Watched) -> None:
    watched.room.assigned("A1", number="7")
    row = watched.incident("7")
    assert row["outcome"] == "not_checked"
    assert row["words"].startswith("NOT CHECKED")


def test_m3_a_marker_past_its_review_is_shown_as_such(watched: Watched) -> None:
    watched.room.marker_put(said.marker(review_on=date(2026, 11, 1)))
    watched.room.incident_opened()
    assert watched.incident()["matches"][0]["review"] == "review overdue since 01 November 2026"


def test_m3_at_midnight_in_london_a_review_becomes_overdue_without_an_event() -> None:
    watched = Watched()
    watched.room.marker_put(said.marker(review_on=START.date()))
    watched.room.incident_opened()
    assert watched.incident()["matches"][0]["review"] == ""
    watched.clock._now = START + timedelta(days=1)
    (row,) = watched.delta()["incidents"]["rows"]
    assert row["matches"][0]["review"] == "review overdue since 22 November 2026"


# --- who has been told ---------------------------------------------------------------------


def told(watched: Watched, callsign: str = "A1") -> tuple[str, str]:
    crews = {crew["callsign"]: crew for crew in watched.incident()["crews"]}
    (note,) = crews[callsign]["notes"]
    return note["told"], note["words"]


def test_n3_each_crew_shows_how_far_it_has_been_told(watched: Watched) -> None:
    room = watched.room
    room.marker_put(said.marker())
    room.incident_opened(HIGH_STREET, "A1")
    assert told(watched) == ("sending", "sent, not yet on the MDT screen")
    room.displayed(room.note())
    assert told(watched) == ("shown", "on the MDT screen, not yet acknowledged")
    room.acknowledged(room.note(), by="S44")
    assert told(watched) == ("acknowledged", "acknowledged by S44")
    room.stood_down("A1")
    assert told(watched)[0] == "withdrawn"


def test_n5_each_note_says_by_which_channels_it_went_and_which_one_answered(
    watched: Watched,
) -> None:
    room = watched.room
    room.marker_put(said.marker())
    room.incident_opened(HIGH_STREET, "A1")

    def ways() -> dict[str, str]:
        (note,) = watched.incident()["crews"][0]["notes"]
        return {way["channel"]: way["state"] for way in note["ways"]}

    assert ways() == {"mdt": "under_way"}
    room.displayed(room.note())
    assert ways() == {"mdt": "shown"}
    room.wait(seconds=61)
    assert list(ways()) == ["mdt", "console"]
    room.acknowledged(room.note(), by="S44")
    assert ways()["mdt"] == "acknowledged"


def test_n3_the_times_are_those_of_the_record(watched: Watched) -> None:
    room = watched.room
    room.marker_put(said.marker())
    room.incident_opened(HIGH_STREET, "A1")
    room.wait(seconds=7)
    room.displayed(room.note())
    (note,) = watched.incident()["crews"][0]["notes"]
    assert note["at"] == (START + timedelta(seconds=7)).isoformat()


def test_n5_a_crew_that_was_not_told_is_a_task_until_a_named_person_has_it(
    watched: Watched,
) -> None:
    room = watched.room
    room.marker_put(said.marker())
    room.incident_opened(HIGH_STREET, "A1", number="77")
    assert watched.snapshot()["tasks"] == []
    room.wait(seconds=61)
    (task,) = watched.delta()["tasks"]["rows"]
    assert (task["told"], task["callsign"], task["number"]) == ("not_told", "A1", "77")
    room.task_taken(room.note(number="77"), by="Sam")
    assert watched.delta()["tasks"]["gone"] == [task["id"]]
    crews = watched.snapshot()["incidents"][0]["crews"]
    assert crews[0]["notes"][0]["words"] == "in the hands of Sam"


def test_n5_on_the_screen_but_unanswered_is_told_apart_from_not_told(watched: Watched) -> None:
    room = watched.room
    room.marker_put(said.marker())
    room.incident_opened(HIGH_STREET, "A1")
    room.displayed(room.note())
    room.wait(seconds=61)
    assert told(watched) == ("not_answered", "on the MDT screen, CREW HAS NOT ANSWERED")


def test_n7_an_address_that_was_corrected_takes_the_flag_and_the_note_back(
    watched: Watched,
) -> None:
    room = watched.room
    room.marker_put(said.marker())
    room.incident_opened(HIGH_STREET, "A1")
    room.displayed(room.note())
    room.address_changed(MILL_LANE)
    row = watched.incident()
    assert row["outcome"] == "none_found"
    assert told(watched)[1] == "withdrawn: the address was corrected (not yet gone from the MDT)"


# --- snapshot, then deltas -----------------------------------------------------------------


def test_a_delta_holds_what_changed_and_nothing_else(watched: Watched) -> None:
    watched.room.incident_opened(MILL_LANE, number="1")
    watched.room.incident_opened(MILL_LANE, number="2")
    watched.snapshot()
    watched.room.assigned("A1", number="2")
    delta = watched.delta()
    assert [row["number"] for row in delta["incidents"]["rows"]] == ["2"]
    assert set(delta) == {"say", "after", "number", "position", "writer", "at", "incidents"}


def test_nothing_new_is_not_said(watched: Watched) -> None:
    watched.room.incident_opened(MILL_LANE)
    watched.snapshot()
    watched.room.happens(said.seen("A1"))
    assert watched.delta() == {}


def test_what_left_the_working_state_is_gone(watched: Watched) -> None:
    watched.room.incident_opened(MILL_LANE)
    incident = watched.incident()["id"]
    watched.room.closed()
    assert watched.delta()["incidents"]["rows"][0]["finished_at"]
    watched.room.wait(hours=2)
    assert watched.delta()["incidents"] == {"rows": [], "gone": [incident]}


def test_frames_are_numbered_without_a_hole(watched: Watched) -> None:
    number = watched.snapshot()["number"]
    watched.room.happens(said.seen("A1"))
    assert watched.delta() == {}
    watched.room.incident_opened(MILL_LANE)
    delta = watched.delta()
    assert delta["after"] <= number < delta["number"]
    watched.room.assigned("A1")
    assert watched.delta()["after"] == delta["number"]


def test_everybody_of_a_role_shares_one_frame() -> None:
    watched = Watched()
    watched.room.incident_opened(MILL_LANE)
    watched.settle()
    watched.projection.deltas((HANDLER,))
    colleague = view_of(Role.CALL_HANDLER)
    assert watched.projection.snapshot(HANDLER) is watched.projection.snapshot(colleague)


def test_only_what_is_durable_may_be_shown() -> None:
    """The engine runs one batch ahead of the journal."""
    watched = Watched()
    assert watched.projection.is_settled()
    watched.room.incident_opened(MILL_LANE)
    assert not watched.projection.is_settled()
    watched.settle()
    assert watched.projection.is_settled()


def test_a_snapshot_is_bounded_and_keeps_what_matters(watched: Watched) -> None:
    watched.room.marker_put(said.marker())
    watched.room.incident_opened(HIGH_STREET, number="flagged")
    for number in range(LIST_LIMIT + 5):
        watched.room.incident_opened(MILL_LANE, number=f"n{number}")
    rows = watched.snapshot()["incidents"]
    assert len(rows) == LIST_LIMIT
    assert rows[0]["number"] == "flagged"


# --- least data per role -------------------------------------------------------------------


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.DEVICE, Role.SYSTEM)])
def test_n8_no_list_holds_what_is_behind_a_marker(role: Role) -> None:
    """What happened, persons and numbers of a marker come only when the note is opened (E1)."""
    view = view_of(role)
    watched = Watched(view)
    secret = said.marker(what="CANARY-WHAT", person="CANARY-PERSON", phones=("07700 900555",))
    watched.room.marker_put(secret)
    watched.room.happens(watched.room.team.staged("b", secret, at=START))
    watched.room.incident_opened(HIGH_STREET, "A1")
    watched.room.wait(seconds=61)
    frame = json.dumps(watched.snapshot(view))
    assert "CANARY" not in frame
    assert "07700 900555" not in frame


def test_e2_the_administrator_sees_the_service_and_no_incident() -> None:
    assert set(view_of(Role.ADMINISTRATOR)) == {"quarantine", "sources", "figures", "now"}


def test_e2_the_marking_team_sees_flagged_incidents_and_no_caller() -> None:
    watched = Watched(MARKING)
    watched.room.marker_put(said.marker())
    watched.room.incident_opened(HIGH_STREET, number="1")
    watched.room.incident_opened(MILL_LANE, number="2")
    watched.room.happens(said.rang("07700 900123"))
    snapshot = watched.snapshot(MARKING)
    assert [row["number"] for row in snapshot["flagged"]] == ["1"]
    assert "07700 900123" not in json.dumps(snapshot)
    watched.room.address_changed(MILL_LANE, number="1")
    assert watched.delta(MARKING)["flagged"]["gone"] == [snapshot["flagged"][0]["id"]]


def test_e2_systems_and_devices_are_sent_nothing() -> None:
    assert view_of(Role.SYSTEM) == ()
    assert view_of(Role.DEVICE) == ()


# --- the service itself --------------------------------------------------------------------


def test_a_source_that_is_cut_off_is_shown_with_its_gap(watched: Watched) -> None:
    connected = SourceConnected(source="ami", id="ami", occurred_at=START)
    watched.room.happens(connected)
    lost = SourceLost(source="ami", id="ami", revision=2, occurred_at=START, reason="x", gap=True)
    watched.room.happens(lost)
    (row,) = watched.snapshot()["sources"]
    assert (row["up"], row["gap"], row["channel"]) == (False, True, False)


def test_what_was_refused_is_shown_with_field_and_reason_and_without_its_bytes() -> None:
    view = view_of(Role.SUPERVISOR)
    watched = Watched(view)
    refused = Refused(
        source="cad", id="refused", occurred_at=START, field="place.uprn",
        reason="is no UPRN", raw=b"CANARY", size=6,
    )  # fmt: skip
    watched.room.happens(refused)
    (row,) = watched.snapshot(view)["quarantine"]
    assert row["refused"] == 1
    assert (row["latest"][0]["field"], row["latest"][0]["reason"]) == ("place.uprn", "is no UPRN")
    assert "CANARY" not in json.dumps(row)


def test_m5_a_staged_batch_waits_with_who_supplied_it_on_what_basis() -> None:
    watched = Watched(MARKING)
    supplied = said.marker(supplied_by="Exampleshire Police", basis="crime prevention")
    watched.room.happens(watched.room.team.staged("june", supplied, at=START))
    (row,) = watched.snapshot(MARKING)["batches"]
    assert (row["id"], row["markers"]) == ("june", 1)
    assert (row["supplied_by"], row["basis"]) == ("Exampleshire Police", "crime prevention")
    watched.room.happens(watched.room.team.discarded("june", at=START))
    assert watched.delta(MARKING)["batches"]["gone"] == ["june"]


def test_figures_count_live_incidents_by_answer(watched: Watched) -> None:
    watched.room.marker_put(said.marker())
    for number, address in enumerate([HIGH_STREET, MILL_LANE, None]):
        watched.room.incident_opened(address, "A1", number=str(number))
    (figures,) = watched.snapshot()["figures"]
    counts = {name: figures[name] for name in ("incidents", "found", "none_found", "not_checked")}
    assert counts == {"incidents": 3, "found": 1, "none_found": 1, "not_checked": 1}
    assert figures["unanswered"] == 1


def test_an_empty_service_has_an_empty_list() -> None:
    projection = Projection(FakeClock(START), State())
    assert json.loads(projection.snapshot(HANDLER))["incidents"] == []


def test_stages_of_a_crew_are_those_of_the_cad(watched: Watched) -> None:
    watched.room.incident_opened(MILL_LANE, "A1")
    watched.room.at_scene("A1")
    assert watched.incident()["crews"][0]["stage"] == Stage.AT_SCENE
