"""The catalogue of metrics (O1): what each label can be, bounds that fit the limits, and that what
a service says is in it."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest
from prometheus_client import Counter, Histogram, generate_latest

from middleware.config import Config
from middleware.engine.alarm import AlarmPhase
from middleware.engine.back_up import BackUpPhase
from middleware.engine.mistakes import WAITS_OR_HIDES
from middleware.engine.on_safety import UNREADABLE
from middleware.engine.state import Phase
from middleware.flow.report_figures import NOT_KNOWN
from middleware.ops.metric_labels import CONFIGURED, FIXED, bound, values
from middleware.ops.metrics import TABLE, Metrics, Row
from middleware.ops.metrics_page import unit
from tests.catalogue import strangers


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_o1_each_label_has_its_closed_set_or_is_a_configured_name(row: Row) -> None:
    for label in row.labels:
        assert (values(row.name, label) is None) == (label in CONFIGURED), label


def test_o1_nothing_is_said_of_labels_that_do_not_exist() -> None:
    labels = {(row.name, label) for row in TABLE for label in row.labels}
    assert FIXED.keys() <= labels
    assert CONFIGURED.keys() <= {label for _, label in labels}


@pytest.mark.parametrize(
    ("metric", "label", "words"),
    [
        ("forewarn_notes", "state", {*Phase}),
        ("forewarn_alarms", "state", {*AlarmPhase}),
        ("forewarn_back_ups", "state", {*BackUpPhase}),
        ("forewarn_mistakes", "state", WAITS_OR_HIDES),
    ],
)
def test_o1_states_are_those_of_the_engine(metric: str, label: str, words: set[str]) -> None:
    assert values(metric, label) == frozenset(map(str, words))


def test_o1_words_beside_a_set_are_those_of_the_code() -> None:
    assert UNREADABLE in (values("forewarn_man_down_signals_total", "signal") or ())
    assert NOT_KNOWN in (values("forewarn_reports_drafted_total", "category") or ())


def test_o1_how_many_series_there_can_be_is_known_and_small() -> None:
    for row in TABLE:
        many, of = bound(row.name, row.labels)
        assert many <= 60, row.name
        assert of.count("×") == 0, f"{row.name}: at most one label that the configuration names"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_o1_a_name_says_the_unit_and_whether_it_only_grows(row: Row) -> None:
    assert row.name.endswith("_total") == (row.kind is Counter)
    assert not row.name.endswith(("_ms", "_time", "_age", "_minutes", "_size"))
    assert row.kind is not Histogram or unit(row.name) == "seconds" or "records" in row.name


def _buckets(name: str) -> tuple[float, ...]:
    (row,) = (row for row in TABLE if row.name == name)
    return row.buckets


def _ends(steps: Iterable[Any]) -> list[float]:
    """When each of these waits is over, one after the other."""
    return [*accumulate(step.wait.total_seconds() for step in steps)]


def test_o1_every_limit_of_the_default_configuration_is_a_bound_of_its_histogram() -> None:
    config = Config()
    limits: dict[str, list[float]] = {
        "forewarn_check_seconds": [config.check.limit.total_seconds()],
        "forewarn_journal_append_seconds": [0.25, config.journal.limit.total_seconds()],
        "forewarn_source_to_displayed_seconds": [config.escalation.rung[0].wait.total_seconds()],
        "forewarn_alarm_accept_seconds": _ends(config.man_down.step),
        "forewarn_back_up_answer_seconds": [
            *_ends(config.back_up.police), config.back_up.come_within.total_seconds(),
        ],
        "forewarn_assault_taken_seconds": [timedelta(minutes=5).total_seconds()],
    }  # fmt: skip
    for name, bounds in limits.items():
        assert {*bounds} <= {*_buckets(name)}, name


def test_o1_what_the_catalogue_does_not_know_is_found_on_the_page_of_a_service() -> None:
    metrics = Metrics()
    metrics.gauge("forewarn_notes", state="open").set(1)
    said = generate_latest(metrics.registry).decode()
    assert strangers(said) == []
    for wrong, found in (
        (said.replace('state="open"', 'state="lost"'), "forewarn_notes: state is 'lost'"),
        (said.replace('state="open"', 'patient="x"'), "forewarn_notes has the labels ['patient']"),
        (said.replace("forewarn_tasks_open", "forewarn_tasks"), "no forewarn_tasks_open"),
        (said + "forewarn_other 1\n", "the table does not know forewarn_other"),
    ):
        assert found in strangers(wrong)
