"""What the rules for Prometheus name: enough of PromQL to hold them to the table of metrics."""

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from prometheus_client import Histogram

from adapters.table import names
from middleware.ops import metric_labels
from middleware.ops.metrics import PROCESS, TABLE
from middleware.ports import Kind
from schemas.service import JOURNAL

FOLDER = Path(__file__).parent.parent / "docker" / "prometheus"
CONFIGURED_NAMES: dict[str, set[str]] = {
    "adapter": {JOURNAL, *names(Kind.SOURCE), *names(Kind.CHANNEL)},
    "channel": {"console", *names(Kind.CHANNEL)},
}
"""What labels can be whose values the configuration names."""
EVERYWHERE = {"job", "instance", "room"}
"""Labels that the scraping gives."""
FOREIGN = {
    "up": set[str](),
    "ALERTS": {"alertname", "alertstate", "severity"},
    "alertmanager_notifications_failed_total": {"integration"},
}
"""Metrics of Prometheus and Alertmanager themselves, with their labels."""
WORDS = {"and", "or", "unless", "bool", "offset"}

_STRINGS = r'"(?:[^"\\]|\\.)*"'
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")
_SELECTOR = re.compile(
    r"(?<![\w.:])(?P<name>[A-Za-z_:][\w:]*)\s*(?:\{(?P<inside>[^}]*)\}|(?P<call>\())?"
)
_MATCHER = re.compile(rf"(\w+)\s*(?:=~|!~|!=|=)\s*({_STRINGS})")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a file: an alert, or a share that is recorded under a name."""

    name: str
    expr: str
    is_alert: bool
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


def every_rule() -> Iterator[Rule]:
    for path in sorted((FOLDER / "rules").glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                yield Rule(
                    rule.get("alert") or rule["record"], rule["expr"], "alert" in rule,
                    rule.get("labels", {}), rule.get("annotations", {}),
                )  # fmt: skip


def alerts() -> dict[str, Rule]:
    return {rule.name: rule for rule in every_rule() if rule.is_alert}


def known_metrics() -> dict[str, set[str]]:
    """Each name that can be asked for, with its labels."""
    known = {name: set(labels) for name, labels in FOREIGN.items()}
    known |= {name: set[str]() for name in PROCESS}
    for row in TABLE:
        if row.kind is Histogram:
            known |= {row.name + end: set(row.labels) for end in ("_sum", "_count")}
            known[row.name + "_bucket"] = {*row.labels, "le"}
        else:
            known[row.name] = set(row.labels)
    recorded = {rule.name: set[str]() for rule in every_rule() if not rule.is_alert}
    return known | recorded


def selected(expr: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Each metric that `expr` names, with what it asks of its labels."""
    text = re.sub(r"\[[^\]]*\]", " ", _GROUPING.sub(" ", expr))
    for found in _SELECTOR.finditer(text):
        if not found["call"] and found["name"] not in WORDS:
            inside = _MATCHER.findall(found["inside"] or "")
            yield found["name"], {label: value.strip('"') for label, value in inside}


def problems(expr: str, values: Mapping[str, set[str]]) -> list[str]:
    """What `expr` names that does not exist. `values`: of labels that the configuration names."""
    known, found, labels_here = known_metrics(), list[str](), set(EVERYWHERE)
    for name, asked in selected(expr):
        if name not in known:
            found.append(f"no metric {name}")
            continue
        labels_here |= known[name]
        found += [f"{name} has no label {at}" for at in asked.keys() - known[name] - EVERYWHERE]
        for label in asked.keys() & known[name]:
            possible = _possible(name, label, values)
            wrong = set(asked[label].split("|")) - possible if possible is not None else set()
            found += [f"{name}: {label} is never {value!r}" for value in sorted(wrong)]
    grouped = {label.strip() for inside in _GROUPING.findall(expr) for label in inside.split(",")}
    return found + [f"nothing here has the label {label}" for label in grouped - labels_here]


def _possible(name: str, label: str, values: Mapping[str, set[str]]) -> Set[str] | None:
    """What the label can be; None where nothing is known of it."""
    if label == "le":
        return _bounds(name)
    return metric_labels.values(name, label) or values.get(label)


def _bounds(name: str) -> set[str]:
    """The `le` of a histogram's buckets, as they are written on /metrics."""
    rows = [row for row in TABLE if name == f"{row.name}_bucket"]
    return {str(float(bound)) for row in rows for bound in row.buckets} | {"+Inf"}


def looks_at_alerts() -> dict[str, list[tuple[str, bool]]]:
    """Alert to the looks of the test files at it, in their order: which test, and whether it
    fires."""
    looks: dict[str, list[tuple[str, bool]]] = {}
    for path in sorted((FOLDER / "tests").glob("*.yml")):
        for test in yaml.safe_load(path.read_text())["tests"]:
            at_times: list[dict[str, Any]] = test.get("alert_rule_test", [])
            for look in at_times:
                fires = bool(look.get("exp_alerts"))
                looks.setdefault(look["alertname"], []).append((test["name"], fires))
    return looks
