"""The side of an incident reporting system, and of a security team, that takes what Forewarn
drafts (R1, R3), with fault switches.

Keeps to docs/reports.md. What it took is a JSON line each on standard output.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from aiohttp import web

from schemas.report import REPORTS_CONTRACT
from simulators.receiving import Json, Receiving, add_arguments, faults_of, serving

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
    asked = _parser().parse_args(argv)
    token = asked.token_file.read_text().strip() if asked.token_file else None
    datix = Datix(faults_of(asked), Random(asked.seed), token, took=_say)
    try:
        asyncio.run(_run(datix, asked.host, asked.port))
    except KeyboardInterrupt:
        answered = ", ".join(f"{count} {standing}" for standing, count in datix.answered.items())
        print(f"stopped: {answered or 'nothing came'}", file=sys.stderr)
    return 0


def _say(said: Json) -> None:
    print(json.dumps(said), flush=True)


async def _run(datix: Datix, host: str, port: int) -> None:
    async with serving(datix, host, port) as bound:
        at = f"http://{host}:{bound}"
        where = f"takes drafts at {at}{DRAFTS} and notices at {at}{NOTICES}"
        print(where, file=sys.stderr, flush=True)
        await asyncio.Event().wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators datix",
        description="An incident reporting system that takes drafts, and a security team's system "
        "that takes notices. Each message that it took is one JSON line on standard output.",
    )
    parser.add_argument("--token-file", type=Path, help="file with the token that is asked for")
    add_arguments(parser, 8120)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
