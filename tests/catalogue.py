"""What a service says on /metrics, held to the table of metrics and to what its labels can be."""

from collections.abc import Iterator

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from middleware.ops.metric_labels import values
from middleware.ops.metrics import PROCESS, TABLE

_ROWS = {row.name: row for row in TABLE}
_CREATED = {name.removesuffix("_total") + "_created" for name in _ROWS}
"""Beside each counter and histogram prometheus-client says since when it counts."""
_OF_THE_KIND = {"le"}


def strangers(text: str) -> list[str]:
    """Whatever the table does not know, and whatever it has and is not there."""
    families = [*text_string_to_metric_families(text)]
    names = {_name(family) for family in families}
    missing = [f"no {name}" for name in sorted((_ROWS.keys() | PROCESS.keys()) - names)]
    return [*missing, *(one for family in families for one in _in_family(family))]


def _name(family: Metric) -> str:
    return f"{family.name}_total" if family.type == "counter" else family.name


def _in_family(family: Metric) -> Iterator[str]:
    name = _name(family)
    if name in PROCESS or name in _CREATED:
        return
    row = _ROWS.get(name)
    if row is None:
        yield f"the table does not know {name}"
        return
    if family.documentation != row.meaning:
        yield f"{name} says another meaning"
    for sample in family.samples:
        yield from _in_sample(name, row.labels, sample)


def _in_sample(name: str, labels: tuple[str, ...], sample: Sample) -> Iterator[str]:
    if sample.labels.keys() - _OF_THE_KIND != {*labels}:
        yield f"{name} has the labels {sorted(sample.labels)}"
    for label, value in sample.labels.items():
        known = values(name, label)
        if known is not None and value not in known:
            yield f"{name}: {label} is {value!r}"
