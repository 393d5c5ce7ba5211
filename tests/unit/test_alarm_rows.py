"""What a screen shows of a man-down at once, and to whom (D1-D3, E2)."""

from datetime import timedelta
from typing import Any

import pytest

from middleware.console.streams import STREAMS, view_of
from middleware.ops.access import Role
from schemas.safety import AlarmOutcome, Position, Signal
from tests import alarms, said
from tests.alarms import HERE, RADIO, Alarmed
from tests.said import HIGH_STREET

SUPERVISOR = "alarms"


def row(room: Alarmed, stream: str = SUPERVISOR) -> dict[str, Any] | None:
    """The one alarm as this stream has it."""
    (alarm,) = STREAMS[stream].ids(room.state)
    return STREAMS[stream].row(room.state, alarm, room.now.date())


def shown(room: Alarmed) -> dict[str, Any]:
    found = row(room)
    assert found is not None
    return found


def north(metres: float, **more: Any) -> Position:
    return Position(latitude=51.3 + metres / 111_200, longitude=-0.5, **more)


@pytest.fixture
def room() -> Alarmed:
    """A crew at a marked address, with its note acknowledged, and other crews about."""
    room = Alarmed()
    room.marker_put(said.marker())
    room.incident_opened(HIGH_STREET, "A1")
    room.at_scene("A1")
    note = room.note()
    room.displayed(note)
    room.acknowledged(note, by="S1")
    return room


def test_d1_who_where_which_incident_and_what_is_known_of_the_address(room: Alarmed) -> None:
    room.press(signal=Signal.LIP, position=HERE)
    alarm = shown(room)
    assert alarm["title"] == "MAN-DOWN: A1"
    assert alarm["radio"] == RADIO
    assert alarm["position"]["words"] == "51.30000, -0.50000"
    assert alarm["position"]["exact"] == "exact to 20 m"
    assert alarm["position"]["fixed_at"] == room.now - timedelta(seconds=5)
    assert alarm["incident"]["number"] == "1"
    assert alarm["incident"]["place"] == HIGH_STREET
    assert alarm["incident"]["words"] == "MARKER FOUND"
    assert alarm["incident"]["stage"] == "at_scene"


def test_d1_which_note_the_crew_had_and_whether_it_was_acknowledged(room: Alarmed) -> None:
    room.press()
    (note,) = shown(room)["incident"]["notes"]
    assert note["words"] == "acknowledged by S1"


def test_d1_c4_an_address_that_was_not_checked_is_said_to_be(room: Alarmed) -> None:
    other = Alarmed()
    other.incident_opened(None, "A1")
    other.press()
    assert shown(other)["incident"]["words"].startswith("NOT CHECKED")


def test_d1_without_position_or_incident_the_alarm_says_so() -> None:
    room = Alarmed()
    room.press("99")
    alarm = shown(room)
    assert (alarm["title"], alarm["position"], alarm["incident"]) == (
        "MAN-DOWN: radio 99",
        None,
        None,
    )
    assert alarm["nearest"] == []


def test_d1_the_nearest_crews_come_first_and_old_positions_last(room: Alarmed) -> None:
    room.happens(alarms.positioned("5", north(100), room.now))
    room.wait(minutes=11)
    room.incident_opened(None, "B2", number="2")
    room.happens(alarms.positioned("2", north(2_340), room.now))
    room.happens(alarms.positioned("3", north(500, fixed_at=room.now), room.now))
    room.press(signal=Signal.LIP, position=HERE)
    near = [(n["who"], n["away"], n["is_old"], n["doing"]) for n in shown(room)["nearest"]]
    assert near == [
        ("radio 3", "500 m", False, "on no incident known here"),
        ("B2", "2.3 km", False, "on incident 2"),
        ("radio 5", "100 m", True, "on no incident known here"),
    ]


def test_d1_a_position_of_unknown_age_and_exactness_says_so(room: Alarmed) -> None:
    room.press(signal=Signal.LIP, position=north(0))
    position = shown(room)["position"]
    assert position["fixed_at"] is None
    assert position["exact"] == "how exact is not known"


