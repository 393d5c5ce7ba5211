"""The side of a CAD that takes notes into its incidents (N2), with fault switches.

Keeps to docs/cad-contract.md. What it took is a JSON line each on standard output.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from aiohttp import web

from simulators.receiving import Json, Receiving
from simulators.receiving_cli import parser_of, run

NAME, ABOUT = "cad-receiver", "A CAD that takes notes into its incidents."
PATH = "/cad/v1/notes"
_STANDING = ("id", "revision", "type")


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

    def app(self) -> web.Application:
        """Also says what stands of one note, at its id."""
        app = super().app()
        app.router.add_get(f"{self.path}/{{id}}", self._standing)
        return app

    async def _standing(self, request: web.Request) -> web.Response:
        self._let_in(request)
        name = request.match_info["id"]
        for drawer in self.incidents.values():
            if name in drawer:
                return web.json_response({key: drawer[name][key] for key in _STANDING})
        raise web.HTTPNotFound

    def notes(self, day: str, number: str) -> list[Json]:
        """What a dispatcher sees in the incident: what was withdrawn is gone."""
        said = self.incidents.get((day, number), {}).values()
        return [one for one in said if one["type"] == "note.written"]


def main(argv: Sequence[str]) -> int:
    given = parser_of(NAME, ABOUT, 8110).parse_args(argv)
    return run(NAME, Receiver, given, f"takes notes at {{at}}{PATH}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
