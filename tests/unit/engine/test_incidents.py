"""What follows from what the CAD says (C1, C3, C4, N1, N3)."""

from datetime import date, timedelta

import pytest

from schemas import decision as d
from schemas.check import NotChecked, Outcome, Relation
from schemas.incident import IncidentOpened, Stage
from schemas.marker import Scope
from tests.matching import NOT_AN_ADDRESS
from tests.room import Room, made, refold
from tests.said import HIGH_STREET, MILL_LANE, marker, resource


@pytest.fixture
def room() -> Room:
    """A marker is in force at 14 High Street."""
    room = Room()
    room.marker_put(marker("M1", HIGH_STREET))
    return room


def test_n1_c3_an_incident_at_a_marked_address_raises_the_flag(room: Room) -> None:
    opened = room.incident_opened(HIGH_STREET)

    (assessed,) = made(opened, d.Assessed)
    assert assessed.outcome is Outcome.FOUND
    assert [m.marker for m in assessed.matches] == ["M1"]
    assert room.incident().checked.outcome is Outcome.FOUND


def test_n3_every_resource_of_a_new_incident_gets_a_note(room: Room) -> None:
    opened = room.incident_opened(HIGH_STREET, "A1", "A2")

    issued = made(opened, d.NoteIssued)
    assert [(n.callsign, n.device, n.revision) for n in issued] == [
        ("A1", "A1", 1),
        ("A2", "A2", 1),
    ]
    assert [r.channel for r in made(opened, d.RungEntered)] == ["mdt", "mdt"]
    assert {n.matched.relation for n in issued} == {Relation.SAME_DWELLING}


def test_n3_a_resource_named_twice_is_told_once(room: Room) -> None:
    opened = room.incident_opened(HIGH_STREET, "A1", "A1")

    assert len(made(opened, d.NoteIssued)) == 1


def test_c4_none_found_raises_no_flag_and_tells_nobody(room: Room) -> None:
    opened = room.incident_opened(MILL_LANE, "A1")

    assert [a.outcome for a in made(opened, d.Assessed)] == [Outcome.NONE_FOUND]
    assert not room.state.notes


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (None, NotChecked.NOTHING_TO_CHECK),
        (NOT_AN_ADDRESS, NotChecked.ADDRESS_NOT_UNDERSTOOD),
    ],
)
def test_c4_what_could_not_be_checked_says_so(
    room: Room, address: str | None, reason: NotChecked
) -> None:
    (assessed,) = made(room.incident_opened(address, "A1"), d.Assessed)

    assert (assessed.outcome, assessed.reason) == (Outcome.NOT_CHECKED, reason)
    assert not room.wait(minutes=5), "the place says it: trying again would say the same"


def test_c4_only_a_sure_relation_raises_the_flag(room: Room) -> None:
    """The number alone is advice to ask: shown, and no note goes to the crew."""
    room.marker_put(marker("M2", None, scope=Scope.PERSON, phones=("07700 900123",)))
    opened = room.happens(room.cad.opened(MILL_LANE, (resource("A1"),), phone="07700 900123"))

    assert [a.outcome for a in made(opened, d.Assessed)] == [Outcome.POSSIBLE]
    assert not room.state.notes


def test_m2_a_marker_of_the_building_reaches_the_crew_for_a_flat_in_it(room: Room) -> None:
    room.marker_put(marker("M2", "Mill House", scope=Scope.BUILDING))
    room.incident_opened("Flat 2, Mill House", "A1")

    assert room.note("A1", "M2").matched.relation is Relation.BUILDING_COVERS


def test_n3_a_crew_assigned_later_gets_what_is_in_force(room: Room) -> None:
    room.incident_opened(HIGH_STREET)
    assigned = room.assigned("A1", mdt="T17")

    assert [(n.callsign, n.device) for n in made(assigned, d.NoteIssued)] == [("A1", "T17")]


def test_n3_a_crew_assigned_again_is_not_told_again(room: Room) -> None:
    room.incident_opened(HIGH_STREET, "A1")

    assert not made(room.assigned("A1"), d.NoteIssued)
    assert not made(room.mobile("A1"), d.NoteIssued)


def test_n3_a_crew_that_comes_while_the_check_cannot_be_made_gets_what_the_others_have(
    room: Room,
) -> None:
    """A passing NOT CHECKED leaves earlier notes in force: for whoever comes as well."""
    room.incident_opened(HIGH_STREET, "A1")
    room.not_checked = NotChecked.LIMIT_MISSED
    room.address_changed(HIGH_STREET)

    assert [n.callsign for n in made(room.assigned("A2"), d.NoteIssued)] == ["A2"]


def test_n3_a_crew_that_moves_to_another_terminal_is_told_there(room: Room) -> None:
    """The note leaves the terminal it was on: nobody looks at it any more (N7)."""
    room.incident_opened(HIGH_STREET, "A1")
    old = room.note("A1")
    moved = room.assigned("A1", mdt="T2")

    assert [w.note for w in made(moved, d.NoteWithdrawn)] == [old.id]
    (issued,) = made(moved, d.NoteIssued)
    assert (issued.device, issued.callsign) == ("T2", "A1")
    assert issued.note != old.id


