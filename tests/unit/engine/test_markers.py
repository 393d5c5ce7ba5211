"""What follows from decisions about markers (M1, M3, M5, C3)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from middleware.engine.markers import LAYERS_KEPT, Markers
from middleware.engine.state import Phase
from middleware.flow.bodies import note_body
from schemas import decision as d
from schemas.check import Outcome
from schemas.marker import Category, Scope, Severity
from schemas.markers_in import IndexFollowed
from tests.room import RULES, Room, made, refold
from tests.said import HIGH_STREET, MILL_LANE, START, marker

LAST_DAY = date(2026, 11, 22)


@pytest.fixture
def room() -> Room:
    """A crew is on its way to 14 High Street; nothing is known of it yet."""
    room = Room()
    room.incident_opened(HIGH_STREET, "A1")
    return room


def test_c3_a_marker_added_reaches_the_crew_on_its_way(room: Room) -> None:
    room.mobile("A1")
    late = room.marker_put(marker("M1", HIGH_STREET))

    assert [n.callsign for n in made(late, d.NoteIssued)] == ["A1"]
    assert room.incident().checked.outcome is Outcome.FOUND


def test_c3_every_live_incident_and_call_is_checked_again_once(room: Room) -> None:
    room.incident_opened(MILL_LANE, number="2")
    room.incident_opened(MILL_LANE, number="3")
    room.closed("3")
    followed = room.marker_put(marker("M1", HIGH_STREET))

    checked = [a.subject for a in made(followed, d.Assessed)]
    assert checked == [room.incident("1").id, room.incident("2").id]


def test_c3_rechecks_follow_the_index_and_not_the_decision(room: Room) -> None:
    """Before the index has it, a check would not find it."""
    put = room.happens(room.team.put(marker("M1", HIGH_STREET)))
    assert not made(put, d.RechecksOrdered)
    followed = room.happens(
        IndexFollowed(source="self", id="index", revision=put.position, occurred_at=room.now)
    )
    assert [r.subject for r in made(followed, d.RechecksOrdered)] == [None]


def test_m5_nothing_staged_takes_effect_before_a_decision(room: Room) -> None:
    room.happens(room.team.staged("b1", marker("M1", HIGH_STREET)))

    assert room.state.markers.get("M1") is None
    room.happens(room.team.discarded("b1"))
    late = room.happens(room.team.activated("b1"))
    assert [i.why for i in made(late, d.Ignored)] == [d.Why.UNKNOWN]


def test_m5_an_import_in_chunks_comes_into_force_in_one_step(room: Room) -> None:
    room.happens(room.team.staged("b1", marker("M1", HIGH_STREET)))
    room.happens(room.team.staged("b1", marker("M2", MILL_LANE)))
    room.batch_activated("b1")

    assert room.state.markers.get("M1") is not None
    assert len(room.state.markers) == 2
    assert room.note("A1", "M1").phase is Phase.OPEN


def test_m3_a_changed_marker_tells_the_crew_again(room: Room) -> None:
    room.marker_put(marker("M1", HIGH_STREET))
    room.acknowledged(room.note())
    changed = room.marker_put(marker("M1", HIGH_STREET, what="knife seen"))

    assert [(n.revision, n.callsign) for n in made(changed, d.NoteIssued)] == [(2, "A1")]


def test_n6_a_revision_never_says_two_things(room: Room) -> None:
    """The crew hears of a change at once, not only when the index has it."""
    room.marker_put(marker("M1", HIGH_STREET))
    before = note_body(room.state, room.note())
    room.happens(room.team.put(marker("M1", HIGH_STREET, what="knife seen")))
    after = note_body(room.state, room.note())
    room.happens(room.team.staged("b1", marker("M1", HIGH_STREET, what="with a dog")))
    batch = room.happens(room.team.activated("b1"))

    assert (before.revision, after.revision) == (1, 2)
    assert [n.revision for n in made(batch, d.NoteIssued)] == [3]


def test_n7_a_marker_that_is_put_and_over_withdraws(room: Room) -> None:
    room.marker_put(marker("M1", HIGH_STREET))
    past = LAST_DAY - timedelta(days=1)
    put = room.happens(room.team.put(marker("M1", HIGH_STREET, what="knife", ends_on=past)))

    assert [w.reason for w in made(put, d.NoteWithdrawn)] == [d.Ended.MARKER_ENDED]
    assert not made(put, d.NoteIssued)


def test_m3_a_marker_put_again_unchanged_tells_nobody(room: Room) -> None:
    room.marker_put(marker("M1", HIGH_STREET))

    assert not made(room.marker_put(marker("M1", HIGH_STREET)), d.NoteIssued)


def test_n6_what_a_crew_is_not_shown_is_no_news_to_it(room: Room) -> None:
    """Another phone, another end: the note says the same as before."""
    room.marker_put(marker("M1", HIGH_STREET))
    later = LAST_DAY + timedelta(days=90)
    changed = room.marker_put(
        marker("M1", HIGH_STREET, phones=("07700 900123",), ends_on=later, basis="appeal")
    )

    assert not made(changed, d.NoteIssued)


def test_n6_every_field_that_a_note_shows_is_news(room: Room) -> None:
    """Whatever changes on the device is a new revision."""
    room.marker_put(marker("M1", HIGH_STREET))
    changes: dict[str, Any] = {
        "scope": Scope.DWELLING,
        "category": Category.VERBAL_ABUSE,
        "severity": Severity.LOW,
        "what": "shouted",
        "happened_on": date(2024, 9, 1),
        "review_on": LAST_DAY - timedelta(days=1),
        "source": "police",
    }
    for revision, (name, value) in enumerate(changes.items(), start=2):
        before = note_body(room.state, room.note()).model_dump(exclude={"revision", "expires_at"})
        room.marker_put(marker("M1", HIGH_STREET, **{name: value}))
        after = note_body(room.state, room.note()).model_dump(exclude={"revision", "expires_at"})
        assert room.note().revision == revision, name
        assert before != after, name


def test_m3_an_ended_marker_comes_back_by_decision_only(room: Room) -> None:
    room.marker_put(marker("M1", HIGH_STREET))
    room.marker_ended("M1")
    assert room.state.markers.get("M1") is None
    assert [i.why for i in made(room.marker_ended("M1"), d.Ignored)] == [d.Why.UNKNOWN]
    room.marker_put(marker("M1", HIGH_STREET))

    assert room.note().revision == 3


def test_m5_an_import_brings_back_what_ended_while_it_was_staged(room: Room) -> None:
    """In force since the activation, not since the row was staged."""
    room.marker_put(marker("M1", HIGH_STREET))
    room.happens(room.team.staged("b1", marker("M1", HIGH_STREET)))
    room.marker_ended("M1")
    room.batch_activated("b1")

    assert room.state.markers.get("M1") is not None


def test_m3_a_marker_ends_at_midnight_in_london(room: Room) -> None:
    room.marker_put(marker("M1", HIGH_STREET, ends_on=LAST_DAY))
    room.acknowledged(room.note())

    room.wait(hours=14, minutes=29)
    assert room.state.markers.get("M1") is not None
    room.wait(minutes=1)
    assert room.state.markers.get("M1") is None
    assert room.note().phase is Phase.WITHDRAWN


def test_m3_midnight_is_londons_also_in_summer() -> None:
    room = Room(RULES, datetime(2026, 6, 30, 12, tzinfo=UTC))
    room.marker_put(marker("M1", HIGH_STREET, ends_on=date(2026, 6, 30)))
    over = room.wait(hours=12)

    (ended,) = (e for e in over if made(e, d.MarkersOver))
    assert ended.received_at == datetime(2026, 6, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 5, 1), 24)]
)
def test_m3_days_of_23_and_25_hours_turn_once(day: date, hours: int) -> None:
    room = Room(RULES, datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=2))
    turns = [e.received_at for e in room.wait(hours=52) if e.event.id == "day"]

    first = next(turn for turn in turns if made_on(turn) == day)
    assert turns[turns.index(first) + 1] - first == timedelta(hours=hours)


def made_on(turn: datetime) -> date:
    return (turn + timedelta(hours=2)).date()


def test_m3_a_day_that_turned_while_nothing_ran(room: Room) -> None:
    room.marker_put(marker("M1", HIGH_STREET, ends_on=LAST_DAY))
    room.now += timedelta(days=2)
    started = room.starts()

    assert [o.markers for o in made(started, d.MarkersOver)] == [("M1",)]
    assert [w.reason for w in made(started, d.NoteWithdrawn)] == [d.Ended.MARKER_ENDED]


def test_m3_a_marker_whose_last_day_is_past_never_comes_into_force(room: Room) -> None:
    past = LAST_DAY - timedelta(days=1)
    put = room.marker_put(marker("M1", HIGH_STREET, ends_on=past))
    batch = room.batch_activated(
        "b1", marker("M2", HIGH_STREET, ends_on=past), marker("M3", HIGH_STREET)
    )

    assert not made(put, d.NoteIssued)
    assert [n.matched.marker for n in made(batch, d.NoteIssued)] == ["M3"]


def test_m3_an_extended_marker_outlives_its_first_last_day(room: Room) -> None:
    room.marker_put(marker("M1", HIGH_STREET, ends_on=LAST_DAY))
    room.marker_put(marker("M1", HIGH_STREET, ends_on=LAST_DAY + timedelta(days=365)))
    room.wait(days=2)

    assert room.state.markers.get("M1") is not None


def test_m3_past_its_review_date_a_marker_stays_in_force(room: Room) -> None:
    """Never silently dropped; that it is overdue is counted and shown."""
    room.marker_put(marker("M1", HIGH_STREET, review_on=LAST_DAY))
    room.wait(days=3)

    assert room.state.markers.get("M1") is not None
    assert room.state.markers.overdue(LAST_DAY + timedelta(days=1)) == 1
    assert room.state.markers.overdue(LAST_DAY) == 0


def test_m3_a_review_held_is_no_longer_overdue(room: Room) -> None:
    room.marker_put(marker("M1", HIGH_STREET, review_on=LAST_DAY))
    room.marker_put(marker("M1", HIGH_STREET, review_on=LAST_DAY + timedelta(days=365)))

    assert room.state.markers.overdue(LAST_DAY + timedelta(days=1)) == 0


def test_m1_many_imports_become_one_layer_and_nothing_is_lost() -> None:
    markers = Markers()
    for number in range(1, 3 * LAYERS_KEPT):
        for name in (f"M{number}", "always"):
            one = marker(name, f"{number} Long Lane", ends_on=LAST_DAY)
            markers.stage(f"b{number}", (one,), number * 10)
        markers.activate(f"b{number}", number * 10 + 1, START)
        if number == 5:
            markers.end("M3", number * 10 + 2, START)

    assert len(markers.layers) <= LAYERS_KEPT
    assert len(markers) == 3 * LAYERS_KEPT - 1
    assert markers.get("M3") is None
    newest = markers.get("always")
    assert newest is not None
    assert newest.read().address == f"{3 * LAYERS_KEPT - 1} Long Lane"
    assert len(markers.ended_before(LAST_DAY + timedelta(days=1))) == len(markers)


def test_e3_markers_fold_to_the_same(room: Room) -> None:
    for number in range(12):
        room.batch_activated(f"b{number}", marker(f"M{number}", HIGH_STREET))
        room.marker_put(marker(f"P{number}", MILL_LANE))
        room.marker_ended(f"M{number // 2}")

    assert refold(room.entries) == room.state
