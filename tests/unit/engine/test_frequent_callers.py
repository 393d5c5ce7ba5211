"""Frequent callers are known as such at the next ring, beside the marker, and are answered as
anybody else; what is kept of them ends (M6, A2, N8, E4)."""

from datetime import date, timedelta

import pytest

from middleware.domain.rules import OFTEN, Often, Rules
from middleware.engine.entry import Entry, Erased
from middleware.engine.frequent import NUMBERS_KEPT, RINGS_KEPT, FrequentCallers
from middleware.flow.bodies import note_message
from middleware.flow.carried import Carried
from middleware.flow.ledger_lines import frequent_in_words
from middleware.ports import By, Way
from schemas.abuse import SharedBy
from schemas.decision import Assessed, Ignored, NoteIssued, WriteBackIssued
from schemas.frequent import FrequentCallerRecognised, FrequentPlansOver, Precedence
from schemas.mdt import DeviceNote
from schemas.told import CadNote
from tests import said
from tests.abusing import E164, NUMBER, plan_ended, plan_put, rings
from tests.room import LADDER, Room, made, refold
from tests.said import HIGH_STREET, START, marker

THREE_IN_TWO_DAYS = Rules(ladder=LADDER, often=(Often(calls=3, within=timedelta(days=2)),))


@pytest.fixture
def room() -> Room:
    return Room(THREE_IN_TWO_DAYS)


def ring(room: Room, name: str, number: str | None = NUMBER) -> Entry:
    return room.happens(said.rang(number, name, room.now))


def words(room: Room, entry: Entry) -> str:
    (recognised,) = made(entry, FrequentCallerRecognised)
    return frequent_in_words(room.state, room.state.calls[recognised.call])


# --- by how often they ring ------------------------------------------------------------


def test_m6_who_rings_often_is_recognised_at_the_ring_that_makes_it_so(room: Room) -> None:
    assert not made([ring(room, "1"), ring(room, "2")], FrequentCallerRecognised)
    third = ring(room, "3", "+44 7700 900123")
    assert words(room, third) == (
        "Frequent caller without a plan; rang 3 times within 2 days. Answer it as any other call."
    )
    assert "rang 4 times" in words(room, ring(room, "4"))
    assert len(room.state.frequent.often) == 1


def test_m6_a2_nothing_of_how_the_call_is_taken_changes(room: Room) -> None:
    ring(room, "1")
    other = ring(room, "2")
    known = ring(room, "3")
    kinds = [type(one) for one in known.decisions if not isinstance(one, FrequentCallerRecognised)]
    assert kinds == [type(one) for one in other.decisions]
    assert made(known, Assessed)[0].outcome == made(other, Assessed)[0].outcome


def test_m6_rings_outside_of_the_window_do_not_count(room: Room) -> None:
    ring(room, "1")
    ring(room, "2")
    room.wait(days=2, seconds=1)
    assert not made(ring(room, "3"), FrequentCallerRecognised)


def test_m6_one_call_counts_once_however_often_the_exchange_says_it(room: Room) -> None:
    ring(room, "1")
    for n in range(3):
        room.happens(said.rang(NUMBER, "1", room.now + timedelta(seconds=n)))
    assert room.state.frequent.count(E164, START - timedelta(days=1)) == 1


@pytest.mark.parametrize("number", [None, "", "anonymous", "7001"])
def test_m6_withheld_numbers_and_extensions_become_nobody(room: Room, number: str | None) -> None:
    entries = [ring(room, str(n), number or None) for n in range(5)]
    assert not made(entries, FrequentCallerRecognised)
    assert not room.state.frequent.rings


@pytest.mark.parametrize("by", list(SharedBy))
def test_m6_payphones_switchboards_and_homes_become_nobody(by: SharedBy) -> None:
    room = Room(THREE_IN_TWO_DAYS.model_copy(update={"shared_numbers": {E164: by}}))
    entries = [ring(room, str(n)) for n in range(5)]
    assert not made(entries, FrequentCallerRecognised)
    assert not room.state.frequent.rings
    assert made(plan_put(room), Ignored)


def test_m6_by_default_as_the_national_network_defines_it() -> None:
    assert [(one.calls, one.within.days) for one in OFTEN] == [(5, 30), (12, 90)]
    room = Room(Rules(ladder=LADDER))
    for n in range(11):  # one a week: never five in 30 days
        assert not made(ring(room, str(n)), FrequentCallerRecognised)
        room.wait(days=7.6)
    assert "rang 12 times within 90 days" in words(room, ring(room, "12"))


# --- what is kept ----------------------------------------------------------------------


def test_e4_a_ring_is_kept_no_longer_than_it_counts(room: Room) -> None:
    for n in range(3):
        ring(room, str(n))
    room.wait(days=1)
    assert room.state.frequent.rings
    room.wait(days=2)
    assert (room.state.frequent.rings, room.state.frequent.often) == ({}, {})


def test_e4_without_a_rule_nothing_is_counted_and_nothing_kept() -> None:
    room = Room(Rules(ladder=LADDER, often=()))
    entries = [ring(room, str(n)) for n in range(20)]
    assert not made(entries, FrequentCallerRecognised)
    assert not room.state.frequent.rings


