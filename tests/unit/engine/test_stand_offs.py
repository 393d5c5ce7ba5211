"""Stand-off and rendezvous as the engine decides them: states of a crew with a clock (P3)."""

from datetime import timedelta

import pytest

from middleware.domain.rules import StandOff
from schemas import held as h
from schemas.decision import Forgotten, Ignored, ResourceMoved
from schemas.held import StandOffEnd, Why
from schemas.incident import Holding, ResourceStandingOff, Stage
from schemas.stand_off import StandOffState
from tests.room import made, refold
from tests.stand_offs import RULES, Held, answered, crew

MINUTE = timedelta(minutes=1)


def prompts(room: Held, **time: float) -> list[tuple[float, int, Why]]:
    """(minutes since it began, which, why) of every prompt while so much time passes."""
    return [
        ((entry.received_at - room.one.begun_at) / MINUTE, one.prompt, one.why)
        for entry in room.wait(**time)
        for one in made(entry, h.StandOffPrompted)
    ]


# --- begun, by whom ----------------------------------------------------------------------


def test_p3_the_cad_says_that_a_crew_stands_off() -> None:
    room = Held()
    room.stands_off(where="the corner of Mill Lane")
    assert (room.one.callsign, room.one.holding) == ("A1", Holding.STANDING_OFF)
    assert (room.one.begun_at, room.one.begun_by) == (room.now, "the CAD")
    assert room.one.where == "the corner of Mill Lane"


def test_p3_the_crew_says_it_on_its_mdt() -> None:
    room = Held()
    room.crew_says(StandOffState.AT_RVP)
    assert (room.one.holding, room.one.begun_by) == (Holding.AT_RVP, "P1001")


def test_p3_a_dispatcher_says_it_at_a_console() -> None:
    room = Held()
    room.dispatcher_says(StandOffState.STANDING_OFF, where="the church")
    assert (room.one.begun_by, room.one.where) == ("Dee", "the church")


def test_p3_c1_a_crew_that_holds_at_an_incident_nobody_opened_makes_it_known() -> None:
    room = Held()
    room.holds(ResourceStandingOff, "B2", None, number="7")
    assert room.incident("7").resources["B2"].stage is Stage.MOBILE
    assert [one.callsign for one in room.state.stand_offs.values()] == ["B2"]


def test_p3_a_crew_that_the_cad_did_not_send_is_on_its_way_when_it_holds() -> None:
    room = Held()
    entry = room.stands_off("B2")
    assert [(one.callsign, one.stage) for one in made(entry, ResourceMoved)] == [
        ("B2", Stage.MOBILE)
    ]


def test_p3_a_crew_is_on_every_incident_that_it_has_not_left() -> None:
    """Or on the one that it names."""
    room = Held()
    room.incident_opened(None, "A1", number="2")
    room.crew_says(StandOffState.STANDING_OFF, number="2")
    assert room.one.incident == room.incident("2").id
    room.crew_says(StandOffState.STANDING_OFF)
    assert {one.incident for one in room.state.stand_offs.values()} == {
        room.incident("1").id,
        room.incident("2").id,
    }
    room.crew_says(StandOffState.GONE_IN)
    assert all(one.ended_at for one in room.state.stand_offs.values())


def test_p3_what_is_said_of_nobody_changes_nothing() -> None:
    room = Held()
    entries = [
        room.crew_says(StandOffState.STANDING_OFF, "Z9"),
        room.crew_says(StandOffState.GONE_IN),
        room.dispatcher_says(StandOffState.STANDING_OFF, "Z9"),
        room.dispatcher_says(StandOffState.OVER),
        room.happens(answered("so9", 1)),
    ]
    assert [len(made(entry, Ignored)) for entry in entries] == [1] * 5
    assert room.state.stand_offs == {}


def test_p3_what_is_said_of_a_closed_incident_changes_nothing() -> None:
    room = Held()
    room.closed()
    entries = [room.stands_off(), room.dispatcher_says(StandOffState.STANDING_OFF)]
    assert all(made(entry, Ignored) for entry in entries)
    assert room.state.stand_offs == {}


# --- the clock ---------------------------------------------------------------------------


def test_p3_control_and_crew_are_asked_at_the_set_minutes_and_never_early() -> None:
    room = Held()
    room.stands_off()
    assert prompts(room, minutes=9.99) == []
    told = prompts(room, minutes=50.01)
    assert told == [(float(10 * n), n, Why.TIME) for n in range(1, 7)]
    assert room.one.prompted_at == room.now


