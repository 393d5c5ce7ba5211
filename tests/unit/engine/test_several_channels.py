"""The ladder over several channels: radio, call, MDT, a person (N4, N5, N7, C5)."""

import pytest

from middleware.domain.rules import CONSOLE, Rules
from middleware.engine.entry import Entry
from middleware.engine.state import Phase
from schemas import decision as d
from schemas.delivery import Delivery
from schemas.incident import Resource
from schemas.telling import AttemptMade, AttemptReported, RungSkipped
from tests.room import Room, made
from tests.said import HIGH_STREET, MILL_LANE, marker
from tests.telling import (
    ALONE,
    MINUTE,
    NOW,
    PHONE,
    RADIO,
    SEVERAL,
    WAYS,
    asked_by_radio,
    attempted,
    consumed,
    crew,
    pressed,
    reported,
    rungs,
    status_ack,
)  # fmt: skip


def told(*crews: Resource, rules: Rules = SEVERAL) -> Room:
    """A room in which these crews are to be told about the marker at 14 High Street."""
    room = Room(rules)
    room.marker_put(marker("M1", HIGH_STREET))
    room.happens(room.cad.opened(HIGH_STREET, crews or (crew(),), at=room.now))
    return room


def entered(entry: Entry | list[Entry]) -> list[str]:
    return [rung.channel for rung in made(entry, d.RungEntered)]


def last(room: Room) -> Entry:
    return room.entries[-1]


# --- rungs -----------------------------------------------------------------------------


def test_n5_mdt_then_radio_then_call_then_a_person() -> None:
    room = told()

    assert entered(last(room)) == ["mdt"]
    assert [entered(room.wait(minutes=1)) for _ in range(3)] == [["radio"], ["voice"], [CONSOLE]]


def test_n4_a_single_responder_is_told_by_radio_call_and_mdt_at_once() -> None:
    room = told(crew(single_responder=True))

    assert entered(last(room)) == ["radio", "voice", "mdt"]
    assert entered(room.wait(minutes=1)) == [CONSOLE]


def test_n4_a_crew_that_is_on_its_way_has_the_ladder_for_drivers() -> None:
    rules = SEVERAL.model_copy(update={"moving": rungs(("voice", MINUTE))})
    room = Room(rules)
    room.marker_put(marker("M1", HIGH_STREET))
    room.happens(room.cad.opened(MILL_LANE, (crew(),), at=room.now))
    room.mobile("A1")

    assert entered(room.address_changed(HIGH_STREET)) == ["voice"]


@pytest.mark.parametrize("missing", ["radio", "phone"])
def test_n5_a_rung_that_does_not_reach_the_crew_is_passed_over_at_once(missing: str) -> None:
    room = told(crew(radio=None) if missing == "radio" else crew(phone=None))
    skipped = {"radio": "radio", "phone": "voice"}[missing]
    climbed = room.wait(minutes=2)

    assert [skip.channel for skip in made(climbed, RungSkipped)] == [skipped]
    assert entered(climbed) == [one for one in ("radio", "voice", CONSOLE) if one != skipped]


def test_n5_what_is_told_at_once_keeps_its_wait_where_the_last_of_it_does_not_reach() -> None:
    rules = Rules(ladder=rungs(("radio", NOW), ("voice", MINUTE)), ways=WAYS)
    room = told(crew(phone=None), rules=rules)

    assert entered(last(room)) == ["radio"]
    assert not room.wait(seconds=59)
    assert entered(room.wait(seconds=1)) == [CONSOLE]


def test_n5_a_crew_that_nothing_reaches_is_a_task_at_once() -> None:
    rules = Rules(ladder=rungs(("radio", NOW), ("voice", MINUTE)), ways=WAYS)
    room = told(Resource(callsign="A1"), rules=rules)

    assert entered(last(room)) == [CONSOLE]
    assert made(last(room), d.TaskRaised)


# --- attempts and what becomes of them -------------------------------------------------


def test_n4_an_attempt_is_agreed_once_for_each_time_the_ladder_asks() -> None:
    room = told(crew(single_responder=True))
    note = room.note()
    first = room.happens(attempted(note, "voice"))
    second = room.happens(attempted(note, "voice", 2))

    assert [(one.attempt, one.again) for one in made(first, AttemptMade)] == [(1, False)]
    assert [i.why for i in made(second, d.Ignored)] == [d.Why.ALREADY]


def test_n4_nobody_is_rung_where_the_ladder_has_not_come_to_the_call() -> None:
    room = told()
    refused = room.happens(attempted(room.note(), "voice"))

    assert not made(refused, AttemptMade)


def test_n4_an_attempt_without_an_end_is_made_again_once_after_a_restart() -> None:
    room = told(crew(single_responder=True))
    note = room.note()
    room.happens(attempted(note, "voice"))
    again = room.happens(attempted(note, "voice", 2, again=True))
    thrice = room.happens(attempted(note, "voice", 3, again=True))

    assert [one.again for one in made(again, AttemptMade)] == [True]
    assert not made(thrice, AttemptMade)


