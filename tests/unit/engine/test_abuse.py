"""The abusive-call ledger: noted, recognised at the next ring, never a refusal (A1, A2, R1, M4)."""

import csv
import io
from datetime import timedelta

import pytest

from middleware.domain.abuse_ledger import contains, figures, write_lines_csv
from middleware.domain.rules import Rules
from middleware.engine.entry import Entry, Erased
from middleware.engine.ledger import ENTRIES_KEPT, Abuse, Ledger
from middleware.flow.ledger_lines import lines, recognised_in_words
from schemas.abuse import AbuseLedgered, CallerRecognised, SharedBy
from schemas.call import AbuseWarned
from schemas.check import Outcome
from schemas.decision import Assessed, Ignored
from schemas.marker import Category
from schemas.report import Application, Cause
from tests import said
from tests.abusing import NUMBER, noted, rings, the_entry
from tests.reporting import terminated
from tests.room import LADDER, Room, made, refold
from tests.said import START

SHARED = Rules(
    ladder=LADDER,
    shared_numbers={"+447700900123": SharedBy.CARE_HOME},
    handler_groups={"4711": "night desk"},
)


@pytest.fixture
def room() -> Room:
    return Room()


def test_a1_warnings_and_the_end_of_a_call_are_one_entry_linked_to_it(room: Room) -> None:
    call = rings(room, "1")
    warned = AbuseWarned(source="telephony", id="1/w1", occurred_at=START, call="1", warning=1)
    room.happens(warned)
    room.wait(minutes=1)
    noted(room, call, warning=2, category=Category.VERBAL_ABUSE)
    room.wait(minutes=1)
    noted(room, call, terminated=True, ground="went on", wording="words", triage_done=False)
    entry = the_entry(room)
    assert entry.warnings == {1: START, 2: START + timedelta(minutes=1)}
    assert entry.terminated_at == START + timedelta(minutes=2)
    assert (entry.handler, entry.position, entry.call) == ("4711", "PJSIP/21", call)
    assert (entry.category, entry.ground) == (Category.VERBAL_ABUSE, "went on")
    assert (entry.wording, entry.triage_done) == ("words", False)
    assert room.state.calls[call].ended_for_abuse
    assert room.state.calls[call].warnings == 2


def test_a1_what_console_and_exchange_say_of_one_call_comes_together(room: Room) -> None:
    call = rings(room, "1")
    room.happens(terminated("1", ground="shouting", category="Directed verbal abuse: general"))
    noted(room, call, wording="words")
    entry = the_entry(room)
    assert (entry.category, entry.wording) == (Category.VERBAL_ABUSE, "words")
    assert entry.ground == "shouting"
    (report,) = room.state.reports.drafts.values()
    assert (report.cause, report.application) == (Cause.ABUSIVE_CALL, Application.OFFERED)
    assert report.facts.what == "words"


def test_r1_a_call_ended_at_the_console_drafts_its_report_once(room: Room) -> None:
    call = rings(room, "1")
    noted(room, call, terminated=True, category=Category.VERBAL_ABUSE_HOMOPHOBIC)
    noted(room, call, terminated=True, ground="went on")
    (report,) = room.state.reports.drafts.values()
    assert report.facts.category is Category.VERBAL_ABUSE_HOMOPHOBIC
    assert report.facts.victims == ("4711",)
    assert report.facts.what == "went on"


def test_a2_the_number_is_recognised_when_it_rings_again_and_the_entry_says_so(
    room: Room,
) -> None:
    first = rings(room, "1")
    noted(room, first, terminated=True)
    room.happens(said.ended("1", room.now))
    room.wait(hours=2)  # the call itself has left the working state
    assert first not in room.state.calls
    entry = room.happens(said.rang("+44 7700 900123", "2", room.now))
    (recognised,) = made(entry, CallerRecognised)
    assert recognised.entries == (f"x{first}",)
    again = room.state.calls[recognised.call]
    assert "1 ended for abuse" in recognised_in_words(room.state, again)
    assert "Answer it as any other call." in recognised_in_words(room.state, again)
    assert (the_entry(room).later, the_entry(room).last_rang_at) == ([again.id], room.now)