def test_p3_the_crew_is_asked_where_it_is_reached() -> None:
    room = Held(RULES, crew("A1"), crew("B2", radio=None))
    room.stands_off("A1")
    room.stands_off("B2")
    asked = {one.stand_off: one.channels for one in made(room.wait(minutes=10), h.StandOffPrompted)}
    callsigns = {room.state.stand_offs[name].callsign: by for name, by in asked.items()}
    assert callsigns == {"A1": ("mdt", "radio"), "B2": ("mdt",)}


def test_p3_minutes_that_are_not_even_are_kept_to() -> None:
    minutes = tuple(timedelta(minutes=n) for n in (5, 15, 20))
    other = StandOff(prompts=minutes, every=timedelta(minutes=3))
    room = Held(RULES.model_copy(update={"stand_off": other}))
    room.stands_off()
    assert [at for at, _, _ in prompts(room, minutes=27)] == [5, 15, 20, 23, 26]


def test_p3_without_set_minutes_it_is_asked_every_so_often() -> None:
    room = Held(RULES.model_copy(update={"stand_off": StandOff(prompts=())}))
    room.stands_off()
    assert [at for at, _, _ in prompts(room, minutes=25)] == [10, 20]


def test_p3_at_the_rvp_the_clock_of_the_stand_off_goes_on() -> None:
    room = Held()
    room.stands_off(where="the church")
    begun = room.now
    room.wait(minutes=4)
    room.at_rvp(where="the fire station")
    assert (room.one.holding, room.one.where) == (Holding.AT_RVP, "the fire station")
    assert (room.one.begun_at, room.one.since) == (begun, room.now)
    assert [at for at, _, _ in prompts(room, minutes=16)] == [10, 20]


def test_p3_said_again_it_begins_nothing_anew() -> None:
    room = Held()
    room.stands_off()
    assert made(room.stands_off(), Ignored)
    assert made(room.dispatcher_says(StandOffState.STANDING_OFF), Ignored)
    assert made(
        room.dispatcher_says(StandOffState.STANDING_OFF, where="the church"), h.StandOffMoved
    )
    assert room.one.where == "the church"


def test_p3_the_crew_confirms_that_it_still_holds() -> None:
    room = Held()
    room.stands_off()
    room.wait(minutes=11)
    room.crew_says(StandOffState.STANDING_OFF)
    assert (room.one.confirmed_by, room.one.confirmed_at) == ("P1001", room.now)
    assert room.one.waits_since is not None, "a crew's word is not the control room's"


def test_p3_a_clock_that_steps_brings_no_two_prompts_at_once() -> None:
    """The stamps jump an hour ahead, as a clock that is put forward makes them."""
    room = Held()
    room.stands_off()
    room.wait(minutes=5)
    room.now += timedelta(hours=1)
    assert len(made(room.wait(minutes=0), h.StandOffPrompted)) == 1
    assert made(room.wait(minutes=9.9), h.StandOffPrompted) == []
    assert len(made(room.wait(minutes=0.1), h.StandOffPrompted)) == 1


def test_p3_overdue_after_a_restart_it_is_asked_once_and_goes_on() -> None:
    room = Held()
    room.stands_off()
    room.now += timedelta(minutes=47)
    room.starts(RULES)
    assert [n for _, n, _ in prompts(room, minutes=9.9)] == [1]
    assert [n for _, n, _ in prompts(room, minutes=10.1)] == [2, 3]


# --- the patient -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "facts", [{"priority": "C1"}, {"nature": "not breathing"}, {"condition": "unconscious"}]
)
def test_p3_a_change_of_the_patients_state_asks_again_at_once(facts: dict[str, str]) -> None:
    room = Held()
    room.stands_off()
    room.wait(minutes=12)
    room.answered(1)
    (asked,) = made(room.updated(**facts), h.StandOffPrompted)
    assert (asked.prompt, asked.why, asked.channels) == (2, Why.PATIENT, ("mdt", "radio"))
    assert room.one.waits_since == room.now
    assert [at for at, _, _ in prompts(room, minutes=8)] == [20], "the clock goes on as it did"


def test_p3_the_same_state_said_again_asks_nobody() -> None:
    room = Held()
    room.updated(priority="C2", condition="breathing")
    room.stands_off()
    assert made(room.updated(priority="C2", condition="breathing"), h.StandOffPrompted) == []
    assert made(room.updated(), h.StandOffPrompted) == []


