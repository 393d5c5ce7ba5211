"""Writing into the CAD that is switched on while incidents are live (N2, O4)."""

from datetime import date

from middleware.domain.rules import Rules
from middleware.engine.state import Phase
from middleware.ports import By, Way
from schemas.check import NotChecked
from schemas.decision import WriteBackIssued
from tests import said
from tests.room import LADDER, Room, made, refold

ON = Rules(ladder=LADDER, ways={"mdt": Way(), "cad": Way(by=By.INCIDENT)})
TWO = Rules(ladder=LADDER, ways={**ON.ways, "other": Way(by=By.INCIDENT)})


def live() -> Room:
    """An incident at a marked address with a crew, one that is over, and one without a marker."""
    room = Room()
    room.marker_put(said.marker())
    room.incident_opened(said.HIGH_STREET, "A1", number="1")
    room.incident_opened(said.HIGH_STREET, "B2", number="2")
    room.closed("2")
    room.incident_opened(said.MILL_LANE, "C3", number="3")
    assert room.state.writings == {}
    return room


def written(room: Room, rules: Rules = ON) -> list[tuple[str, int]]:
    """(incident, revision) of what is written at a start."""
    numbers = {known.id: known.number for known in room.state.incidents.values()}
    issued = made(room.starts(rules), WriteBackIssued)
    return [(numbers[one.incident], one.revision) for one in issued]


def test_n2_what_is_in_force_at_live_incidents_is_written_once() -> None:
    room = live()
    assert written(room) == [("1", 1)]
    assert written(room) == []
    assert refold(room.entries) == room.state
    (writing,) = room.state.writings.values()
    assert set(writing.channels) == {"cad"}


def test_n2_nothing_is_written_where_no_cad_is_written_to() -> None:
    room = live()
    assert written(room, Rules(ladder=LADDER)) == []


def test_n2_a_second_cad_has_what_the_first_has() -> None:
    room = live()
    room.starts(ON)
    assert written(room, TWO) == [("1", 2)]
    assert written(room, TWO) == []


def test_n2_n7_what_is_not_true_any_more_is_not_written() -> None:
    """A marker whose last day was yesterday ends with the same start."""
    room = Room()
    room.marker_put(said.marker(ends_on=date(2026, 11, 22)))
    room.incident_opened(said.HIGH_STREET, "A1")
    room.now = said.later(60 * 24)
    assert written(room) == []


def test_n2_where_the_last_check_could_not_be_made_what_crews_were_told_is_written() -> None:
    room = live()
    room.not_checked = NotChecked.INDEX_BEHIND
    room.recheck(room.incident("1").id)
    assert written(room) == [("1", 1)]


def test_n2_n7_what_was_written_later_is_taken_back_like_all() -> None:
    room = live()
    room.starts(ON)
    room.address_changed(said.MILL_LANE)
    (writing,) = room.state.writings.values()
    assert writing.phase is Phase.WITHDRAWN
