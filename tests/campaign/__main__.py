"""Real faults for hours: `python -m tests.campaign` (or `make campaign HOURS=…`)."""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.campaign.report import written
from tests.campaign.rounds import play
from tests.campaign.stage import Figures

A_ROUND = 42
"""Faults on one pair: each kind twice."""


def main() -> int:
    """0 when every invariant held, 1 otherwise; it gives up where most rounds play no fault."""
    asked = _arguments()
    figures, begun = Figures(), time.monotonic()
    asked.report.mkdir(parents=True, exist_ok=True)
    report = asked.report / f"campaign-{asked.seed}.md"
    seed = asked.seed
    while figures.faults.total() >= figures.rounds and not _done(asked, figures, begun):
        folder, wrong = Path(tempfile.mkdtemp(prefix="campaign-")), len(figures.wrong)
        left = A_ROUND if asked.faults is None else asked.faults - figures.faults.total()
        asyncio.run(play(folder, seed, min(A_ROUND, left), figures, _say))
        if len(figures.wrong) > wrong:
            _say(f"what is left of this round is kept in {folder}")
        else:
            shutil.rmtree(folder)
        seed += 1
        report.write_text(written(figures, asked.seed, (time.monotonic() - begun) / 60))
        _say(f"round {figures.rounds}: {len(figures.wrong)} wrong so far; report in {report}")
    print(report.read_text())
    return 1 if figures.wrong else 0


def _done(asked: argparse.Namespace, figures: Figures, begun: float) -> bool:
    if asked.faults is not None:
        return bool(figures.faults.total() >= asked.faults)
    return bool(time.monotonic() - begun >= asked.hours * 3600)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaign",
        description="Two real services, a real Redis, broker, CAD and devices; kill -9, SIGSTOP "
        "and network faults under load, and the invariants at the end of every round.",
    )
    parser.add_argument("--hours", type=float, default=0.25, help="new rounds begin for so long")
    parser.add_argument("--faults", type=int, help="instead: so many faults")
    parser.add_argument("--seed", type=int, default=1, help="of the first round; then the next")
    parser.add_argument(
        "--report", type=Path, default=Path("reports"), metavar="FOLDER", help="default: reports"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
