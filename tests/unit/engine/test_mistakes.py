"""Confirmed mistakes: said by people, decided on by the marking team, never silent (M2, C3, C4, N6,
N7, E1)."""

from dataclasses import replace

import pytest

from middleware.engine.entry import Erased
from middleware.engine.mistakes import SETTLED_KEPT, Phase
from middleware.engine.state import Checked
from middleware.engine.state import Phase as Duty
from middleware.engine.suppression import suppressing
from schemas import decision as d
from schemas.check import Match, NotChecked, Outcome, Relation, Whereabouts
from schemas.judgement import MistakeSettled, MistakeTaken
from schemas.marker import Scope
from schemas.mistake import Mistaken, Verdict
from tests.mistaken import (
    HERE,
    NEXT_FLAT,
    crew_says,
    decided,
    decides,
    said_here,
    says,
    suppressed,
    the_pair,
)
from tests.room import Room, made, refold
from tests.said import marker
from tests.telling import SEVERAL

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


# --- what is only said -----------------------------------------------------------------


def test_n6_what_is_said_is_an_open_item_and_changes_no_answer(room: Room) -> None:
    before = checked(room)
    room.displayed(room.note())
    room.happens(crew_says(room.note(), by="P7", at=room.now))
    pair = the_pair(room)
    assert pair.phase is Phase.OPEN
    assert (pair.marker, pair.place.address, pair.certainty) == ("M1", HERE, 1000)
    assert pair.reasons == ("the table",)
    assert [(v.says, v.by, v.whence, v.number) for v in pair.said] == [
        (Mistaken.WRONG_ADDRESS, "P7", "A1", "1")
    ]
    assert checked(room) is before
    assert room.note().phase is Duty.OPEN


def test_e1_a_second_voice_joins_the_item_and_the_same_again_does_not(room: Room) -> None:
    incident = room.incident().id
    room.happens(crew_says(room.note()))
    room.happens(says(incident, what=Mistaken.NOT_THE_SAME_PLACE, by="Cal"))
    again = room.happens(says(incident, what=Mistaken.NOT_THE_SAME_PLACE, by="Cal"))
    assert why(again) == [d.Why.ALREADY]
    assert [(v.by, v.whence) for v in the_pair(room).said] == [
        ("P7", "A1"), ("Cal", "call_handler"),
    ]  # fmt: skip


def test_e2_a_device_speaks_of_its_own_notes_alone(room: Room) -> None:
    assert why(room.happens(crew_says(room.note(), device="A9"))) == [d.Why.UNKNOWN]
    assert room.state.mistakes.pairs == {}


def test_what_a_crew_said_before_it_was_stood_down_counts_though_it_comes_late(room: Room) -> None:
    shown = room.note().revision
    room.stood_down("A1")
    room.happens(crew_says(room.note(), revision=shown))
    assert the_pair(room).phase is Phase.OPEN


def test_of_an_address_that_was_corrected_meanwhile_nothing_is_kept(room: Room) -> None:
    """The pair would be one that nobody spoke of."""
    shown, incident = room.note().revision, room.incident().id
    room.address_changed(ELSEWHERE)
    assert why(room.happens(crew_says(room.note(), revision=shown))) == [d.Why.STALE]
    assert why(room.happens(says(incident))) == [d.Why.STALE]
    assert room.state.mistakes.pairs == {}


def test_of_an_earlier_wording_of_the_note_nothing_is_kept(room: Room) -> None:
    """The crew has the marker as it is now before its eyes, and can say it of that."""
    room.marker_put(marker("M1", HERE, what="a dog was set on the crew"))
    assert why(room.happens(crew_says(room.note(), revision=1))) == [d.Why.STALE]
    assert not why(room.happens(crew_says(room.note(), revision=2)))


def test_of_a_marker_that_has_ended_nothing_is_kept(room: Room) -> None:
    note = room.note()
    room.happens(room.team.ended("M1", room.now))
    assert why(room.happens(crew_says(note, revision=1))) == [d.Why.STALE]
    assert why(room.happens(says(room.incident().id))) == [d.Why.STALE]