def test_n4_an_attempt_with_an_end_is_not_made_again() -> None:
    room = told(crew(single_responder=True))
    note = room.note()
    room.happens(attempted(note, "voice"))
    room.happens(reported(note, "voice", Delivery.SILENCE))

    assert not made(room.happens(attempted(note, "voice", 2, again=True)), AttemptMade)


def test_n4_what_never_went_out_does_not_count() -> None:
    room = told(crew(single_responder=True))
    note = room.note()
    room.happens(attempted(note, "voice"))
    room.happens(reported(note, "voice", Delivery.UNSENT))

    assert made(room.happens(attempted(note, "voice", 2)), AttemptMade)
    assert room.note().channels["voice"].made == 1


def test_n5_the_same_channel_on_two_rungs_is_a_second_attempt() -> None:
    rules = Rules(ladder=rungs(("voice", MINUTE), ("voice", MINUTE)), ways=WAYS)
    room = told(rules=rules)
    note = room.note()
    room.happens(attempted(note, "voice"))
    room.happens(reported(note, "voice", Delivery.BUSY))

    assert made(room.happens(attempted(note, "voice", 2)), AttemptMade)


FAILED = [
    Delivery.FAILED, Delivery.REFUSED, Delivery.EXPIRED, Delivery.BUSY, Delivery.NO_ANSWER,
    Delivery.DECLINED, Delivery.CUT_OFF, Delivery.SILENCE, Delivery.UNSENT,
]  # fmt: skip


@pytest.mark.parametrize("state", FAILED)
def test_n5_a_failure_goes_to_the_next_rung_at_once_and_acknowledges_nothing(
    state: Delivery,
) -> None:
    room = told(rules=Rules(ladder=rungs(("voice", MINUTE), ("radio", MINUTE)), ways=WAYS))
    note = room.note()
    room.happens(attempted(note, "voice"))

    assert entered(room.happens(reported(note, "voice", state))) == ["radio"]
    assert room.note().phase is Phase.OPEN


@pytest.mark.parametrize("state", [Delivery.SENT, Delivery.STORED, Delivery.RECEIVED])
def test_n3_a_report_on_the_way_is_kept_and_the_ladder_waits_for_a_person(state: Delivery) -> None:
    room = told(rules=Rules(ladder=rungs(("radio", MINUTE)), ways=WAYS))
    note = room.note()
    room.happens(attempted(note, "radio"))
    entry = room.happens(reported(note, "radio", state))

    assert [one.state for one in made(entry, AttemptReported)] == [state]
    assert room.note().channels["radio"].state is state
    assert entered(room.wait(minutes=1)) == [CONSOLE]


def test_n4_of_several_at_once_the_last_failure_goes_on() -> None:
    """Neither radio nor call reached the driver: a person looks after it, whatever the MDT says."""
    room = told(crew(single_responder=True))
    note = room.note()
    for channel in ("radio", "voice"):
        room.happens(attempted(note, channel))

    assert entered(room.happens(reported(note, "radio", Delivery.REFUSED))) == []
    assert entered(room.happens(reported(note, "voice", Delivery.BUSY))) == [CONSOLE]


def test_n5_a_late_failure_of_an_earlier_rung_moves_nothing() -> None:
    room = told(rules=Rules(ladder=rungs(("radio", MINUTE), ("voice", MINUTE)), ways=WAYS))
    note = room.note()
    room.happens(attempted(note, "radio"))
    room.wait(minutes=1)

    assert entered(room.happens(reported(note, "radio", Delivery.EXPIRED))) == []
    assert room.note().channels["radio"].state is Delivery.EXPIRED


def test_n5_a_failure_of_an_attempt_before_the_present_one_is_stale() -> None:
    rules = Rules(ladder=rungs(("voice", MINUTE), ("voice", MINUTE)), ways=WAYS)
    room = told(rules=rules)
    note = room.note()
    room.happens(attempted(note, "voice"))
    room.wait(minutes=1)
    room.happens(attempted(note, "voice", 2))

    late = room.happens(reported(note, "voice", Delivery.NO_ANSWER, times=0))
    assert [i.why for i in made(late, d.Ignored)] == [d.Why.STALE]


# --- who speaks for whom ---------------------------------------------------------------


def test_n3_a_radio_or_a_number_speaks_for_itself_alone() -> None:
    room = told(crew(single_responder=True), crew("A2", radio="7654321", phone="+447700900456"))
    note = room.note("A2")
    for said in (consumed(note, "radio"), pressed(note, "voice")):
        assert [i.why for i in made(room.happens(said), d.Ignored)] == [d.Why.UNKNOWN]


def test_n3_consumed_by_the_radio_is_displayed_and_not_acknowledged() -> None:
    room = told(crew(single_responder=True))
    room.happens(attempted(room.note(), "radio"))
    room.happens(consumed(room.note(), "radio"))

    assert room.note().shown == {"radio": 1}
    assert room.note().phase is Phase.OPEN


def test_n4_a_key_pressed_in_the_call_ends_the_duty() -> None:
    room = told(crew(single_responder=True))
    room.happens(attempted(room.note(), "voice"))
    room.happens(pressed(room.note(), "voice"))

    assert (room.note().phase, room.note().answered_on) == (Phase.ANSWERED, "voice")
    assert not room.wait(hours=1)


