"""A circle is scored against the dwellings in it, and alone never raises the flag (C4, N6, M2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.domain.matching import MarkerIndex
from middleware.domain.matching.circle import MOST_ALONE, dwellings
from schemas.caller import CallerPlace
from schemas.check import SURE, Outcome, Relation
from schemas.marker import Marker
from tests.said import marker

HERE = (51.50000, -0.50000)
NORTH_10_M, NORTH_60_M = 51.50009, 51.50054


def at(name: str, latitude: float, longitude: float = HERE[1], number: int = 14) -> Marker:
    return marker(name, f"{number} Mill Lane, Exampleton", phones=()).model_copy(
        update={"latitude": latitude, "longitude": longitude}
    )


@pytest.fixture
def index() -> MarkerIndex:
    index = MarkerIndex()
    index.put(at("near", NORTH_10_M))
    index.put(at("far", NORTH_60_M, number=88))
    index.put(marker("nowhere", "3 Mill Lane, Exampleton"))
    return index


def circle(radius: float, confidence: int | None = 95, **more: str) -> CallerPlace:
    return CallerPlace(
        latitude=HERE[0], longitude=HERE[1], radius_m=radius, confidence=confidence, **more
    )


def test_a_marker_in_the_circle_is_possible_and_asks_for_the_address(index: MarkerIndex) -> None:
    answer = index.check(circle(20))
    assert answer.outcome is Outcome.POSSIBLE
    (match,) = answer.matches
    assert (match.marker, match.relation) == ("near", Relation.TOO_VAGUE)
    assert match.certainty == 950 // 3
    (reason,) = match.reasons
    assert "a circle of 20 m, with about 3 dwellings in it: ask for the address" in reason


def test_the_more_dwellings_the_less_certain_and_in_a_large_circle_nothing_is_said(
    index: MarkerIndex,
) -> None:
    certainties = [index.check(circle(radius)).matches[0].certainty for radius in (12, 20, 40, 80)]
    assert certainties == sorted(certainties, reverse=True)
    assert dwellings(80) == 50
    assert index.check(circle(1_964)).matches == ()


@pytest.mark.parametrize("radius", [20, 1_964])
def test_c4_a_circle_without_a_marker_is_never_none_found(radius: float) -> None:
    """Most markers have no position: nothing was ruled out."""
    assert MarkerIndex().check(circle(radius)).outcome is Outcome.NOT_CHECKED


def test_with_a_number_that_has_no_marker_the_number_is_what_was_checked(
    index: MarkerIndex,
) -> None:
    assert index.check(circle(5, phone="07700 900999")).outcome is Outcome.NONE_FOUND


def test_an_address_that_is_sure_stays_sure_and_first(index: MarkerIndex) -> None:
    answer = index.check(circle(80, address="14 Mill Lane, Exampleton"))
    assert answer.outcome is Outcome.FOUND
    assert answer.matches[0].marker == "near"
    assert answer.matches[0].reasons[-1] == "the telephone's position is there"
    assert [match.relation for match in answer.matches[1:]] == [Relation.TOO_VAGUE]


def test_a_number_that_agrees_with_the_position_is_likelier_and_still_advice(
    index: MarkerIndex,
) -> None:
    index.put(at("both", NORTH_10_M, number=15).model_copy(update={"phones": ("07700 900123",)}))
    alone = index.check(CallerPlace(phone="07700 900123")).matches[0]
    answer = index.check(circle(20, phone="07700 900123"))
    both = next(match for match in answer.matches if match.marker == "both")
    assert both.certainty > alone.certainty
    assert both.relation is Relation.NUMBER_ONLY
    assert answer.outcome is Outcome.POSSIBLE


def test_a_marker_that_ended_or_moved_is_not_found_where_it_was(index: MarkerIndex) -> None:
    assert index.check(circle(20)).matches
    index.put(at("near", 52.0))
    assert not index.check(circle(20)).matches
    index.put(at("near", NORTH_10_M))
    index.remove("near")
    assert not index.check(circle(20)).matches


def test_a_snapshot_finds_the_same(index: MarkerIndex) -> None:
    assert MarkerIndex.load(index.dump()).check(circle(20)) == index.check(circle(20))


@given(
    latitude=st.floats(49, 61), longitude=st.floats(-9, 2.5), radius=st.floats(0.1, 5_000),
    confidence=st.none() | st.integers(1, 100),
    markers=st.lists(st.tuples(st.floats(-0.002, 0.002), st.floats(-0.002, 0.002)), max_size=8),
)  # fmt: skip
def test_c4_no_circle_alone_ever_raises_the_flag(
    latitude: float, longitude: float, radius: float, confidence: int | None,
    markers: list[tuple[float, float]],
) -> None:  # fmt: skip
    index = MarkerIndex()
    for n, (north, east) in enumerate(markers):
        index.put(at(f"M{n}", latitude + north, longitude + east, number=n + 1))
    place = CallerPlace(
        latitude=latitude, longitude=longitude, radius_m=radius, confidence=confidence
    )
    answer = index.check(place)
    assert answer.outcome in (Outcome.POSSIBLE, Outcome.NOT_CHECKED)
    for match in answer.matches:
        assert match.relation not in SURE
        assert 0 < match.certainty <= MOST_ALONE