def test_a2_the_number_alone_changes_nothing_of_how_a_call_is_taken(room: Room) -> None:
    """The same decisions as for any number, and beside them that it was recognised."""
    noted(room, rings(room, "1"), terminated=True)
    known = room.happens(said.rang(NUMBER, "2", room.now))
    other = room.happens(said.rang("07700 900999", "3", room.now))
    kinds = [type(one) for one in known.decisions if not isinstance(one, CallerRecognised)]
    assert kinds == [type(one) for one in other.decisions]
    assert made(known, Assessed)[0].outcome is Outcome.NONE_FOUND


@pytest.mark.parametrize("number", [None, "", "anonymous", "7001"])
def test_a2_what_names_no_number_is_never_recognised(room: Room, number: str | None) -> None:
    noted(room, rings(room, "1", number or None), terminated=True)
    entry = room.happens(said.rang(number or None, "2", room.now))
    assert not made(entry, CallerRecognised)
    assert not room.state.ledger.by_number


def test_a2_a_shared_number_is_shown_as_what_it_is_and_as_no_person() -> None:
    room = Room(SHARED)
    noted(room, rings(room, "1"), terminated=True)
    call = rings(room, "2")
    words = recognised_in_words(room.state, room.state.calls[call])
    assert "from a care home, no person's number" in words
    (line,) = lines(room.state)
    assert (line.shared, line.group) == (SharedBy.CARE_HOME, "night desk")


def test_a1_what_is_said_of_a_call_that_has_gone_is_not_taken(room: Room) -> None:
    assert made(noted(room, "c999", terminated=True), Ignored)


def test_a2_the_same_ring_said_again_is_no_second_one(room: Room) -> None:
    noted(room, rings(room, "1"), terminated=True)
    rings(room, "2")
    room.happens(said.rang(NUMBER, "2", room.now))
    assert len(the_entry(room).later) == 1


def test_a2_the_ledger_is_exported_searched_and_counted(room: Room) -> None:
    noted(room, rings(room, "1"), warning=1, category=Category.VERBAL_ABUSE)
    noted(room, rings(room, "2", "07700 900999"), terminated=True, wording="=cmd()")
    rows = list(csv.DictReader(io.StringIO(write_lines_csv(lines(room.state)), newline="")))
    assert [row["number"] for row in rows] == ["07700 900999", NUMBER]
    assert rows[0]["wording"] == "'=cmd()"
    found = [line.number for line in lines(room.state) if contains(line, "900 123")]
    assert found == [NUMBER]
    counted = {
        one.category: (one.calls, one.warned, one.ended) for one in figures(lines(room.state))
    }
    assert counted == {"Directed verbal abuse: general": (1, 1, 0), "not known": (1, 0, 1)}


def test_e3_e4_a_restart_knows_the_same_and_an_erased_word_stays_erased(room: Room) -> None:
    noted(room, rings(room, "1"), terminated=True, wording="words", ground="shouting")
    assert refold(room.entries).ledger == room.state.ledger
    erased = [
        Entry(one.position, one.received_at, Erased(), one.answer, one.decisions)
        if made(one, AbuseLedgered)
        else one
        for one in room.entries
    ]
    (entry,) = refold(erased).ledger.entries.values()
    assert (entry.wording, entry.ground) == (None, None)


def test_the_ledger_is_bounded_and_what_goes_is_recognised_no_more() -> None:
    ledger = Ledger()
    for n in range(ENTRIES_KEPT + 1):
        number = NUMBER if n == 0 else None
        ledger.put(Abuse(f"x{n}", f"c{n}", str(n), START, number))
    assert len(ledger.entries) == ENTRIES_KEPT
    assert ledger.of_number(NUMBER) == ()


def test_decisions_about_calls_hold_no_number(room: Room) -> None:
    noted(room, rings(room, "1"), terminated=True, wording="words")
    rings(room, "2")
    said_there = "".join(one.model_dump_json() for e in room.entries for one in e.decisions)
    assert "900123" not in said_there
    assert "words" not in said_there
