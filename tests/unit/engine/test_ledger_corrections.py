"""An entry of the ledger that was wrong is set right by a named person; the old stays, and figures
and recognition follow (A1, A2, E3)."""

import pytest
from pydantic import ValidationError

from middleware.domain.abuse_ledger import figures, write_lines_csv
from middleware.domain.report_csv import cell
from middleware.engine.entry import Entry, Erased
from middleware.flow.ledger_lines import lines, recognised_in_words
from schemas.abuse import AbuseCorrected, AbuseSetRight, CallerRecognised
from schemas.decision import Ignored
from schemas.marker import Category
from schemas.proposal import ProposalLapsed, ProposalMade
from schemas.report import Application
from schemas.reporting import ReportDrafted
from tests import said
from tests.abusing import NUMBER, corrected, noted, rings, taken_back, the_entry
from tests.reporting import terminated
from tests.room import Room, made, refold


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def entry(room: Room) -> str:
    """Noted as ended for homophobic abuse, in the first call of the number."""
    call = rings(room, "1")
    noted(
        room, call, terminated=True, category=Category.VERBAL_ABUSE_HOMOPHOBIC, ground="shouted",
        wording="words", triage_done=True,
    )  # fmt: skip
    return f"x{call}"


def counted(room: Room) -> dict[str, tuple[int, int, int]]:
    return {f.category: (f.calls, f.warned, f.ended) for f in figures(lines(room.state))}


def test_a1_e3_what_is_corrected_is_said_anew_and_what_it_said_stays_beside_it(
    room: Room, entry: str
) -> None:
    room.wait(minutes=5)
    corrected(room, entry, warnings=(1,), category=Category.VERBAL_ABUSE, ground="swore")
    now = the_entry(room)
    assert (list(now.warnings), now.terminated_at, now.category) == (
        [1],
        None,
        Category.VERBAL_ABUSE,
    )
    assert (now.ground, now.wording, now.triage_done) == ("swore", None, None)
    (before,) = now.corrections
    assert (before.by, before.reason, before.at) == ("Sue", "the call before", room.now)
    assert (before.warnings, before.ended, before.category) == (
        (),
        True,
        Category.VERBAL_ABUSE_HOMOPHOBIC,
    )
    assert (before.ground, before.wording, before.triage_done) == ("shouted", "words", True)


def test_a2_figures_follow_the_correction(room: Room, entry: str) -> None:
    assert counted(room) == {"Directed verbal abuse: homophobic": (1, 0, 1)}
    corrected(room, entry, warnings=(1, 2), category=Category.VERBAL_ABUSE)
    assert counted(room) == {"Directed verbal abuse: general": (1, 1, 0)}
    taken_back(room, entry)
    assert counted(room) == {}


def test_a2_who_rings_is_recognised_by_what_the_ledger_says_now(room: Room, entry: str) -> None:
    again = rings(room, "2")
    assert "1 ended for abuse" in recognised_in_words(room.state, room.state.calls[again])
    corrected(room, entry, warnings=(1,))
    assert "0 ended for abuse, 1 warned" in recognised_in_words(room.state, room.state.calls[again])
    taken_back(room, entry)
    assert recognised_in_words(room.state, room.state.calls[again]) == ""
    assert not made(room.happens(said.rang(NUMBER, "3", room.now)), CallerRecognised)


def test_a2_that_the_number_rang_again_is_told_to_the_entry_that_is_left(
    room: Room, entry: str
) -> None:
    second = rings(room, "2")
    noted(room, second, warning=1)
    third = rings(room, "3")
    assert room.state.ledger.entries[f"x{second}"].later == [third]
    taken_back(room, f"x{second}")
    assert room.state.ledger.entries[entry].later == [second, third]
    assert room.state.ledger.entries[entry].last_rang_at == room.now


def test_e3_a_taken_back_entry_stays_in_the_export_with_who_and_why(room: Room, entry: str) -> None:
    taken_back(room, entry, reason="=cmd()")
    (line,) = lines(room.state)
    assert (line.taken_back_by, line.corrected, line.corrected_why) == ("Sue", 1, "=cmd()")
    assert cell("=cmd()") in write_lines_csv([line])
    assert made(taken_back(room, entry), Ignored)


