"""The Grafana dashboards as code: `python -m tests.dashboards` writes docker/grafana and
docs/dashboards.md; `python -m tests.dashboards.shift` draws their pictures from a shift."""
