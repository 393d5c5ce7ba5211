"""An alarm reaches the screens at once, whatever else waits to be drawn (D1)."""

from collections.abc import AsyncIterator

import pytest

from middleware.console.hub import BEAT, GATHER
from middleware.console.streams import view_of
from middleware.ops.access import Role
from tests import alarms, said
from tests.said import MILL_LANE
from tests.unit.test_hub import Desk
from tests.unit.test_hub import desk as running

SUPERVISOR = view_of(Role.SUPERVISOR)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async for one in running.__wrapped__():  # type: ignore[attr-defined]
        yield one


async def test_d1_an_alarm_does_not_wait_for_others_to_be_gathered(desk: Desk) -> None:
    _, transport = desk.screen(SUPERVISOR)
    await desk.turn(GATHER)
    desk.room.incident_opened(MILL_LANE, number="1")
    desk.commit()
    desk.room.incident_opened(MILL_LANE, number="2")
    desk.commit()
    desk.room.happens(alarms.pressed(at=desk.room.now))
    desk.commit()
    await desk.turn()
    alarm = transport.frames()[-1]
    assert [row["title"] for row in alarm["alarms"]["rows"]] == ["MAN-DOWN: radio 1234567"]


async def test_d1_a_new_screen_has_every_alarm_in_its_first_list(desk: Desk) -> None:
    for radio in range(1, 30):
        desk.room.happens(alarms.pressed(str(radio), at=desk.room.now))
    desk.commit()
    _, transport = desk.screen(SUPERVISOR)
    await desk.turn()
    assert len(transport.frames()[0]["alarms"]) == 29


async def test_a_position_is_no_alarm_and_waits_its_turn(desk: Desk) -> None:
    desk.screen(SUPERVISOR)
    await desk.turn(GATHER)
    desk.room.happens(alarms.positioned(at=desk.room.now))
    desk.commit()
    assert not desk.projection.has_alarm


async def test_d1_an_alarm_shows_at_once_that_its_crew_answered_the_note(desk: Desk) -> None:
    room = desk.room
    room.marker_put(said.marker())
    room.incident_opened(said.HIGH_STREET, "A1")
    room.happens(alarms.pressed(callsign="A1", at=room.now))
    _, transport = desk.screen(SUPERVISOR)
    desk.commit()
    await desk.turn(GATHER)
    room.acknowledged(room.note())
    desk.commit()
    await desk.turn(GATHER)
    (row,) = transport.frames()[-1]["alarms"]["rows"]
    assert row["incident"]["notes"][0]["told"] == "acknowledged"


async def test_d1_a_new_incident_of_the_crew_is_shown_where_none_was_known(desk: Desk) -> None:
    room = desk.room
    room.happens(alarms.pressed(callsign="A1", at=room.now))
    _, transport = desk.screen(SUPERVISOR)
    desk.commit()
    await desk.turn(GATHER)
    room.incident_opened(MILL_LANE, "A1", number="7")
    desk.commit()
    await desk.turn(GATHER)
    (row,) = transport.frames()[-1]["alarms"]["rows"]
    assert row["incident"]["number"] == "7"


async def test_d1_who_is_near_is_looked_at_with_every_beat(desk: Desk) -> None:
    room = desk.room
    room.happens(alarms.pressed(position=alarms.HERE, at=room.now))
    _, transport = desk.screen(SUPERVISOR)
    desk.commit()
    await desk.turn(GATHER)
    room.happens(alarms.positioned("2", at=room.now))
    desk.commit()
    await desk.turn(BEAT)
    (row,) = transport.frames()[-1]["alarms"]["rows"]
    assert [near["who"] for near in row["nearest"]] == ["radio 2"]