def test_p3_an_opening_said_anew_with_another_priority_asks_too() -> None:
    room = Held()
    room.stands_off()
    again = room.cad.opened(None, (), "1", room.now).model_copy(update={"priority": "C1"})
    assert len(made(room.happens(again), h.StandOffPrompted)) == 1


def test_p3_where_nobody_holds_a_change_asks_nobody() -> None:
    room = Held()
    assert made(room.updated(priority="C1"), h.StandOffPrompted) == []


# --- a named person answers --------------------------------------------------------------


def test_p3_a_prompt_stays_until_a_named_person_answers() -> None:
    room = Held()
    room.stands_off()
    room.wait(minutes=25)
    assert (room.one.prompt, room.one.waits_since) == (2, room.now - timedelta(minutes=15))
    room.answered(2, "Dee")
    assert (room.one.waits_since, room.one.answered_by) == (None, "Dee")
    assert made(room.answered(2, "Sam"), Ignored)
    assert room.one.answered_by == "Dee"


def test_p3_an_answer_to_an_earlier_prompt_does_not_answer_the_later_one() -> None:
    room = Held()
    room.stands_off()
    room.wait(minutes=10)
    room.updated(condition="unconscious")
    assert made(room.answered(1), Ignored)
    assert room.one.waits_since is not None


# --- ended -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "how"),
    [
        (Held.gone_in, StandOffEnd.GONE_IN),
        (lambda room: room.at_scene("A1"), StandOffEnd.GONE_IN),
        (lambda room: room.crew_says(StandOffState.GONE_IN), StandOffEnd.GONE_IN),
        (lambda room: room.dispatcher_says(StandOffState.GONE_IN), StandOffEnd.GONE_IN),
        (lambda room: room.crew_says(StandOffState.OVER), StandOffEnd.OVER),
        (lambda room: room.stood_down("A1"), StandOffEnd.STOOD_DOWN),
        (lambda room: room.cleared("A1"), StandOffEnd.CLEARED),
        (Held.closed, StandOffEnd.INCIDENT_CLOSED),
    ],
)
def test_p3_it_ends_and_nobody_is_asked_any_more(ends: object, how: StandOffEnd) -> None:
    room = Held()
    room.stands_off()
    room.wait(minutes=11)
    ends(room)  # type: ignore[operator]
    assert (room.one.how, room.one.ended_at, room.one.waits_since) == (how, room.now, None)
    assert not [name for name in room.state.timers if name.startswith("stand-off")]
    room.updated(condition="unconscious")
    assert room.one.prompt == 1
    assert room.wait(minutes=40) is not None
    assert room.one.prompt == 1


@pytest.mark.parametrize("goes_on", [Held.mobile, Held.assigned])
def test_p3_who_is_merely_on_the_way_still_holds(goes_on: object) -> None:
    room = Held()
    room.stands_off()
    goes_on(room, "A1")  # type: ignore[operator]
    assert room.one.ended_at is None


def test_p3_another_crew_going_in_ends_only_its_own() -> None:
    room = Held(RULES, crew("A1"), crew("B2"))
    room.stands_off("A1")
    room.stands_off("B2")
    room.gone_in("A1")
    ended = {one.callsign: one.ended_at is not None for one in room.state.stand_offs.values()}
    assert ended == {"A1": True, "B2": False}


def test_p3_e3_a_second_stand_off_is_one_of_its_own_and_both_are_kept() -> None:
    room = Held()
    room.stands_off()
    room.wait(minutes=11)
    room.gone_in()
    room.wait(minutes=2)
    room.stands_off()
    first, second = room.state.stand_offs.values()
    assert first.ended_at is not None
    assert second.begun_at == room.now
    assert (first.prompt, second.prompt) == (1, 0)


def test_p3_stand_offs_leave_the_working_state_with_their_incident() -> None:
    room = Held()
    room.stands_off()
    room.closed()
    assert made(room.wait(hours=3), Forgotten)
    assert room.state.stand_offs == {}


def test_p3_a_restart_folds_it_as_it_was() -> None:
    room = Held()
    room.stands_off(where="the church")
    room.wait(minutes=11)
    room.crew_says(StandOffState.STANDING_OFF)
    room.answered(1)
    room.updated(condition="unconscious")
    assert refold(room.entries) == room.state
