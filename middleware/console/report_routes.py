"""GET /api/reports: all drafts as CSV or JSON, ready for an import (R1); who took them is on record
first (E1)."""

from dataclasses import dataclass

from aiohttp import web

from middleware.console.acts import Acts
from middleware.console.guard import CALLER
from middleware.console.projection import Projection
from middleware.domain.report_csv import write_csv
from middleware.domain.report_json import write_json
from middleware.flow.report_bodies import exported

SUBJECT = "reports"
"""What the record of a view names."""


@dataclass(frozen=True, slots=True)
class ReportRoutes:
    """The handler below /api/reports."""

    acts: Acts
    projection: Projection

    async def export(self, request: web.Request) -> web.Response:
        """?format=csv (left out: json), ?dropped=1 with those that were taken back."""
        wanted = request.query.get("format", "json")
        if wanted not in ("csv", "json"):
            raise web.HTTPBadRequest(text="format: csv or json, please")
        await self.acts.open_note(request[CALLER], SUBJECT)
        reports = exported(self.projection.state, dropped=request.query.get("dropped") == "1")
        if wanted == "json":
            return web.Response(text=write_json(reports), content_type="application/json")
        return web.Response(
            text=write_csv(reports),
            content_type="text/csv",
            headers={"Content-Disposition": 'attachment; filename="reports.csv"'},
        )
