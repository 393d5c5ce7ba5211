"""What was known when: the records of one incident, in words (E3)."""

import pytest

from middleware.flow.timeline import build
from tests import said
from tests.room import Room
from tests.said import HIGH_STREET, MILL_LANE, marker


@pytest.fixture
def room() -> Room:
    """An incident from its opening to its end, and another one beside it."""
    room = Room()
    room.marker_put(marker("M1", HIGH_STREET))
    room.incident_opened(HIGH_STREET, "A1")
    room.incident_opened(MILL_LANE, "A2", number="2")
    room.displayed(room.note())
    room.wait(minutes=2)
    room.task_taken(room.note(), by="Sam")
    room.acknowledged(room.note(), by="S7")
    room.address_changed(MILL_LANE)
    room.closed()
    return room


def words(room: Room, incident: str) -> list[str]:
    return [line.words for line in build(room.entries, incident)]


def test_e3_everything_that_was_known_and_done_in_its_order(room: Room) -> None:
    told = words(room, "1")
    wanted = [
        "MARKER FOUND: marker M1 (same dwelling, 100 %)",
        "A1 is to be told about marker M1 (revision 1)",
        "A1: telling by mdt (rung 1)",
        "A1: shown by mdt, revision 1, before at scene",
        "A1: telling by console (rung 2)",
        "A1 has not been told: task for a person, said 1 times",
        "A1: task taken by Sam",
        "A1: acknowledged by S7 on mdt",
        "Checked: none found",
        "note for A1 withdrawn: the address was corrected",
        "closed",
    ]

    assert [line for line in told if line in wanted] == wanted


def test_e3_found_by_the_number_of_the_cad_or_by_our_id(room: Room) -> None:
    by_id = words(room, room.incident("1").id)

    assert by_id
    assert set(by_id) <= set(words(room, "1"))


def test_e3_nothing_of_another_incident(room: Room) -> None:
    assert not any("A1" in line or "M1" in line for line in words(room, "2"))
    assert words(room, "no such number") == []


def test_e3_each_line_says_when_and_where_it_is_on_record(room: Room) -> None:
    lines = build(room.entries, "1")
    at = {entry.position: entry.received_at for entry in room.entries}

    assert all(at[line.position] == line.received_at for line in lines)
    assert [line.position for line in lines] == sorted(line.position for line in lines)


def test_e3_what_was_asked_and_taken_by_others_is_not_in_it(room: Room) -> None:
    before = words(room, "1")
    room.happens(said.asked("A2"))

    assert words(room, "1") == before
