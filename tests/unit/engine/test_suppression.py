"""What a decision on a mistake hides and what it never hides, and when it lapses (M2, C4, N6)."""

import pytest

from middleware.engine.mistakes import Phase
from middleware.engine.state import Checked
from middleware.engine.state import Phase as Duty
from middleware.engine.suppression import leave_out, suppressing
from schemas import decision as d
from schemas.check import SURE, Answer, Match, Outcome, Relation
from schemas.judgement import MistakesLapsed
from schemas.mistake import Verdict
from tests import said
from tests.mistaken import (
    HERE,
    decides,
    said_here,
    says,
    suppressed,
    the_pair,
)
from tests.room import Room, made
from tests.said import marker, resource

ELSEWHERE = "3 Mill Lane, Anytown, CT97 2BB"


@pytest.fixture
def room() -> Room:
    """A crew was told about the marker at the address."""
    room = Room()
    room.marker_put(marker("M1", HERE))
    room.incident_opened(HERE, "A1")
    return room


def checked(room: Room, number: str = "1") -> Checked:
    answer = room.incident(number).checked
    assert answer is not None
    return answer


def why(entry: object) -> list[d.Why]:
    return [ignored.why for ignored in made(entry, d.Ignored)]  # type: ignore[arg-type]


# --- what cannot be suppressed, and what is shown all the same --------------------------


@pytest.mark.parametrize(
    "address",
    [
        "14 High Street, Anytown",  # without a postcode there may be two of them
        None,
    ],
)
def test_m2_what_does_not_name_one_place_is_never_suppressed(address: str | None) -> None:
    room = Room()
    room.marker_put(marker("M1", address, phones=("07700 900123",)))
    room.happens(room.cad.opened(address, number="1", at=room.now, phone="07700 900123"))
    pair = said_here(room)
    assert not pair.can_be_suppressed
    assert why(room.happens(decides(pair.id, Verdict.SUPPRESS))) == [d.Why.STALE]
    assert checked(room).matches


def test_a_number_that_rings_is_no_place_and_each_call_an_item_of_its_own() -> None:
    room = Room()
    room.marker_put(marker("M1", HERE, phones=("07700 900123",)))
    for call in "12":
        room.happens(said.rang("07700 900123", call, room.now))
    for call in room.state.calls:
        room.happens(says(call))
    pairs = room.state.mistakes.pairs.values()
    assert [(p.can_be_suppressed, p.place.phone) for p in pairs] == [(False, None)] * 2


def test_advice_that_raises_no_flag_is_never_suppressed() -> None:
    """Somebody rings from the next street with the marker's number."""
    room = Room()
    room.marker_put(marker("M1", HERE, phones=("07700 900123",)))
    room.happens(room.cad.opened(ELSEWHERE, number="1", at=room.now, phone="07700 900123"))
    pair = said_here(room)
    assert pair.relation is Relation.NUMBER_ONLY
    assert not pair.can_be_suppressed
    assert pair.place.phone is None


@pytest.mark.parametrize("relation", [one for one in Relation if one not in SURE])
def test_what_is_suppressed_is_the_flag_and_no_advice(room: Room, relation: Relation) -> None:
    suppressed(room)
    place = room.incident().place
    flag = Match(marker="M1", relation=Relation.SAME_DWELLING, certainty=999)
    assert suppressing(room.state, place, flag)
    advice = Match(marker="M1", relation=relation, certainty=500)
    assert suppressing(room.state, place, advice) is None


def test_c4_what_is_left_is_no_surer_than_it_was(room: Room) -> None:
    suppressed(room)
    sure, less = (
        Match(marker=name, relation=Relation.SAME_DWELLING, certainty=certainty)
        for name, certainty in (("M1", 999), ("M2", 700))
    )
    answer = Answer(outcome=Outcome.FOUND, matches=(sure, less), matcher="table/1", position=1)
    shown, not_shown = leave_out(room.state, room.incident().place, answer)
    assert (shown.outcome, shown.matches) == (Outcome.POSSIBLE, (less,))
    assert [one.marker for one in not_shown] == ["M1"]


def test_a_person_of_the_markers_name_is_told_about_all_the_same(room: Room) -> None:
    room.marker_put(marker("M1", HERE, person="Jo Example"))
    suppressed(room)
    place = room.incident().place
    flag = Match(marker="M1", relation=Relation.SAME_DWELLING, certainty=999)
    assert suppressing(room.state, place.model_copy(update={"person": "Ann Other"}), flag)
    jo = place.model_copy(update={"person": "Mrs Example, Jo"})
    assert suppressing(room.state, jo, flag) is None


def test_a_caller_with_the_markers_own_number_is_told_about_all_the_same() -> None:
    """Then it is not the address alone that speaks."""
    room = Room()
    room.marker_put(marker("M1", HERE, phones=("07700 900123",)))
    room.incident_opened(HERE, "A1")
    crew = (resource("A2"),)
    room.happens(room.cad.opened(HERE, crew, number="2", at=room.now, phone="+44 7700 900123"))
    suppressed(room)
    assert checked(room).outcome is Outcome.NONE_FOUND
    assert (checked(room, "2").outcome, checked(room, "2").not_shown) == (Outcome.FOUND, ())
    assert room.note("A2", number="2").phase is Duty.OPEN
    assert room.note("A2", number="2").revision == 1


# --- when it lapses --------------------------------------------------------------------


def test_n6_a_suppression_lapses_when_the_marker_is_another(room: Room) -> None:
    suppressed(room)
    entries = room.marker_put(marker("M1", HERE, what="a dog was set on the crew"))
    assert made(entries, MistakesLapsed)
    assert the_pair(room).phase is Phase.LAPSED
    assert checked(room).outcome is Outcome.FOUND
    assert room.note().phase is Duty.OPEN


def test_the_same_marker_once_more_lapses_nothing(room: Room) -> None:
    suppressed(room)
    assert made(room.marker_put(marker("M1", HERE)), MistakesLapsed) == []
    assert made(room.batch_activated("b1", marker("M1", HERE)), MistakesLapsed) == []
    assert checked(room).outcome is Outcome.NONE_FOUND


def test_a_marker_that_ended_and_comes_anew_is_shown_again(room: Room) -> None:
    suppressed(room)
    assert made(room.marker_ended("M1"), MistakesLapsed)
    room.batch_activated("b1", marker("M1", HERE))
    assert checked(room).outcome is Outcome.FOUND
    pair = the_pair(room)
    assert why(room.happens(decides(pair.id, Verdict.LIFT))) == [d.Why.ALREADY]


def test_an_import_that_changes_the_marker_lapses_what_was_said_of_it(room: Room) -> None:
    said_here(room)
    entries = room.batch_activated("b1", marker("M1", ELSEWHERE))
    assert made(entries, MistakesLapsed)
    assert made(entries, d.NoteWithdrawn)
