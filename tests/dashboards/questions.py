"""A panel's question as Prometheus takes it, with what Grafana puts in."""

from tests.dashboards.panels import PACE


def runnable(expr: str, room: str, pace: str = "20s") -> str:
    """`pace`: four times as long as between two scrapes."""
    return expr.replace("$room", room).replace(PACE, pace)
