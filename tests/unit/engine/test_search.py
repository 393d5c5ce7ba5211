"""A search in the EOC: the same answer as everywhere, in three values, on record (C4, C5, E1)."""

from datetime import datetime

import pytest

from schemas.check import NotChecked, Outcome
from schemas.search import By, SearchAnswered, SearchMade
from tests.room import Room, made
from tests.said import HIGH_STREET, MILL_LANE, START, marker


def search(by: By, searched: str, at: datetime = START) -> SearchMade:
    return SearchMade(
        source="console",
        id=f"search/{by}/{searched}",
        occurred_at=at,
        by="Dee",
        role="dispatcher",
        reason="crew asks by telephone",
        search_by=by,
        searched=searched,
    )


@pytest.fixture
def room() -> Room:
    """A marker at 14 High Street, and A1 on its way there on incident 1."""
    room = Room()
    room.marker_put(marker("M1", HIGH_STREET))
    room.incident_opened(HIGH_STREET, "A1")
    return room


def answer(room: Room, by: By, searched: str) -> SearchAnswered:
    (answered,) = made(room.happens(search(by, searched)), SearchAnswered)
    return answered


@pytest.mark.parametrize(
    ("by", "searched"), [(By.ADDRESS, HIGH_STREET), (By.INCIDENT, "1"), (By.CALLSIGN, "a1")]
)
def test_c5_address_incident_and_call_sign_give_the_same_answer(
    room: Room, by: By, searched: str
) -> None:
    found = answer(room, by, searched)

    assert (found.outcome, found.markers) == (Outcome.FOUND, ("M1",))
    assert found.incidents == (room.incident().id,)
    checked = room.incident().checked
    assert checked is not None
    assert found.outcome is checked.outcome


def test_c4_a_marked_number_is_found_by_the_number() -> None:
    room = Room()
    room.marker_put(marker("M2", None, phones=("07700 900123",)))

    assert answer(room, By.NUMBER, "07700 900123").markers == ("M2",)


def test_c4_where_nothing_is_known_it_is_said_so_and_is_not_nothing(room: Room) -> None:
    assert answer(room, By.ADDRESS, MILL_LANE).outcome is Outcome.NONE_FOUND
    for by in (By.INCIDENT, By.CALLSIGN):
        nobody = answer(room, by, "999999")
        assert (nobody.outcome, nobody.reason) == (
            Outcome.NOT_CHECKED,
            NotChecked.NOTHING_TO_CHECK,
        )


def test_c4_what_could_not_be_checked_is_not_none_found(room: Room) -> None:
    room.not_checked = NotChecked.INDEX_BEHIND
    missed = answer(room, By.ADDRESS, HIGH_STREET)

    assert (missed.outcome, missed.reason) == (Outcome.NOT_CHECKED, NotChecked.INDEX_BEHIND)


def test_e1_a_search_changes_nothing_but_the_record(room: Room) -> None:
    before = dict(room.state.incidents), dict(room.state.notes), dict(room.state.timers)
    entry = room.happens(search(By.NUMBER, "07700 900123"))

    assert before == (room.state.incidents, room.state.notes, room.state.timers)
    said = [one.model_dump_json() for one in entry.decisions]
    assert not any("900123" in words for words in said), "a number is in no decision"


def test_e1_nobody_searches_without_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        search(By.NUMBER, "1").model_validate(search(By.NUMBER, "1").model_dump() | {"reason": ""})
