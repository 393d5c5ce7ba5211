"""Rules and routes of docker/prometheus (O1): every name in them exists, every alert fires, does
not fire and resolves where it should, and reaches whom it is for."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.sources import cad_tcp
from adapters.sources.http_door import Door
from adapters.table import ADAPTERS
from tests.needs import require
from tests.promql import (
    CONFIGURED_NAMES,
    FOLDER,
    Rule,
    alerts,
    every_rule,
    looks_at_alerts,
    problems,
)

DOCS = FOLDER.parents[1] / "docs"
ALWAYS = "WatchingWorks"
ALERTS = alerts()
PATIENCE_S = 90


def _configured(name: str) -> Any:
    return yaml.safe_load((FOLDER / name).read_text())


@pytest.mark.parametrize("rule", [*every_rule()], ids=lambda rule: rule.name)
def test_o1_a_rule_names_only_metrics_labels_and_values_that_exist(rule: Rule) -> None:
    assert not problems(rule.expr, CONFIGURED_NAMES)


@pytest.mark.parametrize(
    ("expr", "wrong"),
    [
        ("rate(forewarn_not_there_total[5m]) > 0", "no metric forewarn_not_there_total"),
        ('forewarn_queue_depth{adapter="x"} > 0', "forewarn_queue_depth has no label adapter"),
        ('forewarn_checks_total{reason=~"fault|tired"}', "reason is never 'tired'"),
        ('forewarn_journal_append_seconds_bucket{le="0.3"}', "le is never '0.3'"),
        ("forewarn_check_seconds > 1", "no metric forewarn_check_seconds"),
        ("sum by (channel) (forewarn_tasks_open)", "nothing here has the label channel"),
        ("up and on (queue) forewarn_tasks_open", "nothing here has the label queue"),
    ],
)
def test_o1_what_does_not_exist_is_found_in_a_rule(expr: str, wrong: str) -> None:
    assert any(wrong in problem for problem in problems(expr, CONFIGURED_NAMES))


def test_o1_only_doors_that_wait_to_be_used_may_stay_empty_without_an_alert() -> None:
    assert [*ADAPTERS.values()], "each module is there"
    waiting = {door.name for door in Door.__subclasses__() if not door.awaited} | {cad_tcp.NAME}
    found = re.search(r'adapter!~"([^"]+)"', ALERTS["AdapterCutOff"].expr)
    assert found
    assert set(found[1].split("|")) == waiting


@pytest.mark.parametrize("alert", [*ALERTS.values()], ids=lambda alert: alert.name)
def test_o1_an_alert_says_what_it_is_what_to_do_and_where_more_is_written(alert: Rule) -> None:
    assert alert.annotations.keys() == {"summary", "do", "page"}
    file, _, section = alert.annotations["page"].partition("#")
    text = (DOCS.parent / file).read_text()
    assert not section or section in _sections(text), alert.annotations["page"]


def _sections(text: str) -> set[str]:
    """The anchors of a page's headings, as they are linked to."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_o1_every_alert_stands_in_the_table_with_how_urgent_it_is_and_for_whom() -> None:
    page = (DOCS / "watching.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([\w ]+) \|", page, re.MULTILINE)
    told = {
        (a.name, a.labels["severity"], a.labels.get("to", "heartbeat")) for a in ALERTS.values()
    }
    assert {(name, severity, to.replace(" ", "_")) for name, severity, to in rows} == told


@pytest.mark.parametrize("name", sorted(ALERTS.keys() - {ALWAYS}))
def test_o1_every_alert_is_tried_before_while_and_after_it_should_fire(name: str) -> None:
    looks = looks_at_alerts()[name]
    fires_in = {test for test, fires in looks if fires}
    around = [[fires for test, fires in looks if test == one] for one in fires_in]
    assert any(not each[0] and any(each) and not each[-1] for each in around)


def _run(program: str, *words: str | Path) -> str:
    done = subprocess.run(
        [require(program), *words],
        capture_output=True, text=True, check=False, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_o1_prometheus_takes_the_configuration_and_every_rule() -> None:
    _run("promtool", "check", "config", FOLDER / "prometheus.yml")


@pytest.mark.parametrize(
    "path", sorted((FOLDER / "tests").glob("*.yml")), ids=lambda path: path.stem
)
def test_o1_alerts_fire_and_resolve_as_prometheus_itself_works_them_out(path: Path) -> None:
    _run("promtool", "test", "rules", path)


def test_o1_alertmanager_takes_the_configuration() -> None:
    _run("amtool", "check-config", FOLDER / "alertmanager.yml")


@pytest.mark.parametrize("alert", [*ALERTS.values()], ids=lambda alert: alert.name)
def test_o1_an_alert_reaches_whom_it_is_for(alert: Rule) -> None:
    to = alert.labels.get("to", "heartbeat")
    labels = [f"{label}={value}" for label, value in alert.labels.items()]
    config = f"--config.file={FOLDER / 'alertmanager.yml'}"
    _run(
        "amtool", "config", "routes", "test", config, f"--verify.receivers={to}",
        f"alertname={alert.name}", *labels,
    )  # fmt: skip


def test_o1_an_alert_that_silences_another_is_one_and_so_is_the_other() -> None:
    named = set[str]()
    for rule in _configured("alertmanager.yml")["inhibit_rules"]:
        for matcher in rule["source_matchers"] + rule["target_matchers"]:
            found = re.fullmatch(r'alertname(?:=|=~|!~)"([^"]+)"', matcher)
            assert found, matcher
            named |= set(found[1].split("|"))
    assert named <= ALERTS.keys()
