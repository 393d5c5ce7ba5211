"""After a call that was ended for abuse a marker and a letter are proposed; a named person decides,
and nothing follows by itself (A2, M4)."""

import pytest

from middleware.domain.letter_wording import LETTER, letter, unknown_places
from middleware.domain.rules import Rules
from middleware.engine.proposals import SETTLED_KEPT, Course, Proposal
from middleware.engine.proposing import is_groundless
from middleware.flow.proposal_bodies import drafted_letter
from schemas.abuse import SharedBy
from schemas.caller import CallerLookedUp, LookedUp
from schemas.check import Whereabouts
from schemas.decision import Ignored, MarkerInForce
from schemas.marker import Category
from schemas.proposal import ProposalDone, ProposalMade, Proposed
from schemas.reporting import ApplicationDone
from tests import reporting, said
from tests.abusing import E164, NUMBER, noted, rings, settled, taken_back
from tests.room import LADDER, Room, made, refold


@pytest.fixture
def room() -> Room:
    return Room()


def ended(room: Room, number: str | None = NUMBER, name: str = "1") -> str:
    """Our id of a call that the exchange says was ended for directed verbal abuse."""
    call = rings(room, name, number)
    room.happens(reporting.terminated(name, category="verbal_abuse", ground="swore"))
    return call


def proposals(room: Room) -> dict[Proposed, Proposal]:
    return {one.what: one for one in room.state.proposals.values()}


def test_a2_m4_an_end_proposes_a_marker_and_a_letter_beside_the_draft_report(room: Room) -> None:
    call = ended(room)
    assert {(p.what, p.course, p.call) for p in room.state.proposals.values()} == {
        (Proposed.MARKER, Course.OPEN, call),
        (Proposed.LETTER, Course.OPEN, call),
    }
    assert list(room.state.reports.drafts) == [f"r{call}"]
    assert len(room.state.markers) == 0
    assert not made(room.entries, MarkerInForce)


def test_a2_both_are_proposed_once_whoever_says_it_how_often(room: Room) -> None:
    call = ended(room)
    again = noted(room, call, terminated=True)
    assert not made(again, ProposalMade)
    assert len(room.state.proposals) == 2


def test_a2_a_warning_proposes_nothing(room: Room) -> None:
    noted(room, rings(room, "1"), warning=2)
    assert not room.state.proposals


@pytest.mark.parametrize("number", [None, "anonymous", "7001"])
def test_a2_who_withheld_the_number_is_neither_marked_nor_written_to(
    room: Room, number: str | None
) -> None:
    ended(room, number)
    assert not room.state.proposals


def test_a2_a_care_home_is_neither_marked_nor_written_to() -> None:
    room = Room(Rules(ladder=LADDER, shared_numbers={E164: SharedBy.CARE_HOME}))
    ended(room)
    assert not room.state.proposals


def test_m4_a_named_person_decides_once(room: Room) -> None:
    ended(room)
    marker = proposals(room)[Proposed.MARKER]
    done = settled(room, marker.id, accepted=True, marker="AC-c1")
    assert made(done, ProposalDone)
    assert (marker.course, marker.by, marker.marker) == (Course.ACCEPTED, "Mar", "AC-c1")
    assert made(settled(room, marker.id, accepted=False, by="Pat"), Ignored)
    assert made(settled(room, "pmc99", accepted=False), Ignored)
    assert proposals(room)[Proposed.LETTER].course is Course.OPEN


def test_m4_the_application_that_the_draft_offers_is_decided_with_it(room: Room) -> None:
    call = ended(room)
    done = settled(room, f"pm{call}", accepted=False)
    (application,) = made(done, ApplicationDone)
    assert (application.report, application.applied, application.by) == (f"r{call}", False, "Mar")


def test_m4_where_nobody_applies_for_a_marker_none_is_proposed_any_more(room: Room) -> None:
    call = ended(room)
    no = reporting.settled(f"r{call}").model_copy(update={"applied": False, "reason": "a child"})
    room.happens(no)
    marker = proposals(room)[Proposed.MARKER]
    assert (marker.course, marker.by, marker.reason) == (Course.DECLINED, "Mar", "a child")


def test_m4_a_marker_whose_ground_is_gone_may_be_given_up_by_a_person(room: Room) -> None:
    call = ended(room)
    settled(room, f"pm{call}", accepted=True, marker="AC-c1")
    assert not is_groundless(room.state, call)
    taken_back(room, f"x{call}")
    assert is_groundless(room.state, call)
    assert proposals(room)[Proposed.MARKER].course is Course.ACCEPTED
    assert made(settled(room, f"pm{call}", accepted=True), Ignored)
    settled(room, f"pm{call}", accepted=False, by="Pat")
    assert (proposals(room)[Proposed.MARKER].course, proposals(room)[Proposed.MARKER].by) == (
        Course.DECLINED,
        "Pat",
    )


def test_a2_the_letter_is_a_draft_with_what_the_ledger_says_and_no_more(room: Room) -> None:
    call = rings(room, "1")
    noted(room, call, terminated=True, category=Category.VERBAL_ABUSE, wording="foul words")
    text = drafted_letter(room.state, proposals(room)[Proposed.LETTER])
    assert "On 22 November 2026 at 09:30 a call was made" in text
    assert NUMBER in text
    assert "directed verbal abuse: general" in text
    assert "Whoever needs us will always be answered" in text
    assert "foul words" not in text
    assert "4711" not in text


def test_a2_the_letter_goes_as_the_person_worded_it(room: Room) -> None:
    call = ended(room)
    settled(room, f"pl{call}", accepted=True, text="Dear neighbour")
    assert drafted_letter(room.state, proposals(room)[Proposed.LETTER]) == "Dear neighbour"


def test_a2_where_the_number_belongs_is_kept_for_whoever_decides(room: Room) -> None:
    call = rings(room, "1")
    room.happens(
        CallerLookedUp(source="directory", id="1", occurred_at=room.now, number=NUMBER,
                       result=LookedUp.FOUND, place=Whereabouts(address="3 Mill Lane"))
    )  # fmt: skip
    noted(room, call, terminated=True)
    room.happens(said.ended("1", room.now))
    room.wait(hours=2)
    assert call not in room.state.calls
    assert proposals(room)[Proposed.LETTER].place.address == "3 Mill Lane"


def test_a_letter_is_filled_in_and_nothing_else_in_braces_is() -> None:
    assert unknown_places(LETTER) == []
    assert unknown_places("{date} {name}") == ["name"]
    text = letter(
        "{time} {category} {name}", rang_at=said.START, number="1", category=None, service="us",
        reference="c1",
    )  # fmt: skip
    assert text == "09:30 abusive behaviour {name}"


def test_proposals_are_bounded_and_what_waits_stays(room: Room) -> None:
    ended(room)
    for n in range(SETTLED_KEPT + 5):
        name = f"pmc{n}x"
        room.state.proposals[name] = Proposal(
            name, Proposed.MARKER, "x", "c", said.START, course=Course.DECLINED
        )
    ended(room, "07700 900999", "2")
    open_ones = [p for p in room.state.proposals.values() if p.course is Course.OPEN]
    assert (len(open_ones), len(room.state.proposals)) == (4, SETTLED_KEPT)


def test_e3_a_restart_knows_the_same(room: Room) -> None:
    call = ended(room)
    settled(room, f"pm{call}", accepted=True, marker="AC-c1")
    room.wait(hours=2)
    assert refold(room.entries) == room.state
