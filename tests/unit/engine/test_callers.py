"""Where the caller is, said beside the call and often after it (C2, C3, C4)."""

from datetime import timedelta

import pytest

from middleware.engine.decide import question
from schemas import decision as d
from schemas.caller import CallerLocated, CallerLookedUp, CallerPlace, Circle, FixBy, LookedUp
from schemas.check import Outcome, Whereabouts
from schemas.marker import Scope
from tests import said
from tests.room import Room, made
from tests.said import HIGH_STREET, START, marker

NUMBER = "07700 900123"
SAME = "+447700900123"
CIRCLE = Circle(latitude=51.3, longitude=-0.5, radius_m=20, confidence=95, fix=FixBy.SATELLITE)


@pytest.fixture
def room() -> Room:
    room = Room()
    room.marker_put(marker("M1", HIGH_STREET))
    return room


def located(number: str = SAME, circle: Circle = CIRCLE, at: str = "a") -> CallerLocated:
    return CallerLocated(
        source="aml", id=f"sms/{at}", occurred_at=START, number=number, circle=circle
    )


def looked_up(place: str | None = HIGH_STREET, result: LookedUp = LookedUp.FOUND) -> CallerLookedUp:
    return CallerLookedUp(
        source="directory", id="1", occurred_at=START, number=NUMBER, result=result,
        place=Whereabouts(address=place) if place else None,
    )  # fmt: skip


def outcomes(room: Room, event: CallerLocated | CallerLookedUp) -> list[Outcome]:
    return [assessed.outcome for assessed in made(room.happens(event), d.Assessed)]


def test_c3_a_position_that_comes_late_belongs_to_the_call_and_it_is_checked_again(
    room: Room,
) -> None:
    room.happens(said.rang(NUMBER))
    asked = question(room.state, located())
    assert asked == CallerPlace(
        phone=NUMBER, latitude=51.3, longitude=-0.5, radius_m=20, confidence=95
    )
    assert len(outcomes(room, located())) == 1
    (call,) = room.state.calls.values()
    assert call.circle == CIRCLE


def test_c2_a_position_that_comes_before_its_call_waits_for_it(room: Room) -> None:
    (kept,) = room.happens(located()).decisions
    assert kept == d.LocationKept()
    asked = question(room.state, said.rang(NUMBER))
    assert isinstance(asked, CallerPlace)
    assert asked.radius_m == 20
    room.happens(said.rang(NUMBER))
    (call,) = room.state.calls.values()
    assert call.circle == CIRCLE
    assert not room.state.waiting_places


def test_e4_a_position_for_which_no_call_came_is_forgotten(room: Room) -> None:
    room.happens(located())
    later = START + timedelta(minutes=11)
    room.happens(located("+447700900999", at="b").model_copy(update={"occurred_at": later}))
    assert list(room.state.waiting_places) == ["+447700900999"]


def test_c4_a_position_waits_ten_minutes_at_most(room: Room) -> None:
    room.happens(located())
    asked = question(room.state, said.rang(NUMBER, at=START + timedelta(minutes=11)))
    assert isinstance(asked, CallerPlace)
    assert asked.radius_m is None


def test_c4_an_old_position_is_not_where_the_caller_is_now(room: Room) -> None:
    room.happens(said.rang(NUMBER))
    old = CIRCLE.model_copy(update={"fixed_at": room.now - timedelta(hours=1)})
    assert room.happens(located(circle=old)).decisions == (d.Ignored(why=d.Why.STALE),)
    (call,) = room.state.calls.values()
    assert call.circle is None


def test_c2_a_position_of_another_number_changes_nothing_of_the_call(room: Room) -> None:
    room.happens(said.rang(NUMBER))
    room.happens(located("+447700900999"))
    (call,) = room.state.calls.values()
    assert call.circle is None


def test_c2_of_two_calls_from_one_number_the_last_that_is_not_over_is_meant(room: Room) -> None:
    room.happens(said.rang(NUMBER))
    room.happens(said.ended())
    room.happens(located())
    (call,) = room.state.calls.values()
    assert call.circle is None
    assert not room.state.by_phone


def test_c3_an_address_that_a_directory_has_is_checked_and_may_raise_the_flag(room: Room) -> None:
    room.happens(said.rang(NUMBER))
    assert outcomes(room, looked_up()) == [Outcome.FOUND]
    (call,) = room.state.calls.values()
    assert call.looked_up is LookedUp.FOUND


def test_c4_a_look_up_that_failed_is_kept_with_the_call(room: Room) -> None:
    room.happens(said.rang(NUMBER))
    room.happens(looked_up(None, LookedUp.FAILED))
    (call,) = room.state.calls.values()
    assert call.looked_up is LookedUp.FAILED


def test_c3_address_and_position_are_checked_together_and_again_with_a_new_marker(
    room: Room,
) -> None:
    room.happens(said.rang(NUMBER))
    room.happens(looked_up("99 Elsewhere Road"))
    asked = question(room.state, located())
    assert asked is not None
    assert (asked.address, asked.phone, asked.latitude) == ("99 Elsewhere Road", NUMBER, 51.3)
    room.happens(located())
    room.marker_put(marker("M2", "99 Elsewhere Road"))
    (call,) = room.state.calls.values()
    assert call.checked is not None
    assert call.checked.outcome is Outcome.FOUND


def test_m1_a_number_that_is_somebodys_is_still_found_with_a_position(room: Room) -> None:
    room.marker_put(marker("M3", None, scope=Scope.PERSON, phones=(NUMBER,)))
    room.happens(said.rang(NUMBER))
    assert outcomes(room, located()) == [Outcome.POSSIBLE]
