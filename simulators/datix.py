"""The side of an incident reporting system, and of a security team, that takes what Forewarn
drafts (R1, R3), with fault switches.

Keeps to docs/reports.md. What it took is a JSON line each on standard output.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web

from schemas.report import REPORTS_CONTRACT
from simulators.receiving import Json, Receiving
from simulators.receiving_cli import parser_of, run

NAME = "datix"
ABOUT = """\
An incident reporting system that takes drafts, and a security team's system that takes notices.\
"""
DRAFTS, NOTICES = "/reports/v1/drafts", "/security/v1/notices"
DRAFTED, NOTIFIED = "report.drafted", "assault.notified"


@dataclass
class Datix(Receiving):
    """Drafts that await a reviewer, assaults that the security team was told of, and the numbers
    that the records were given."""

    contract = REPORTS_CONTRACT
    path = DRAFTS
    types = (DRAFTED, "report.withdrawn", NOTIFIED, "assault.withdrawn")

    records: dict[str, Json] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def drawer(self, said: Json) -> dict[str, Json]:
        return self.records

    def app(self) -> web.Application:
        """Serves DRAFTS and NOTICES."""
        app = super().app()
        app.router.add_get(NOTICES, self._there)
        app.router.add_post(NOTICES, self._message)
        return app

    def drafts(self) -> list[Json]:
        """The incident reports; what was taken back is gone."""
        return [one for one in self.records.values() if one["type"] == DRAFTED]

    def notices(self) -> list[Json]:
        """The assaults; what was taken back is gone."""
        return [one for one in self.records.values() if one["type"] == NOTIFIED]

    def _answer(self, status: int, name: str, revision: int, standing: str) -> tuple[int, Json]:
        status, answer = super()._answer(status, name, revision, standing)
        if name in self.records:
            number = self.numbers.setdefault(name, f"W{len(self.numbers) + 1:06d}")
            answer["reference"] = number
        return status, answer


def main(argv: Sequence[str]) -> int:
    given = parser_of(NAME, ABOUT, 8120).parse_args(argv)
    where = f"takes drafts at {{at}}{DRAFTS} and notices at {{at}}{NOTICES}"
    return run(NAME, Datix, given, where)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
