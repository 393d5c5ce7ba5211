"""docs/dashboards.md: what each panel says, in the order in which it stands there."""

from collections.abc import Iterator

from tests.dashboards.boards import BOARDS
from tests.dashboards.panels import Board

_HEAD = """\
# Dashboards

Four for Grafana, in `docker/grafana/dashboards/`, made by `python -m tests.dashboards` from
`tests/dashboards/` with Grafana's own types; a test holds the files to the code. With the
containers of [docker.md](docker.md) they are there, *Control room now* first. Elsewhere import the
files into a Grafana 11.6 or later and choose the Prometheus that scrapes Forewarn, or mount both
folders of `docker/grafana/` as `compose.yaml` does. `room` at the top chooses the control room.
Limits are drawn as dashed lines; behind each panel's *i* stand what it means, what to do, and where
its limits come from. They hold figures and configured names, never an address, a number or a person
([metrics.md](metrics.md)).

**No Grafana was available to run.** What was tried (`tests/integration/test_dashboards.py`): each
question is taken by promtool; each metric, label and value in it exists; limits are those of the
alerts and of the default configuration (whoever changes these changes `tests/dashboards` too); the
files are read back by Grafana's types. How Grafana draws them was not seen.

The pictures are our own: `python -m tests.dashboards.shift` plays the demo's shift with all its
simulators, lets a real Prometheus with the rules of `docker/prometheus` scrape it each second, asks
it every panel's question, and draws the answers; below stand minutes and seconds. In that shift
nobody asks for the police, no crew stands off and nothing breaks: those panels stay at 0 or *none*,
as they should.
"""


def dashboards_page() -> str:
    return "\n".join((_HEAD, *(line for board in BOARDS for line in _board(board))))


def _board(board: Board) -> Iterator[str]:
    yield from (f"## {board.title}", "", board.told, "")
    yield from (f"![{board.title}, with the data of a shift](dashboards/{board.uid}.svg)", "")
    yield from ("| panel | what it says |", "|---|---|")
    for panel in board.panels():
        yield f"| {panel.title} | {panel.told} |"
    yield ""
