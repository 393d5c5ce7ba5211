"""What is judged once for many doors comes to the same as each door judged by itself (M2, C4)."""

import pytest

from middleware.domain.matching.evidence import clean
from middleware.domain.matching.judge import NUMBERED, Judge
from middleware.domain.matching.naming import NAMED, PLACED
from middleware.domain.matching.reader import read
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.settling import has_numbers, has_words
from middleware.domain.matching.store import reading_of, spec_of
from middleware.domain.matching.words import UNSAID
from tests.unit.matching.test_hard_cases import cases, markers

SPECS = [spec_of(marker, reading_of(marker)) for marker in markers()]
ALIKE = [
    other
    for spec in SPECS
    for other in (
        spec, spec._replace(names=()), spec._replace(names=("LARKSPUR", "HOUSE")),
        spec._replace(covers=not spec.covers), spec._replace(places=()), spec._replace(units=()),
        spec._replace(kind="AVENUE"), spec._replace(postcode=""),
    )
]  # fmt: skip
"""Every marker beside others that differ from it in one thing."""
SAID = sorted({str(case.values[2]) for case in cases()})


def reading_of(said: str) -> Reading:
    return read(clean(said)[0]).settled()


@pytest.mark.parametrize("said", SAID)
def test_a_marker_is_judged_alike_whatever_was_judged_before_it(said: str) -> None:
    """C4: the answer for one door does not hang on which other doors were looked at."""
    reading = reading_of(said)
    together = Judge(reading)
    alone = [Judge(reading).judge(spec.line()) for spec in ALIKE]
    assert [together.judge(spec.line()) for spec in ALIKE] == alone


@pytest.mark.parametrize("said", SAID)
def test_nothing_reaches_more_than_it_was_thought_able_to(said: str) -> None:
    """M2: what is given up early, by street and postcode alone, could not have been possible."""
    reading = reading_of(said)
    judge, asked = Judge(reading).judge, set(reading.words) - UNSAID
    for verdict in filter(None, (judge(spec.line()) for spec in SPECS)):
        spec = verdict.spec
        reachable = verdict.street + verdict.postcode + PLACED + NUMBERED
        identical = has_words(asked, spec) and has_numbers(reading, spec)
        assert verdict.points <= reachable + (NAMED if spec.names else 0) or identical
