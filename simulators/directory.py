"""`python -m simulators directory`: whose number it is (O3, C2).

In a test: `async with DirectorySimulator({"01632960001": {"address": "3 Mill Lane"}}) as it:`.
"""

import argparse
import asyncio
import csv
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, Self

from aiohttp import web

ABOUT = """\
A directory of callers: answers POST {"number": …} with the address of the number, 404 where it has
none. Point Forewarn at it with [source.caller_directory] url.
"""
PATH = "/v1/callers"
Fault = Literal["", "silent", "garbage", "faulty", "cut"]


class DirectorySimulator:
    """`places`: number to address and what else is known. `fault` can be changed at any time:
    no answer, an answer that is none, a fault of its own, a cut in the middle. `asked`: numbers."""

    def __init__(
        self, places: Mapping[str, Mapping[str, Any]], token: str = "", port: int = 0
    ) -> None:
        self.places = dict(places)
        self.fault: Fault = ""
        self.garbage = b"no answer at all"
        self.asked: list[str] = []
        self.port = port
        self._token = token
        self._ended = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PATH}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post(PATH, self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ended.set()
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        if self._token and request.headers.get("Authorization") != f"Bearer {self._token}":
            raise web.HTTPUnauthorized
        number = (await request.json())["number"]
        self.asked.append(number)
        if self.fault == "silent":
            await self._ended.wait()
        if self.fault == "garbage":
            return web.Response(body=self.garbage)
        if self.fault == "faulty":
            raise web.HTTPInternalServerError
        if self.fault == "cut" and request.transport:
            request.transport.abort()
        if number not in self.places:
            raise web.HTTPNotFound
        return web.json_response(self.places[number])


def main(argv: Sequence[str]) -> int:
    """Answer until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m simulators directory", description=ABOUT)
    add = parser.add_argument
    add("--places", type=Path, required=True, help="CSV: number, address, postcode, uprn")
    add("--port", type=int, default=8106, help="port to listen on (default: %(default)s)")
    add("--token-file", type=Path, help="file with the token that is asked for; without: none")
    faults = ("silent", "garbage", "faulty", "cut")
    add("--fault", choices=faults, default="", help="what is wrong with every answer")
    given = parser.parse_args(argv)
    try:
        asyncio.run(_serve(given))
    except KeyboardInterrupt:
        print("directory: ended")
    except OSError as fault:
        remedy = "choose another --port, or check the files that were named"
        print(f"directory: {fault.strerror}; {remedy}", file=sys.stderr)
        return 1
    return 0


async def _serve(given: argparse.Namespace) -> None:
    with given.places.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    places = {row.pop("number"): {k: v for k, v in row.items() if v} for row in rows}
    token = given.token_file.read_text().strip() if given.token_file else ""
    async with DirectorySimulator(places, token, given.port) as directory:
        directory.fault = given.fault
        print(f"directory: {len(places)} numbers at {directory.url}", flush=True)
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
