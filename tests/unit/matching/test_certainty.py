"""How sure a possible match is: what else was said decides, not only what agrees (M2, C4)."""

import pytest

from middleware.domain.matching import MarkerIndex
from schemas.check import Match, Outcome, Whereabouts
from schemas.marker import Marker
from tests.address_markers import address_marker


def best(said: str, *known: Marker) -> Match:
    index = MarkerIndex()
    index.put_many(known)
    answer = index.check(Whereabouts(address=said))
    assert answer.outcome is Outcome.POSSIBLE, answer
    return answer.matches[0]


LONDON = address_marker("M1", "8 Victoria Road, London", "SE99 1AB")
ELSEWHERE = address_marker("M2", "8 Victoria Road, Otherham", "TN99 1AA")
COURT = address_marker("M3", "33 Alder Road, Tenby Vale", "TN99 4AA")


@pytest.mark.parametrize("said", ["8 Victoria Road", "8 Victoria Road, London"])
def test_number_and_street_alone_may_well_be_the_place(said: str) -> None:
    assert best(said, LONDON).certainty > 500


@pytest.mark.parametrize(
    ("said", "known"),
    [("8 Victoria Road, Hounslow", LONDON), ("8 Victoria Road, London", ELSEWHERE)],
)
def test_a_place_that_the_marker_does_not_have_leaves_little(said: str, known: Marker) -> None:
    match = best(said, known)
    assert match.certainty < 50
    assert "a place was given that the marker does not have" in match.reasons[0]


def test_a_number_before_a_building_is_hardly_the_house_of_that_number() -> None:
    """33 Tarn Court, Alder Road is flat 33 of the court, not 33 Alder Road."""
    court = best("33 Tarn Court, Alder Road, Tenby Vale, TN99 4AA", COURT)
    assert court.certainty < 200
