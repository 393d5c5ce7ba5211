"""The Grafana dashboards (O1): as the code makes them, every question one that Prometheus takes,
about metrics, labels and values that exist, with the limits of the alerts. No Grafana was run."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from middleware.config import Config
from middleware.ops.metrics import TABLE
from tests.dashboards.boards import BOARDS
from tests.dashboards.grafana import FOLDER, written
from tests.dashboards.panels import Board, Limit, Look, Panel
from tests.dashboards.questions import runnable
from tests.needs import require
from tests.promql import CONFIGURED_NAMES, alerts, every_rule, problems, selected

DOCKER = FOLDER.parents[1]
PATIENCE_S = 90
PANELS = [(board, panel) for board in BOARDS for panel in board.panels()]
LIMITS = [(panel, limit) for _, panel in PANELS for limit in panel.limits]


def _of(board: Board, panel: Panel) -> str:
    return f"{board.title}: {panel.title}"


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_o1_the_committed_dashboard_is_what_the_code_makes(board: Board) -> None:
    committed = (FOLDER / f"{board.uid}.json").read_text(encoding="utf-8")
    assert committed == written(board), "python -m tests.dashboards"


def test_o1_no_other_dashboard_lies_there() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {board.uid for board in BOARDS}


@pytest.mark.parametrize(
    ("board", "panel"), PANELS, ids=[_of(board, panel) for board, panel in PANELS]
)
def test_o1_a_panel_asks_only_for_metrics_labels_and_values_that_exist(
    board: Board, panel: Panel
) -> None:
    for query in panel.queries:
        assert not problems(query.expr, CONFIGURED_NAMES), query.expr
        named = set(re.findall(r"\{\{(\w+)\}\}", query.legend))
        grouped = {label for inside in re.findall(r"by \(([^)]*)\)", query.expr)
                   for label in inside.split(", ")}  # fmt: skip
        assert named <= grouped, "the legend names a label that the answer does not have"


def test_o1_every_metric_of_the_table_is_on_a_dashboard() -> None:
    """Or within a rule whose share is."""
    exprs = [query.expr for _, panel in PANELS for query in panel.queries]
    exprs += [rule.expr for rule in every_rule() if not rule.is_alert]
    asked = {name for expr in exprs for name, _ in selected(expr)}
    parts = {row.name: {row.name, f"{row.name}_bucket", f"{row.name}_sum"} for row in TABLE}
    assert not [name for name, there in parts.items() if not there & asked]


def test_o1_a_question_about_what_does_not_exist_is_found() -> None:
    assert problems('sum(forewarn_notes{room="$room",state="lost"})', CONFIGURED_NAMES)
    assert problems('sum by (patient) (forewarn_notes{room="$room"})', CONFIGURED_NAMES)


def test_o1_prometheus_takes_every_question(tmp_path: Path) -> None:
    rules = [
        {"record": f"asked:{number}", "expr": runnable(query.expr, room="eoc1")}
        for number, query in enumerate(q for _, panel in PANELS for q in panel.queries)
    ]
    for rule in rules:
        rule["record"] = rule["record"].translate(str.maketrans("0123456789", "abcdefghij"))
    file = tmp_path / "asked.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}))
    done = subprocess.run(
        [require("promtool"), "check", "rules", file],
        capture_output=True, text=True, check=False, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules)} rules found" in done.stdout
    assert "$" not in file.read_text()


@pytest.mark.parametrize(
    ("panel", "limit"), LIMITS, ids=[f"{p.title}: {limit.value:g}" for p, limit in LIMITS]
)
def test_o1_a_limit_is_that_of_its_alert_or_of_the_configuration(
    panel: Panel, limit: Limit
) -> None:
    named = re.search(r"alert (\w+)", limit.why)
    if named:
        assert re.search(rf"> {re.escape(f'{limit.value:g}')}\b", alerts()[named[1]].expr) or (
            limit.value in {0.001, 1}  # more than none at all
            and re.search(r"> 0\b|== 1\b", alerts()[named[1]].expr)
        )
    configured = {
        "check.limit": Config().check.limit,
        "journal.limit": Config().journal.limit,
        "probes.overdue": Config().probes.overdue,
        "check.index_behind_limit": Config().check.index_behind_limit,
        "first wait of the ladder": Config().escalation.rung[0].wait,
        "first wait of [[man_down.step]]": Config().man_down.step[0].wait,
        "first wait of [[back_up.police]]": Config().back_up.police[0].wait,
    }
    for key, value in configured.items():
        if key in limit.why:
            assert limit.value == value.total_seconds(), key


def test_o1_limits_grow_and_get_worse() -> None:
    order = ("blue", "green", "yellow", "orange", "red")
    for board, panel in PANELS:
        values = [limit.value for limit in panel.limits]
        colours = [order.index(limit.colour) for limit in panel.limits]
        assert values == sorted(values), _of(board, panel)
        assert colours == sorted(colours), _of(board, panel)


def test_o1_the_supervisor_sees_whatever_calls_the_supervisor() -> None:
    """Every alert that goes to the supervisor with a figure of people has its panel on the first
    dashboard, or is named there by the panel of alerts."""
    now = BOARDS[0]
    assert now.title == "Control room now"
    (firing,) = [panel for panel in now.panels() if panel.title == "Alerts that fire"]
    assert "ALERTS" in firing.queries[0].expr
    shown = {name for panel in now.panels() for query in panel.queries
             for name in re.findall(r"(?:forewarn|room:forewarn)_\w+", query.expr)}  # fmt: skip
    for alert in alerts().values():
        if alert.labels.get("severity") == "critical" and alert.labels.get("to") == "supervisor":
            figures = set(re.findall(r"forewarn_\w+_(?:seconds|open)\b", alert.expr))
            assert figures <= shown, alert.name


def test_o1_grafana_finds_prometheus_and_the_dashboards_where_compose_puts_them() -> None:
    services = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]
    grafana, folder = services["grafana"], DOCKER / "grafana" / "provisioning"
    mounts = dict(mount.split(":")[:2] for mount in grafana["volumes"])
    (provider,) = yaml.safe_load((folder / "dashboards/forewarn.yml").read_text())["providers"]
    assert mounts["./grafana/dashboards"] == provider["options"]["path"]
    assert mounts["./grafana/provisioning"] == grafana["environment"]["GF_PATHS_PROVISIONING"]
    (source,) = yaml.safe_load((folder / "datasources/prometheus.yml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert "127.0.0.1:9090:9090" in services["prometheus"]["ports"]
    scraped = yaml.safe_load((DOCKER / "prometheus/prometheus.yml").read_text())
    assert source["jsonData"]["timeInterval"] == scraped["global"]["scrape_interval"]
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (FOLDER / Path(home).name).exists()
    assert grafana["image"].endswith(f":{_grafana_of_the_types()}}}")


def _grafana_of_the_types() -> str:
    from importlib.metadata import version

    return version("grafana-foundation-sdk").split("!")[1]


def test_o1_what_is_made_can_be_read_by_grafanas_own_types() -> None:
    from grafana_foundation_sdk.models.dashboard import Dashboard

    for board in BOARDS:
        read = Dashboard.from_json(json.loads(written(board)))
        assert read.title == board.title
        panels = [panel for panel in read.panels or () if panel.type_val != "row"]
        assert [panel.title for panel in panels] == [panel.title for panel in board.panels()]
        ids = [panel.id_val for panel in read.panels or ()]
        assert len({*ids}) == len(ids)


def test_o1_every_panel_says_what_it_means() -> None:
    for board, panel in PANELS:
        assert len(panel.told.split()) > 3, _of(board, panel)
        assert panel.look is not Look.WORD or panel.words, _of(board, panel)
