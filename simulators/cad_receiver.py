"""The side of a CAD that takes notes into its incidents (N2), with fault switches.

Keeps to docs/cad-contract.md. What it took is a JSON line each on standard output.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from simulators.receiving import Json, Receiving, add_arguments, faults_of, serving

PATH = "/cad/v1/notes"


@dataclass
class Receiver(Receiving):
    """What stands in the incidents: (service day, number) to id to the last message about it."""

    contract = "forewarn.cad/1"
    path = PATH
    types = ("note.written", "note.withdrawn")

    incidents: dict[tuple[str, str], dict[str, Json]] = field(default_factory=dict)

    def drawer(self, said: Json) -> dict[str, Json]:
        where = (str(said["service_day"]), str(said["number"]))
        return self.incidents.setdefault(where, {})

    def notes(self, day: str, number: str) -> list[Json]:
        """What a dispatcher sees in the incident: what was withdrawn is gone."""
        said = self.incidents.get((day, number), {}).values()
        return [one for one in said if one["type"] == "note.written"]


def main(argv: Sequence[str]) -> int:
    asked = _parser().parse_args(argv)
    token = asked.token_file.read_text().strip() if asked.token_file else None
    receiver = Receiver(faults_of(asked), Random(asked.seed), token, took=_say)
    try:
        asyncio.run(_run(receiver, asked.host, asked.port))
    except KeyboardInterrupt:
        answered = ", ".join(f"{count} {standing}" for standing, count in receiver.answered.items())
        print(f"stopped: {answered or 'nothing came'}", file=sys.stderr)
    return 0


def _say(said: Json) -> None:
    print(json.dumps(said), flush=True)


async def _run(receiver: Receiver, host: str, port: int) -> None:
    async with serving(receiver, host, port) as bound:
        print(f"takes notes at http://{host}:{bound}{PATH}", file=sys.stderr, flush=True)
        await asyncio.Event().wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulators cad-receiver",
        description="A CAD that takes notes into its incidents. Each message that it took is one "
        "JSON line on standard output.",
    )
    parser.add_argument("--token-file", type=Path, help="file with the token that is asked for")
    add_arguments(parser, 8110)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
