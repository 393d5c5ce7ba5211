"""What a screen shows of a request, and what is known when one is made (P1, P2, D4)."""

from datetime import timedelta

from middleware.console.back_up_known import known_of
from middleware.console.back_up_rows import JUDGE, READ_OUT, TAKE, back_up_row
from middleware.console.rows import Row
from middleware.console.touched import touched
from middleware.domain.back_up_wording import Known, draft
from middleware.domain.calendar import london_day
from schemas import police
from schemas.police import Answer, CrewState, Wanted
from schemas.service import SourceConnected, SourceLost
from tests import alarms, said
from tests.police import DESK, KNIFE, WORDS, Asking
from tests.room import RULES as NO_DESK


def row(room: Asking) -> Row:
    made = back_up_row(room.state, room.asked.id, london_day(room.now))
    assert made is not None
    return made


def known(room: Asking, **about: str | None) -> Known:
    where = {"incident": None, "alarm": None} | about
    found = known_of(room.state, Wanted.POLICE, **where, today=london_day(room.now))
    assert found is not None
    return found


def test_p2_the_row_says_where_it_stands_and_by_when_it_goes_on() -> None:
    room = Asking()
    room.ask()
    told = row(room)
    assert (told["title"], told["number"], told["phase"]) == ("Police", "2101", "requested")
    assert (told["of"], told["received"], told["needs"]) == ("police control room", False, None)
    assert told["due_at"] == room.now + timedelta(minutes=2)
    assert (told["words"], told["threat"]["happening"]) == (WORDS, KNIFE.happening)


def test_p2_each_state_says_what_a_person_must_do() -> None:
    room = Asking()
    room.ask()
    room.hears(Answer.REFUSED)
    assert row(room)["needs"] == JUDGE
    room.wait(minutes=4)
    assert (row(room)["needs"], row(room)["because"]) == (TAKE, "no answer came in time")
    room.does(police.BackUpTaken, by="Sue")
    assert (row(room)["needs"], row(room)["taken_by"]) == (None, "Sue")
    room.hears(Answer.ARRIVED)
    assert (row(room)["over"], row(room)["due_at"]) == (True, None)


def test_p2_without_a_desk_somebody_must_read_it_out() -> None:
    room = Asking(NO_DESK)
    room.ask()
    assert (row(room)["needs"], row(room)["received"]) == (READ_OUT, None)
    room.does(police.BackUpReadOut, to="call taker")
    assert row(room)["needs"] is None


def test_p2_while_the_desk_is_cut_off_somebody_must_read_it_out() -> None:
    room = Asking()
    room.ask()
    gone = SourceLost(source=DESK, id=DESK, occurred_at=room.now, reason="silent", gap=False)
    entry = room.happens(gone)
    assert ("back_ups", room.asked.id) in set(touched(entry, room.state))
    assert row(room)["needs"] == READ_OUT
    room.happens(SourceConnected(source=DESK, id=DESK, revision=2, occurred_at=room.now))
    assert row(room)["needs"] is None


def test_p2_a_corrected_address_is_on_the_request_too() -> None:
    room = Asking()
    room.ask()
    entry = room.address_changed(said.MILL_LANE, "2101")
    assert ("back_ups", room.asked.id) in set(touched(entry, room.state))
    assert row(room)["place"] == said.MILL_LANE


def test_p1_n8_the_background_is_the_markers_headline_and_nothing_of_what_happened() -> None:
    room = Asking()
    room.marker_put(said.marker("M1", what="assaulted by Zebedee Quillfeather"))
    found = known(room, incident=room.about)
    assert found.place == said.HIGH_STREET
    assert found.background[0].startswith("VIOLENCE – physical assault")
    assert "Quillfeather" not in "".join(found.background)
    assert (found.crews, found.nobody_there) == (("A101",), True)
    assert draft(found).crew is CrewState.NOT_THERE


def test_p1_what_was_not_checked_is_said_in_the_background() -> None:
    room = Asking()
    room.incident_opened(None, number="7")
    name = list(room.state.incidents)[-1]
    assert known(room, incident=name).background[0].startswith("NOT CHECKED")
    assert known(room, incident=name).place is None


def test_d4_out_of_an_alarm_who_where_and_that_the_radio_is_silent() -> None:
    room = Asking()
    room.press(callsign="A101", position=alarms.HERE)
    room.wait(minutes=2)
    found = known(room, alarm=room.alarm.id)
    assert found.alarm is not None
    assert found.alarm.words.startswith("A101 pressed the emergency button at ")
    assert "the radio is silent since" in found.alarm.words
    assert (found.alarm.is_silent, "exact to" in found.alarm.where) == (True, True)
    assert (found.incident, found.crews) == ("2101", ("A101",))
