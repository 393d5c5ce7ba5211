"""Receipts, acknowledgements and questions (N3, C5, E1)."""

import pytest

from middleware.engine.state import Phase
from schemas import decision as d
from schemas.delivery import NoteOpened
from tests import said
from tests.room import Room, made
from tests.said import HIGH_STREET, MILL_LANE, START, marker


@pytest.fixture
def room() -> Room:
    room = Room()
    room.marker_put(marker("M1", HIGH_STREET))
    room.incident_opened(HIGH_STREET, "A1", "A2")
    return room


def why(room: Room, entry: object) -> list[d.Why]:
    return [i.why for i in made(entry, d.Ignored)]  # type: ignore[arg-type]


def test_n3_displayed_and_acknowledged_are_recorded_apart(room: Room) -> None:
    room.displayed(room.note())
    assert (room.note().shown, room.note().phase) == ({"mdt": 1}, Phase.OPEN)
    room.acknowledged(room.note(), by="S4")
    assert (room.note().phase, room.note().answered_by) == (Phase.ANSWERED, "S4")


@pytest.mark.parametrize(
    ("stages", "early"),
    [
        ((), True),
        (("mobile",), True),
        (("mobile", "at_scene"), False),
        (("at_scene", "cleared"), False),
    ],
)
def test_n3_displayed_before_at_scene_is_a_figure(
    room: Room, stages: tuple[str, ...], early: bool
) -> None:
    for stage in stages:
        getattr(room, stage)("A1")
    (shown,) = made(room.displayed(room.note()), d.Shown)

    assert shown.before_at_scene is early


def test_n3_displayed_twice_is_displayed_once(room: Room) -> None:
    room.displayed(room.note())

    assert why(room, room.displayed(room.note())) == [d.Why.ALREADY]


def test_n3_an_older_revision_displayed_late_takes_nothing_back(room: Room) -> None:
    room.marker_put(marker("M1", HIGH_STREET, what="knife seen"))
    room.displayed(room.note())

    assert why(room, room.displayed(room.note(), revision=1)) == [d.Why.ALREADY]
    assert room.note().shown == {"mdt": 2}


def test_n3_a_revision_that_was_never_issued_is_not_believed(room: Room) -> None:
    assert why(room, room.displayed(room.note(), revision=9)) == [d.Why.UNKNOWN]
    assert why(room, room.acknowledged(room.note(), revision=9)) == [d.Why.UNKNOWN]


def test_n3_acknowledging_what_was_replaced_does_not_count(room: Room) -> None:
    room.marker_put(marker("M1", HIGH_STREET, what="knife seen"))

    assert why(room, room.acknowledged(room.note(), revision=1)) == [d.Why.STALE]
    assert room.note().phase is Phase.OPEN


def test_n3_acknowledging_what_was_withdrawn_does_not_count(room: Room) -> None:
    room.stood_down("A1")

    assert why(room, room.acknowledged(room.note())) == [d.Why.STALE]
    assert room.note().phase is Phase.WITHDRAWN


def test_n3_a_device_speaks_for_itself_alone(room: Room) -> None:
    assert why(room, room.displayed(room.note("A1"), device="A2")) == [d.Why.UNKNOWN]
    assert why(room, room.acknowledged(room.note("A1"), device="A2")) == [d.Why.UNKNOWN]
    assert room.note("A1").phase is Phase.OPEN


def test_n3_acknowledged_twice_counts_for_the_first_person(room: Room) -> None:
    room.acknowledged(room.note(), by="S1")

    assert why(room, room.acknowledged(room.note(), by="S2")) == [d.Why.ALREADY]
    assert room.note().answered_by == "S1"


def test_n3_who_acknowledged_has_seen_it(room: Room) -> None:
    """The receipt of the display was lost on the way; the acknowledgement says it too."""
    entry = room.acknowledged(room.note())

    assert [s.revision for s in made(entry, d.Shown)] == [1]


def test_n7_that_a_note_was_taken_away_is_recorded(room: Room) -> None:
    room.stood_down("A1")
    note = room.note("A1")
    room.happens(said.displayed("A1", note.id, note.revision, kind="removed"))

    assert note.shown == {"mdt": 2}


def test_n3_a_device_that_returns_is_seen(room: Room) -> None:
    (returned,) = made(room.happens(said.seen("A1")), d.DeviceReturned)

    assert (returned.device, returned.channel) == ("A1", "mdt")


def test_c5_the_crew_asks_and_is_answered_for_its_own_incidents(room: Room) -> None:
    room.incident_opened(MILL_LANE, "A3", number="2")
    (answered,) = made(room.happens(said.asked("A3", "q7")), d.AskAnswered)

    assert (answered.ask, answered.device) == ("q7", "A3")
    assert answered.incidents == (room.incident("2").id,)


@pytest.mark.parametrize("end", ["stood_down", "cleared", "closed"])
def test_c5_who_is_on_no_incident_is_answered_with_none(room: Room, end: str) -> None:
    room.closed() if end == "closed" else getattr(room, end)("A1")
    (answered,) = made(room.happens(said.asked("A1")), d.AskAnswered)

    assert answered.incidents == ()


def test_e1_who_looked_at_which_note_is_on_record(room: Room) -> None:
    opened = NoteOpened(
        source="console", id="open/1", occurred_at=START,
        subject=room.note().id, by="Kim", role="call_handler",
    )  # fmt: skip

    assert made(room.happens(opened), d.Noted)
