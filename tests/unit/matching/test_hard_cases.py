"""The table of hard cases that a control room keeps (M2, C3, C4)."""

import re
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from middleware.domain.matching import MarkerIndex
from schemas.check import Outcome, Whereabouts
from schemas.marker import Marker, Scope
from tests.address_markers import address_marker

TABLE = Path(__file__).with_name("hard_cases.txt")
OUTCOMES = {
    "found": Outcome.FOUND,
    "possible": Outcome.POSSIBLE,
    "none": Outcome.NONE_FOUND,
    "unread": Outcome.NOT_CHECKED,
}


def lines() -> list[tuple[int, str]]:
    """What the table says, with the numbers of its lines."""
    rows = enumerate(TABLE.read_text(encoding="utf-8").splitlines(), start=1)
    return [(number, row) for number, row in rows if row.strip() and not row.startswith("#")]


def markers() -> list[Marker]:
    """The MARKER lines."""
    found = []
    for _, row in lines():
        if row.startswith("MARKER"):
            _, key, scope, rest = row.split(maxsplit=3)
            address, _, postcode = re.sub(r" {2,}", "\t", rest.strip()).rpartition("\t")
            if not address:
                address, postcode = rest[:-8].strip(), rest[-8:].strip()
            found.append(address_marker(key, address, postcode, Scope(scope)))
    return found


def cases() -> list[ParameterSet]:
    """Line number, outcome, id or nothing, what was said."""
    known = {marker.id for marker in markers()}
    found = []
    for number, row in lines():
        if not row.startswith("MARKER"):
            outcome, rest = row.split(maxsplit=1)
            first = rest.split(maxsplit=1)[0]
            key, said = (first, rest[len(first) :].strip()) if first in known else ("", rest)
            found.append(pytest.param(outcome, key, said, id=f"line {number}: {said}"))
    return found


@pytest.fixture(scope="module")
def index() -> MarkerIndex:
    """One index with every marker of the table."""
    index = MarkerIndex()
    index.put_many(markers())
    return index


@pytest.mark.parametrize(("outcome", "key", "said"), cases())
def test_the_table_of_hard_cases_holds(
    index: MarkerIndex, outcome: str, key: str, said: str
) -> None:
    """M2, C4: what is said leads to the answer in the table."""
    answer = index.check(Whereabouts(address=said))
    assert answer.outcome is OUTCOMES[outcome], answer
    if key:
        assert answer.matches[0].marker == key, answer


def test_the_table_has_markers_and_all_four_answers() -> None:
    """A table that was emptied by mistake proves nothing."""
    assert len(markers()) > 10
    assert {case.values[0] for case in cases()} == set(OUTCOMES)
