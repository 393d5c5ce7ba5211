"""What a screen shows of a crew that stands off: how, since when, and who was asked (P3, E2)."""

from datetime import timedelta
from typing import Any

import pytest

from middleware.console.projection import Projection
from middleware.console.rows import incident_row
from middleware.console.streams import STREAMS, view_of
from middleware.ops.access import RULES, Role, may
from schemas.stand_off import StandOffState
from tests.fakes import FakeClock
from tests.stand_offs import Held

STREAM = STREAMS["stand_offs"]


def rows(room: Held) -> list[dict[str, Any]]:
    """What is on the list of those who hold."""
    made = (STREAM.row(room.state, name, room.now.date()) for name in STREAM.ids(room.state))
    return [row for row in made if row is not None]


def held(room: Held) -> list[dict[str, Any]]:
    """What stands in the line of the crew."""
    row = incident_row(room.state, room.incident().id, room.now.date())
    assert row is not None
    found: list[dict[str, Any]] = row["crews"][0]["held"]
    return found


def test_p3_the_state_and_since_when_are_in_the_line_of_the_crew() -> None:
    room = Held()
    room.stands_off(where="the corner of Mill Lane")
    begun = room.now
    room.wait(minutes=4)
    room.at_rvp(where="the fire station")
    (one,) = held(room)
    assert (one["words"], one["where"]) == ("at the RVP", "the fire station")
    assert (one["begun_at"], one["since"]) == (begun, begun + timedelta(minutes=4))
    assert (one["begun_by"], one["waits_since"], one["ended"]) == ("the CAD", None, None)


def test_p3_a_prompt_says_why_until_a_named_person_has_answered() -> None:
    room = Held()
    room.stands_off()
    room.wait(minutes=10)
    (row,) = rows(room)
    assert (row["prompt"], row["why"]) == (1, "it has lasted so long")
    assert (row["callsign"], row["number"]) == ("A1", "1")
    room.updated(condition="unconscious", priority="C1")
    (row,) = rows(room)
    assert (row["prompt"], row["condition"], row["priority"]) == (2, "unconscious", "C1")
    assert row["why"] == "what is known of the patient has changed"
    room.answered(2, "Dee")
    (row,) = rows(room)
    assert (row["waits_since"], row["why"], row["answered_by"]) == (None, None, "Dee")


def test_p3_what_ended_leaves_the_list_and_stays_with_the_crew() -> None:
    room = Held()
    room.stands_off()
    room.gone_in()
    assert rows(room) == []
    room.stands_off()
    now, before = held(room)
    assert (now["ended"], before["ended"], before["ended_at"]) == (None, "gone in", room.now)


def test_p3_every_step_is_sent_to_the_screens() -> None:
    room = Held()
    projection = Projection(FakeClock(room.now), room.state)
    view = view_of(Role.DISPATCHER)
    projection.deltas([view])
    steps = (
        room.stands_off,
        lambda: room.at_rvp(where="the church"),
        lambda: room.wait(minutes=10),
        lambda: room.crew_says(StandOffState.AT_RVP),
        lambda: room.answered(1),
        lambda: room.updated(condition="unconscious"),
        room.gone_in,
    )
    for step in steps:
        before = len(room.entries)
        step()
        projection.on_committed(room.entries[before:], room.state)
        delta = projection.deltas([view])[view]
        assert b'"incidents"' in delta
        assert b'"stand_offs"' in delta


@pytest.mark.parametrize("role", Role)
def test_e2_p3_who_sees_and_who_may_say(role: Role) -> None:
    eoc = {Role.CALL_HANDLER, Role.DISPATCHER, Role.SUPERVISOR}
    assert ("stand_offs" in view_of(role)) is (role in eoc | {Role.AUDITOR})
    for verb in ("ws say-stand-off", "ws answer-prompt"):
        assert verb in RULES
        assert may(role, verb) is (role in {Role.DISPATCHER, Role.SUPERVISOR})