def test_d2_repeats_cancel_and_silence_are_told_apart(room: Alarmed) -> None:
    room.press()
    room.press()
    room.press(signal=Signal.CALL)
    assert shown(room)["signals"] == "emergency status 2 ×, emergency call 1 ×"
    room.wait(minutes=1)
    alarm = shown(room)
    assert (alarm["silent_at"], alarm["cancelled_at"]) == (room.now, None)
    room.cancel()
    alarm = shown(room)
    assert (alarm["silent_at"], alarm["cancelled_at"]) == (None, room.now)


def test_d2_a_press_after_an_ended_alarm_shows_how_that_one_ended(room: Alarmed) -> None:
    room.press()
    room.happens(alarms.ended(room.alarm.id, AlarmOutcome.ACCIDENTAL, "Sue", room.now))
    room.press()
    follows = shown(room)["follows"]
    assert follows == {"at": room.now, "words": "pressed by accident, said Sue"}


def test_d1_an_unreadable_emergency_is_shown_raw() -> None:
    room = Alarmed()
    room.happens(alarms.unreadable("1234", room.now))
    alarm = shown(room)
    assert alarm["title"] == "UNREADABLE EMERGENCY from radio 1234"
    assert alarm["raw"] == "+CTSDSR: 13,"


def test_d1_an_unreadable_emergency_of_nobody_names_the_way_it_came() -> None:
    room = Alarmed()
    room.happens(alarms.unreadable(None, room.now))
    words = "UNREADABLE EMERGENCY by way of radio: the radio is not known"
    assert shown(room)["title"] == words


def test_d1_an_unreadable_signal_of_a_known_alarm_hides_nothing_of_it(room: Alarmed) -> None:
    room.press()
    room.happens(alarms.unreadable(at=room.now))
    alarm = shown(room)
    assert (alarm["title"], alarm["raw"]) == ("MAN-DOWN: A1", "+CTSDSR: 13,")


def test_d3_whether_listening_was_asked_for_and_done_is_shown(room: Alarmed) -> None:
    room.press()
    listening = shown(room)["listening"]
    assert (listening["asked_at"], listening["done"]) == (room.now, None)
    room.happens(alarms.listened(room.alarm.id, True, room.now))
    assert shown(room)["listening"]["by"] == "Sam"


# --- who is shown it -----------------------------------------------------------------------


def audience(room: Alarmed) -> set[str]:
    return {name for name in ("alarms", "alarms_dispatch", "alarms_all") if row(room, name)}


def test_d2_supervisors_at_once_then_dispatchers_then_everybody(room: Alarmed) -> None:
    room.press()
    assert audience(room) == {"alarms"}
    room.wait(seconds=30)
    assert audience(room) == {"alarms", "alarms_dispatch"}
    room.wait(seconds=30)
    assert audience(room) == {"alarms", "alarms_dispatch", "alarms_all"}


def test_d2_who_was_told_stays_told_after_it_was_accepted_until_it_ends(room: Alarmed) -> None:
    room.press()
    room.wait(seconds=30)
    room.happens(alarms.accepted(room.alarm.id, at=room.now))
    room.wait(hours=1)
    assert audience(room) == {"alarms", "alarms_dispatch"}
    alarm = room.alarm.id
    room.happens(alarms.ended(alarm, at=room.now))
    assert list(STREAMS["alarms"].ids(room.state)) == []
    assert STREAMS["alarms"].row(room.state, alarm, room.now.date()) is None


@pytest.mark.parametrize(
    ("role", "stream"),
    [
        (Role.SUPERVISOR, "alarms"),
        (Role.DISPATCHER, "alarms_dispatch"),
        (Role.CALL_HANDLER, "alarms_all"),
        (Role.AUDITOR, "alarms"),
    ],
)
def test_e2_each_role_is_sent_alarms_once(role: Role, stream: str) -> None:
    assert [name for name in view_of(role) if name.startswith("alarms")] == [stream]


@pytest.mark.parametrize(
    "role", [Role.MARKING_TEAM, Role.SECURITY_TEAM, Role.ADMINISTRATOR, Role.DEVICE]
)
def test_e2_who_is_not_in_the_control_room_is_sent_none(role: Role) -> None:
    assert not any(name.startswith("alarms") for name in view_of(role))