def test_n5_a_status_of_the_radio_acknowledges_what_it_displayed() -> None:
    room = told(crew(single_responder=True), crew("A2", radio="7654321"))
    room.happens(attempted(room.note(), "radio"))
    room.happens(consumed(room.note(), "radio"))
    room.happens(status_ack(at=room.now))

    assert room.note().phase is Phase.ANSWERED
    assert room.note("A2").phase is Phase.OPEN


@pytest.mark.parametrize("state", [None, Delivery.SENT, Delivery.STORED, Delivery.RECEIVED])
def test_n5_a_status_acknowledges_nothing_that_nobody_saw(state: Delivery | None) -> None:
    """Another note was on the display, or none: this one stays open and goes its way."""
    room = told(crew(single_responder=True))
    room.happens(attempted(room.note(), "radio"))
    if state:
        room.happens(reported(room.note(), "radio", state))
    said = made(room.happens(status_ack(at=room.now)), d.Ignored)

    assert [i.why for i in said] == [d.Why.UNKNOWN]
    assert room.note().phase is Phase.OPEN


def test_n5_a_status_acknowledges_nothing_that_was_not_told_there() -> None:
    room = told()

    assert [i.why for i in made(room.happens(status_ack()), d.Ignored)] == [d.Why.UNKNOWN]


def test_c5_a_crew_asks_by_radio_and_is_answered_there() -> None:
    room = told()
    (answer,) = made(room.happens(asked_by_radio()), d.AskAnswered)

    assert (answer.channel, answer.device) == ("radio", RADIO)
    assert answer.incidents == (room.incident().id,)


def test_n4_no_decision_holds_a_telephone_number() -> None:
    """Ids and codes only: the number stays in the event (E4)."""
    room = told(crew(single_responder=True))
    room.happens(attempted(room.note(), "voice"))
    room.happens(pressed(room.note(), "voice"))

    said = [one.model_dump_json() for entry in room.entries for one in entry.decisions]
    assert not [words for words in said if PHONE in words]
    assert room.incident().resources["A1"].phone == PHONE


def test_n4_a_stage_that_says_no_number_forgets_none() -> None:
    room = told()
    room.mobile("A1")

    assert (room.incident().resources["A1"].phone, room.incident().resources["A1"].radio) == (
        PHONE,
        RADIO,
    )


# --- taking back -----------------------------------------------------------------------


def withdrawn_on(room: Room, entry: Entry | list[Entry]) -> tuple[str, ...]:
    (one,) = made(entry, d.NoteWithdrawn)
    return one.tell


def test_n7_a_radio_that_may_have_it_is_told_that_it_is_withdrawn() -> None:
    room = told(crew(single_responder=True))
    room.happens(attempted(room.note(), "radio"))
    room.happens(reported(room.note(), "radio", Delivery.RECEIVED))

    assert withdrawn_on(room, room.stood_down("A1")) == ("radio",)
    assert made(room.happens(attempted(room.note(), "radio")), AttemptMade)


def test_n7_what_never_arrived_is_not_withdrawn() -> None:
    room = told(crew(single_responder=True))
    room.happens(attempted(room.note(), "radio"))
    room.happens(reported(room.note(), "radio", Delivery.REFUSED))

    assert withdrawn_on(room, room.stood_down("A1")) == ()
    assert not made(room.happens(attempted(room.note(), "radio")), AttemptMade)


def heard_by_call(room: Room) -> None:
    room.happens(attempted(room.note(), "voice"))
    room.happens(pressed(room.note(), "voice"))


def test_n7_who_heard_by_call_alone_what_is_wrong_now_is_rung() -> None:
    room = told(crew(single_responder=True))
    heard_by_call(room)

    assert withdrawn_on(room, room.address_changed(MILL_LANE)) == ("voice",)


def test_n7_nobody_is_rung_to_hear_what_the_crew_knows_of_itself() -> None:
    room = told(crew(single_responder=True))
    heard_by_call(room)

    assert withdrawn_on(room, room.stood_down("A1")) == ()


def test_n7_nobody_is_rung_who_was_shown_it_elsewhere() -> None:
    room = told(crew(single_responder=True))
    heard_by_call(room)
    room.displayed(room.note())

    assert withdrawn_on(room, room.address_changed(MILL_LANE)) == ()


def test_n7_a_duty_withdrawn_before_its_call_is_not_told_at_all() -> None:
    room = told()
    room.wait(minutes=2)
    room.stood_down("A1")

    assert not made(room.happens(attempted(room.note(), "voice")), AttemptMade)


def test_o4_nothing_about_radio_and_call_keeps_a_closed_incident_for_ever() -> None:
    ways = {name: way for name, way in WAYS.items() if name != "cad"}
    room = told(crew(single_responder=True), rules=Rules(ladder=ALONE[:2], ways=ways))
    for channel in ("radio", "voice"):
        room.happens(attempted(room.note(), channel))
    room.closed()
    room.happens(attempted(room.note(), "radio"))
    room.wait(hours=1.1)

    assert not room.state.incidents