def test_what_a_crew_says_while_nothing_can_be_checked_is_kept(room: Room) -> None:
    room.not_checked = NotChecked.INDEX_BEHIND
    room.recheck(room.incident().id)
    room.happens(crew_says(room.note()))
    assert the_pair(room).phase is Phase.OPEN


def test_nobody_is_known_under_the_id(room: Room) -> None:
    assert why(room.happens(says("i999"))) == [d.Why.UNKNOWN]
    assert why(room.happens(decides("m999", Verdict.KEEP))) == [d.Why.UNKNOWN]


# --- what is decided -------------------------------------------------------------------


def test_n7_c3_c4_a_suppressed_marker_is_withdrawn_there_and_the_answer_says_so(
    room: Room,
) -> None:
    said_here(room)
    entries = decided(room, Verdict.SUPPRESS)
    (withdrawn,) = made(entries, d.NoteWithdrawn)
    assert withdrawn.reason is d.Ended.NOT_THIS_PLACE
    assert [m.subject for m in made(entries, d.Assessed)] == [room.incident().id]
    assert checked(room).outcome is Outcome.NONE_FOUND
    (left_out,) = checked(room).not_shown
    assert (left_out.marker, left_out.by) == ("M1", "Mar")


def test_n2_n7_it_is_taken_out_of_the_cad_too_and_written_again_when_it_is_lifted() -> None:
    room = Room(SEVERAL)
    room.marker_put(marker("M1", HERE))
    room.incident_opened(HERE, "A1")
    (written,) = room.state.writings.values()
    said_here(room)
    (withdrawn,) = made(decided(room, Verdict.SUPPRESS), d.WriteBackWithdrawn)
    assert (withdrawn.writing, withdrawn.reason) == (written.id, d.Ended.NOT_THIS_PLACE)
    (again,) = made(decided(room, Verdict.LIFT), d.WriteBackIssued)
    assert again.writing == written.id


def test_c3_a_suppressed_marker_stays_so_for_the_address_and_is_found_at_every_other(
    room: Room,
) -> None:
    """Upper case and spaces are the same address; another flat is not (M2)."""
    room.marker_put(marker("M1", HERE, scope=Scope.BUILDING))
    suppressed(room)
    room.incident_opened(HERE, "A2", number="2")
    room.incident_opened(NEXT_FLAT, "A3", number="3")
    assert (checked(room, "2").outcome, len(checked(room, "2").not_shown)) == ("none_found", 1)
    assert (checked(room, "3").outcome, checked(room, "3").not_shown) == ("found", ())
    assert room.note("A3", number="3").phase is Duty.OPEN
    assert not room.incident("2").notes


def test_another_marker_at_the_address_is_still_found(room: Room) -> None:
    suppressed(room)
    room.marker_put(marker("M2", HERE))
    assert checked(room).outcome is Outcome.FOUND
    assert [m.marker for m in checked(room).matches] == ["M2"]
    assert [n.marker for n in checked(room).not_shown] == ["M1"]


def test_a_crew_that_comes_before_the_check_is_made_again_is_not_told(room: Room) -> None:
    pair = said_here(room)
    room.happens(decides(pair.id, Verdict.SUPPRESS))
    assert made(room.assigned("A2"), d.NoteIssued) == []


def test_a_match_that_is_right_is_kept_and_can_be_said_again(room: Room) -> None:
    said_here(room)
    entries = decided(room, Verdict.KEEP)
    assert the_pair(room).phase is Phase.KEPT
    assert made(entries, d.NoteWithdrawn, d.RechecksOrdered) == []
    assert checked(room).outcome is Outcome.FOUND
    room.wait(seconds=1)
    assert said_here(room).phase is Phase.OPEN
    assert [r.verdict for r in the_pair(room).rulings] == [Verdict.KEEP]


