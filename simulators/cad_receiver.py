"""The side of a CAD that takes notes into its incidents (N2), with fault switches.

Keeps to docs/cad-contract.md. What it took is a JSON line each on standard output.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulators.receiving import Json, Receiving
from simulators.receiving_cli import parser_of, run

NAME, ABOUT = "cad-receiver", "A CAD that takes notes into its incidents."
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
    given = parser_of(NAME, ABOUT, 8110).parse_args(argv)
    return run(NAME, Receiver, given, f"takes notes at {{at}}{PATH}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
