"""From our panels to Grafana's own form, by its types (grafana-foundation-sdk)."""

import json
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from string import ascii_uppercase

from grafana_foundation_sdk.builders import common as c
from grafana_foundation_sdk.builders import dashboard as d
from grafana_foundation_sdk.builders import prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as cm
from grafana_foundation_sdk.models import dashboard as dm

from tests.dashboards.panels import Board, Limit, Look, Panel

FOLDER = Path(__file__).parents[2] / "docker" / "grafana" / "dashboards"
SOURCE = dm.DataSourceRef(type_val="prometheus", uid="${datasource}")
TAG = "forewarn"
ROOMS = 'label_values(up{job="forewarn"}, room)'


def written(board: Board) -> str:
    """The file of a dashboard, as Grafana reads it."""
    return json.dumps(_built(board), cls=JSONEncoder, indent=1, sort_keys=True) + "\n"


def _built(board: Board) -> dm.Dashboard:
    made = (
        d.Dashboard(board.title)
        .uid(board.uid).description(board.told).tags([TAG]).readonly()
        .refresh(board.refresh).time(board.since, "now").timezone("Europe/London")
        .with_variable(d.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        .with_variable(_rooms())
        .link(
            d.DashboardLink("Forewarn").type(dm.DashboardLinkType.DASHBOARDS).tags([TAG])
            .include_vars(True).keep_time(False)
        )
    )  # fmt: skip
    number = count(1)
    for row in board.rows:
        made.with_row(d.Row(row.title).id(next(number)))
        for panel in row.panels:
            made.with_panel(_panel(panel).id(next(number)))
    return made.build()


def _rooms() -> d.QueryVariable:
    return (
        d.QueryVariable("room").label("Control room").datasource(SOURCE).query(ROOMS)
        .refresh(dm.VariableRefresh.ON_DASHBOARD_LOAD).sort(dm.VariableSort.ALPHABETICAL_ASC)
    )  # fmt: skip


def _panel(panel: Panel) -> stat.Panel | timeseries.Panel:
    made = _number(panel) if panel.look in {Look.NUMBER, Look.WORD} else _lines(panel)
    made.title(panel.title).description(_told(panel)).datasource(SOURCE)
    made.span(panel.wide).height(panel.high).unit(panel.unit).no_value(panel.none)
    made.thresholds(_thresholds(panel.limits))
    for letter, query in zip(ascii_uppercase, panel.queries, strict=False):
        asked = prometheus.Dataquery().expr(query.expr).legend_format(query.legend)
        made.with_target(asked.ref_id(letter).range())
    if panel.highest is not None:
        made.max(panel.highest)
    return made.min(0)


def _told(panel: Panel) -> str:
    """What it means, and where each limit comes from."""
    limits = (f"- {limit.colour} from {limit.value:g}: {limit.why}" for limit in panel.limits)
    return "\n".join((panel.told, *limits))


def _number(panel: Panel) -> stat.Panel:
    is_word = panel.look is Look.WORD
    made = (
        stat.Panel()
        .reduce_options(c.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .graph_mode(cm.BigValueGraphMode.NONE if is_word else cm.BigValueGraphMode.AREA)
        .color_mode(cm.BigValueColorMode.BACKGROUND)
        .text_mode(cm.BigValueTextMode.VALUE_AND_NAME if is_word else cm.BigValueTextMode.VALUE)
    )
    return made.mappings([_words(panel)]) if panel.words else made


def _words(panel: Panel) -> dm.ValueMap:
    return dm.ValueMap({
        f"{value:g}": dm.ValueMappingResult(text=word, color=colour)
        for value, (word, colour) in panel.words.items()
    })  # fmt: skip


def _lines(panel: Panel) -> timeseries.Panel:
    is_stack = panel.look is Look.STACK
    made = (
        timeseries.Panel()
        .fill_opacity(60 if is_stack else 0).show_points(cm.VisibilityMode.NEVER)
        .legend(
            c.VizLegendOptions().display_mode(cm.LegendDisplayMode.LIST)
            .placement(cm.LegendPlacement.BOTTOM).show_legend(True)
        )
        .thresholds_style(c.GraphThresholdsStyleConfig().mode(
            cm.GraphThresholdsStyleMode.DASHED if panel.limits else cm.GraphThresholdsStyleMode.OFF
        ))
    )  # fmt: skip
    return made.stacking(c.StackingConfig().mode(cm.StackingMode.NORMAL)) if is_stack else made


def _thresholds(limits: Sequence[Limit]) -> d.ThresholdsConfig:
    steps = [dm.Threshold(None, "green" if limits else "blue")]
    steps += [dm.Threshold(limit.value, limit.colour) for limit in limits]
    return d.ThresholdsConfig().mode(dm.ThresholdsMode.ABSOLUTE).steps(steps)