def test_what_is_said_again_is_about_the_marker_as_it_is_now(room: Room) -> None:
    said_here(room)
    decided(room, Verdict.KEEP)
    room.marker_put(marker("M1", HERE, what="a dog was set on the crew"))
    said_here(room)
    assert the_pair(room).read_marker().what == "a dog was set on the crew"
    assert len(the_pair(room).said) == 2


def test_c3_what_was_only_ever_left_out_is_found_when_it_is_lifted(room: Room) -> None:
    suppressed(room)
    room.incident_opened(HERE, "A2", number="2")
    assert not room.incident("2").notes
    decided(room, Verdict.LIFT)
    assert checked(room, "2").outcome is Outcome.FOUND
    assert room.note("A2", number="2").phase is Duty.OPEN


def test_n3_a_suppression_that_is_lifted_tells_again_and_both_decisions_stay(room: Room) -> None:
    suppressed(room)
    room.wait(minutes=5)
    entries = decided(room, Verdict.LIFT)
    assert made(entries, d.NoteIssued)
    assert (checked(room).outcome, checked(room).not_shown) == (Outcome.FOUND, ())
    assert room.note().phase is Duty.OPEN
    rulings = [(r.verdict, r.by, r.reason) for r in the_pair(room).rulings]
    assert [verdict for verdict, *_ in rulings] == [Verdict.SUPPRESS, Verdict.LIFT]
    assert {reason for *_, reason in rulings} == {"the marker is about the house behind"}


@pytest.mark.parametrize("verdict", [Verdict.SUPPRESS, Verdict.KEEP])
def test_what_was_decided_is_decided_again_only_after_it_was_said_again(
    room: Room, verdict: Verdict
) -> None:
    pair = suppressed(room)
    assert why(room.happens(decides(pair.id, verdict))) == [d.Why.ALREADY]
    assert why(room.happens(says(room.incident().id, by="Another"))) == [d.Why.STALE]


# --- on record -------------------------------------------------------------------------


def test_e3_the_records_give_the_same_state_and_say_who_decided(room: Room) -> None:
    suppressed(room)
    decided(room, Verdict.LIFT)
    room.happens(says(room.incident().id, by="Dee"))
    assert refold(room.entries) == room.state
    settled = made(room.entries, MistakeSettled)
    assert [(s.verdict, s.by) for s in settled] == [("suppress", "Mar"), ("lift", "Mar")]


def test_e4_no_decision_holds_an_address(room: Room) -> None:
    suppressed(room)
    for entry in room.entries:
        for one in entry.decisions:
            assert "High Street" not in one.model_dump_json()
            assert "house behind" not in one.model_dump_json()


def test_e4_what_was_erased_hides_nothing_and_breaks_nothing(room: Room) -> None:
    """Of the record of the marker, of the incident, of what was said: of each and of all."""
    suppressed(room)
    flag = Match(marker="M1", relation=Relation.SAME_DWELLING, certainty=999)
    begun, *more = room.entries
    erased = [replace(entry, event=Erased(), answer=None) for entry in more]
    for gone in range(len(more)):
        state = refold([begun, *more[:gone], erased[gone], *more[gone + 1 :]])
        suppressing(state, room.incident().place, flag)
        assert suppressing(state, Whereabouts(), flag) is None
    state = refold([begun, *erased])
    assert suppressing(state, room.incident().place, flag) is None
    (pair,) = state.mistakes.pairs.values()
    assert (pair.content, pair.rulings[0].reason) == (b"", "")


def test_what_is_settled_does_not_pile_up(room: Room) -> None:
    for number in range(2, SETTLED_KEPT + 10):
        address, name = f"{number} High Street, Anytown, CT97 1AB", f"N{number // 2}"
        room.marker_put(marker(name, address))
        room.incident_opened(address, number=str(number))
        (taken,) = made(room.happens(says(room.incident(str(number)).id, name)), MistakeTaken)
        room.happens(decides(taken.mistake, Verdict.KEEP))
    assert len(room.state.mistakes.pairs) == SETTLED_KEPT
    assert "N1" not in room.state.mistakes.by_marker
    assert sum(map(len, room.state.mistakes.by_marker.values())) == SETTLED_KEPT