def test_c1_a_resource_before_its_incident_makes_it_known_unchecked(room: Room) -> None:
    """C4: what is not known yet is said to be not checked, never left blank."""
    early = room.assigned("A1", mdt="T17")

    (assessed,) = made(early, d.Assessed)
    assert assessed.reason is NotChecked.NOTHING_TO_CHECK
    opened = room.incident_opened(HIGH_STREET)
    assert not made(opened, d.IncidentTaken)
    assert [(n.callsign, n.device) for n in made(opened, d.NoteIssued)] == [("A1", "T17")]


def test_c1_a_stage_before_its_incident_learns_its_terminal_from_the_incident(room: Room) -> None:
    room.mobile("A1")
    sent = (resource("A1", mdt="T17"),)
    room.happens(room.cad.opened(HIGH_STREET, sent))

    assert room.note("A1").device == "T17"
    assert room.incident().resources["A1"].stage is Stage.MOBILE


def test_c1_numbers_start_again_each_service_day(room: Room) -> None:
    room.incident_opened(HIGH_STREET, number="7")
    again = IncidentOpened(
        **room.cad.opened(MILL_LANE, number="7").model_dump()
        | {"service_day": date(2026, 11, 23), "id": "2026-11-23/7"}
    )

    assert made(room.happens(again), d.IncidentTaken)
    assert len([i for i in room.state.incidents.values() if i.number == "7"]) == 2


def test_c1_what_comes_after_the_end_changes_nothing(room: Room) -> None:
    room.incident_opened(HIGH_STREET, "A1")
    room.closed()

    for late in (room.address_changed(MILL_LANE), room.assigned("A2"), room.mobile("A1")):
        assert [i.why for i in made(late, d.Ignored)] == [d.Why.STALE]
    assert [i.why for i in made(room.closed(), d.Ignored)] == [d.Why.ALREADY]
    assert [i.why for i in made(room.closed("99"), d.Ignored)] == [d.Why.UNKNOWN]


def test_c1_an_incident_opened_again_is_live_again_and_stays(room: Room) -> None:
    """Only the crews that are sent anew are told; it is not forgotten while it is live."""
    room.incident_opened(HIGH_STREET, "A1", "A2")
    room.closed()
    again = room.incident_opened(HIGH_STREET, "A2")

    assert [n.callsign for n in made(again, d.NoteIssued)] == ["A2"]
    room.wait(hours=3)
    assert room.incident().finished_at is None


def test_c4_a_passing_reason_keeps_the_notes_and_is_tried_again(room: Room) -> None:
    room.incident_opened(HIGH_STREET, "A1")
    room.not_checked = NotChecked.INDEX_BEHIND
    room.address_changed(HIGH_STREET)

    assert room.incident().checked.reason is NotChecked.INDEX_BEHIND
    assert room.note("A1").ended is None
    room.not_checked = None
    room.wait(seconds=5)
    assert room.incident().checked.outcome is Outcome.FOUND
    assert room.note("A1").revision == 1, "nothing changed for the crew: it is not told again"


def test_c4_a_passing_reason_is_tried_again_until_it_has_passed(room: Room) -> None:
    room.not_checked = NotChecked.FAULT
    room.incident_opened(HIGH_STREET, "A1")
    room.wait(minutes=1)
    assert room.incident().checked.reason is NotChecked.FAULT
    room.not_checked = None
    room.wait(seconds=5)

    assert room.note("A1").revision == 1


def test_c4_an_old_answer_is_not_trusted_for_a_new_address(room: Room) -> None:
    """The address changed and could not be checked: the old notes stay until it is, and a crew
    that comes meanwhile is told too. Too much is said rather than too little."""
    room.incident_opened(HIGH_STREET, "A1")
    room.not_checked = NotChecked.LIMIT_MISSED
    room.address_changed(MILL_LANE)
    room.not_checked = None
    room.wait(seconds=5)

    assert room.incident().checked.outcome is Outcome.NONE_FOUND
    assert room.note("A1").ended is d.Ended.ADDRESS_CHANGED


def test_e3_ids_follow_from_what_happened(room: Room) -> None:
    """The same history makes the same ids and the same state."""
    twin = Room()
    twin.marker_put(marker("M1", HIGH_STREET))
    for each in (room, twin):
        each.incident_opened(HIGH_STREET, "A1")
        each.assigned("A2")

    assert room.entries == twin.entries
    assert refold(room.entries) == room.state


def test_n3_a_note_lasts_as_long_as_the_rules_say(room: Room) -> None:
    (issued, *_) = made(room.incident_opened(HIGH_STREET, "A1"), d.NoteIssued)

    assert issued.expires_at - room.now == timedelta(hours=12)