def test_a1_what_is_said_of_the_call_after_it_was_taken_back_counts_alone(
    room: Room, entry: str
) -> None:
    taken_back(room, entry)
    assert not room.state.calls[entry[1:]].ended_for_abuse
    noted(room, entry[1:], warning=1)
    now = the_entry(room)
    assert (now.struck, list(now.warnings), now.terminated_at, now.wording) == (
        False,
        [1],
        None,
        None,
    )
    assert [one.struck for one in now.corrections] == [True]


def test_a1_a_correction_brings_back_what_was_taken_back(room: Room, entry: str) -> None:
    taken_back(room, entry)
    corrected(room, entry, terminated=True, category=Category.VERBAL_ABUSE)
    assert counted(room) == {"Directed verbal abuse: general": (1, 0, 1)}


def test_a1_the_exchange_does_not_say_away_what_a_person_corrected(room: Room, entry: str) -> None:
    corrected(room, entry, terminated=True, category=Category.VERBAL_ABUSE, ground="swore")
    room.happens(terminated("1", ground="other", category="Witnessed aggression"))
    assert (the_entry(room).category, the_entry(room).ground) == (Category.VERBAL_ABUSE, "swore")


def test_r1_the_draft_says_that_its_entry_was_set_right(room: Room, entry: str) -> None:
    (report,) = room.state.reports.drafts.values()
    corrected(room, entry, terminated=True, category=Category.VERBAL_ABUSE, ground="swore")
    assert (report.revision, report.facts.category) == (2, Category.VERBAL_ABUSE)
    assert report.facts.victims == ("4711",)
    taken_back(room, entry)
    assert report.revision == 3
    assert report.account.endswith("the entry in the abusive-call ledger was taken back by Sue")
    assert not report.is_dropped


def test_r1_m4_a_warning_that_was_an_end_drafts_and_proposes_what_an_end_does(room: Room) -> None:
    call = rings(room, "1")
    noted(room, call, warning=1, category=Category.VERBAL_ABUSE)
    room.happens(said.ended("1", room.now))
    room.wait(hours=2)  # the call itself has left the working state
    entry = corrected(room, f"x{call}", terminated=True, category=Category.VERBAL_ABUSE)
    assert made(entry, ReportDrafted)
    assert len(made(entry, ProposalMade)) == 2
    (report,) = room.state.reports.drafts.values()
    assert (report.call, report.application) == ("1", Application.OFFERED)


@pytest.mark.parametrize("how", [taken_back, corrected])
def test_a2_what_was_proposed_and_not_decided_on_is_not_asked_any_more(
    room: Room, entry: str, how: type
) -> None:
    more = {"warnings": (1,)} if how is corrected else {}
    assert len(made(how(room, entry, **more), ProposalLapsed)) == 2


def test_a1_a_call_without_a_warning_and_without_an_end_is_no_entry() -> None:
    with pytest.raises(ValidationError, match="take the entry back instead"):
        AbuseCorrected(
            source="console", id="1", occurred_at=said.START, entry="xc1", reason="why", by="Sue",
            role="supervisor",
        )  # fmt: skip


def test_a_correction_of_what_is_not_there_changes_nothing(room: Room) -> None:
    assert made(corrected(room, "xc9", terminated=True), Ignored)
    assert made(taken_back(room, "xc9"), Ignored)


def test_e3_e4_a_restart_knows_the_same_and_an_erased_reason_stays_erased(
    room: Room, entry: str
) -> None:
    corrected(room, entry, terminated=True, wording="other words")
    taken_back(room, entry)
    rings(room, "2")
    assert refold(room.entries) == room.state
    erased = [
        Entry(one.position, one.received_at, Erased(), one.answer, one.decisions)
        if made(one, AbuseSetRight)
        else one
        for one in room.entries
    ]
    (known,) = refold(erased).ledger.entries.values()
    assert (known.corrections[0].reason, known.corrections[1].wording) == ("", None)
