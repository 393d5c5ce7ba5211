"""How answers are judged: every figure against an example counted by hand (M2, C4)."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs.match_csv import Truth, read_queries
from middleware.cli.report import scoring
from middleware.cli.report.scoring import Asked, Share


def truth(relation: str = "exact", tier: str = "gold", kind: str = "typo") -> Truth:
    right = frozenset() if relation == "none" else frozenset({"right", "also right"})
    return Truth(kind, relation, tier, right)


def asked(
    shown: str, score: float | None = None, *, is_found: bool = True, **more: str
) -> Asked:  # fmt: skip
    """An answer that shows these markers (`;` between them), the best first."""
    said = None if score is None else score / 100
    return Asked(truth(**more), tuple(filter(None, shown.split(";"))), is_found, score, said)


TRAP = {"relation": "none", "kind": "neg_number"}
NINE = [
    asked("right", 99),
    asked("also right;other", 95),
    asked("other", 90),
    asked("right", 80),
    asked("other", 80, **TRAP),
    asked("right", 60, is_found=False),
    asked("other;right", 50, is_found=False),
    asked("", None, is_found=False),
    asked("", None, is_found=False, **TRAP),
]
"""Seven have a marker; three of the five found are right."""


def test_precision_and_recall_of_what_was_found() -> None:
    point = scoring.found(NINE)
    assert point.precision == Share(3, 5)
    assert point.recall == Share(3, 7)
    assert point.f1 == pytest.approx(2 * (3 / 5) * (3 / 7) / (3 / 5 + 3 / 7))


def test_the_right_one_is_held_where_it_is_shown_at_all() -> None:
    assert scoring.held(NINE) == Share(5, 7)


def test_a_threshold_takes_equal_scores_together() -> None:
    points = [(p.score, p.precision, p.recall) for p in scoring.curve(NINE)]
    assert points == [
        (99, Share(1, 1), Share(1, 7)),
        (95, Share(2, 2), Share(2, 7)),
        (90, Share(2, 3), Share(2, 7)),
        (80, Share(3, 5), Share(3, 7)),
        (60, Share(4, 6), Share(4, 7)),
        (50, Share(4, 7), Share(4, 7)),
    ]


def test_the_most_recall_that_is_precise_enough() -> None:
    point = scoring.at_precision(scoring.curve(NINE), 0.999)
    assert point is not None
    assert (point.score, point.recall) == (95, Share(2, 7))
    assert scoring.at_precision(scoring.curve([asked("other", 50)]), 0.999) is None


def test_the_best_f1() -> None:
    point = scoring.best_f1(scoring.curve(NINE))
    assert point is not None
    assert (point.score, point.f1) == (60, pytest.approx(8 / 13))
    assert scoring.best_f1([]) is None


def test_what_is_below_the_threshold_is_not_believed() -> None:
    believed = scoring.above(NINE, 90)
    assert [row.found for row in believed] == [True] * 3 + [False] * 6
    assert scoring.found(believed).precision == Share(2, 3)
    assert not believed[3].shown


def test_traps_are_counted_by_kind_and_only_where_a_flag_was_raised() -> None:
    rows = [*NINE, asked("other", 70, relation="none", kind="neg_flat", is_found=False)]
    flagged = scoring.traps(rows)
    assert flagged == {"neg_flat": Share(0, 1), "neg_number": Share(1, 2)}
    assert scoring.whole(flagged.values()) == Share(1, 3)


def test_how_traps_ended() -> None:
    advised = asked("other", 70, relation="none", kind="neg_number", is_found=False)
    ended = scoring.by_trap([*NINE, advised])
    assert ended == {"neg_number": Counter(flagged=1, advised=1, quiet=1)}


def test_what_is_ambiguous_is_neither_a_trap_nor_wanted() -> None:
    rows = [asked("other", 90, relation="ambiguous", tier="ambiguous")]
    assert scoring.traps(rows) == {}
    assert scoring.by_kind(rows) == {}
    assert scoring.held(rows) == Share(0, 0)


def test_by_kind_how_each_ended() -> None:
    rows = [*NINE, asked("right", 99, kind="clean")]
    assert scoring.by_kind(rows) == {
        "clean": Counter(right=1),
        "typo": Counter(right=3, wrong=1, held=2, lost=1),
    }


def test_precision_is_counted_on_gold_alone() -> None:
    silver = asked("other", 99, tier="silver")
    assert scoring.of_tier([*NINE, silver], "gold") == NINE
    assert scoring.found(scoring.of_tier([silver], "silver")).recall == Share(0, 1)


def test_calibration_compares_what_was_said_with_what_was_right() -> None:
    rows = [asked("right", 99.2), asked("right", 99.4), asked("other", 99.3), asked("right", 10)]
    low, high = scoring.calibration([*rows, asked("")])
    assert (low.low, low.said, low.right) == (0.0, pytest.approx(0.1), Share(1, 1))
    assert (high.low, high.said, high.right) == (0.99, pytest.approx(0.993), Share(2, 3))


def test_a_certainty_of_one_is_in_the_last_bin() -> None:
    (only,) = scoring.calibration([asked("right", 100)])
    assert only.low == scoring.EDGES[-1]


def test_the_interval_is_wilsons() -> None:
    low, high = Share(8, 10).interval()
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert Share(0, 0).interval() == (0.0, 1.0)


def test_quantiles() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert [scoring.quantile(values, part) for part in (0.0, 0.5, 0.99, 1.0)] == [1, 51, 100, 100]
    assert scoring.quantile([], 0.5) == 0


@given(st.lists(st.tuples(st.sampled_from(["right", "other", ""]), st.integers(0, 5))))
def test_more_belief_never_means_less_recall(answers: list[tuple[str, int]]) -> None:
    points = scoring.curve([asked(shown, score if shown else None) for shown, score in answers])
    recalls = [point.recall.value for point in points]
    assert recalls == sorted(recalls)
    assert all(point.precision.part <= point.precision.of for point in points)


LABELS = b"query_id,query,expected_id,kind,relation,tier,acceptable_ids\n"


def test_the_truth_is_read_from_its_columns() -> None:
    rows = b"Q1,1 A Road,M1,typo,exact,gold,M2;M3|M4\nQ2,2 A Road,,neg_x,none,gold,\n"
    one, two = (query.truth for query in read_queries(LABELS + rows))
    assert one == Truth("typo", "exact", "gold", frozenset({"M1", "M2", "M3", "M4"}))
    assert one.has_marker
    assert not one.is_trap
    assert two == Truth("neg_x", "none", "gold", frozenset())
    assert two.is_trap


@pytest.mark.parametrize("labels", ["M1,typo,perhaps,gold,", "M1,typo,exact,brass,"])
def test_a_truth_that_says_what_is_not_known_is_none(labels: str) -> None:
    (query,) = read_queries(LABELS + f"Q1,1 A Road,{labels}\n".encode())
    assert query.truth is None
    assert query.place is not None


def test_a_query_that_cannot_be_put_still_counts() -> None:
    data = LABELS.replace(b"query,", b"query,latitude,") + b"Q1,1 A Road,x,M1,typo,exact,gold,\n"
    (query,) = read_queries(data)
    assert query.place is None
    assert query.truth is not None
