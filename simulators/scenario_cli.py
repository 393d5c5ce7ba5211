"""`python -m simulators scenario`: a storyboard to a file, and what came of it against it."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from simulators.scenario import Scenario, Wrong, write
from simulators.scenario_check import missed, read_outcome

EXAMPLE = """example:
  python -m simulators scenario simulators/scenarios/01-solo-responder.yaml --out s.jsonl
  forewarn replay s.jsonl --out o.jsonl
  python -m simulators scenario simulators/scenarios/01-solo-responder.yaml --outcome o.jsonl

With --outcome it ends with 0 when all came as expected, 1 when not. docs/scenarios.md explains.
"""


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m simulators scenario",
        description="Play a storyboard (YAML) to a file for `forewarn replay`, or check what came.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    to_do = parser.add_mutually_exclusive_group(required=True)
    to_do.add_argument("--out", type=Path, metavar="FILE", help="write the recording here")
    to_do.add_argument("--outcome", type=Path, metavar="FILE", help="check this outcome")
    asked = parser.parse_args(argv)
    try:
        scenario = Scenario.read(asked.file)
        if asked.out:
            write(scenario, asked.out)
            return 0
        return _check(scenario, asked.outcome)
    except (Wrong, OSError) as fault:
        print(f"scenario: {fault}", file=sys.stderr)
        return 2


def _check(scenario: Scenario, outcome: Path) -> int:
    told = missed(scenario, read_outcome(outcome))
    for line in told:
        print(f"not as expected: {line}")
    print(
        f"{scenario.title}: {len(scenario.expected) - len(told)} of {len(scenario.expected)} held"
    )
    return 1 if told else 0