def test_what_is_kept_is_bounded() -> None:
    known = FrequentCallers()
    for n in range(NUMBERS_KEPT + 1):
        known.hear(str(n), START)
    assert len(known.rings) == NUMBERS_KEPT
    assert "0" not in known.rings
    for _ in range(2 * RINGS_KEPT):
        known.hear("1", START)
    assert known.count("1", START) == RINGS_KEPT


def test_decisions_hold_no_number(room: Room) -> None:
    plan_put(room)
    for n in range(4):
        ring(room, str(n))
    there = "".join(one.model_dump_json() for e in room.entries for one in e.decisions)
    assert "900123" not in there


def test_e3_e4_a_restart_knows_the_same_and_an_erased_ring_counts_no_more(room: Room) -> None:
    plan_put(room, "FC-2", "+447700900999")
    entries = [ring(room, str(n)) for n in range(4)]
    assert refold(room.entries) == room.state
    erased = [
        Entry(one.position, one.received_at, Erased(), one.answer, one.decisions)
        if one in entries
        else one
        for one in room.entries
    ]
    again = refold(erased)
    assert (again.frequent.rings, again.frequent.often) == ({}, {})


# --- plans -----------------------------------------------------------------------------


def test_m6_n8_who_has_a_plan_is_shown_with_its_reference_and_what_leads(room: Room) -> None:
    plan_put(room, "FC-0042", precedence=Precedence.MARKER)
    assert words(room, ring(room, "1")) == (
        "Frequent caller: a marker takes precedence over plan FC-0042. Answer it as any other call."
    )


def test_m6_a_plan_ends_on_its_day_or_by_a_person(room: Room) -> None:
    plan_put(room, "FC-1", ends_on=START.date() + timedelta(days=1))
    plan_put(room, "FC-2", "+447700900999")
    call = rings(room, "1")
    assert made(room.wait(days=2), FrequentPlansOver)[0].plans == ("FC-1",)
    assert list(room.state.frequent.plans) == ["FC-2"]
    plan_ended(room, "FC-2")
    assert not room.state.frequent.by_phone
    assert frequent_in_words(room.state, room.state.calls[call]) == ""
    assert made(plan_ended(room, "FC-2"), Ignored)


def test_m6_a_plan_whose_day_is_past_is_not_taken(room: Room) -> None:
    assert made(plan_put(room, ends_on=date(2026, 11, 21)), Ignored)


def test_m6_put_again_it_replaces_what_was_put_and_takes_over_its_numbers(room: Room) -> None:
    plan_put(room, "FC-1", E164, "+447700900999")
    plan_put(room, "FC-2", E164)
    plan_put(room, "FC-1", "+447700900999")
    plan_ended(room, "FC-1")
    plan = room.state.frequent.plan_of(NUMBER)
    assert plan is not None
    assert (plan.id, room.state.frequent.by_phone) == ("FC-2", {E164: "FC-2"})


# --- in the notes ----------------------------------------------------------------------

WAYS = {"mdt": Way(), "cad_writeback": Way(by=By.INCIDENT)}


@pytest.fixture
def called() -> Room:
    """An incident at a marked address, called in by a frequent caller; A1 is sent."""
    room = Room(THREE_IN_TWO_DAYS.model_copy(update={"ways": WAYS}))
    room.marker_put(marker("M1"))
    plan_put(room)
    sent = (said.resource("A1"),)
    room.happens(room.cad.opened(HIGH_STREET, sent, "1", room.now, phone=NUMBER))
    return room


def advice(room: Room) -> set[str]:
    """What the crew and the CAD are told to consider."""
    notes: list[Carried] = [*room.state.notes.values(), *room.state.writings.values()]
    bodies = [note_message(room.state, n, c).body for n in notes for c in n.channels if c in WAYS]
    assert len(bodies) == 2
    assert all(isinstance(one, DeviceNote | CadNote) for one in bodies)
    return {one.advice for one in bodies if isinstance(one, DeviceNote | CadNote)}


def test_m6_the_note_says_which_process_takes_precedence(called: Room) -> None:
    (said_there,) = advice(called)
    assert said_there.endswith("Frequent caller: plan FC-1 takes precedence over a marker.")


def test_m6_n7_whoever_was_told_otherwise_is_told_again(called: Room) -> None:
    called.displayed(called.note())
    told = plan_put(called, precedence=Precedence.MARKER)
    assert len(made(told, NoteIssued)) == len(made(told, WriteBackIssued)) == 1
    assert "a marker takes precedence over plan FC-1" in advice(called).pop()
    over = plan_ended(called)
    assert called.note().revision == 3
    assert made(over, NoteIssued)
    assert "requent" not in advice(called).pop()


def test_m6_a_plan_put_again_with_the_same_words_tells_nobody_anew(called: Room) -> None:
    longer = plan_put(called, ends_on=date(2028, 1, 1))
    assert not made(longer, NoteIssued, WriteBackIssued)


def test_m6_n7_another_caller_at_the_same_address_is_said_so(called: Room) -> None:
    changed = called.address_changed(HIGH_STREET)
    assert made(changed, NoteIssued)
    assert "requent" not in advice(called).pop()
    assert refold(called.entries) == called.state
