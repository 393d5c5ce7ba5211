"""The side of a CAD that takes notes into its incidents (N2), with fault switches.

Keeps to docs/cad-contract.md: a message is (id, revision); the same again is known, an older one
superseded, other content a conflict. What it took is a JSON line each on standard output.
"""

import argparse
import asyncio
import hmac
import json
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from aiohttp import web

CONTRACT = "forewarn.cad/1"
PATH = "/cad/v1/notes"
TYPES = ("note.written", "note.withdrawn")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Faults:
    """Rates from 0 to 1, of messages; all 0: a faultless CAD. `late` in seconds, for all.

    `lost`: taken, and the connection cut before the answer; `doubled`: taken twice, as by a queue
    behind it; `busy`: refused for now; `silent`: no answer at all; `dies`: cut within the answer.
    """

    late: float = 0.0
    lost: float = 0.0
    doubled: float = 0.0
    busy: float = 0.0
    silent: float = 0.0
    dies: float = 0.0


@dataclass(slots=True)
class Receiver:
    """What stands in the incidents: (service day, number) to id to the last message about it."""

    faults: Faults = field(default_factory=Faults)
    random: Random = field(default_factory=lambda: Random(1))
    token: str | None = None
    took: Callable[[Json], None] = lambda said: None
    incidents: dict[tuple[str, str], dict[str, Json]] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)

    def app(self) -> web.Application:
        """Serves PATH."""
        app = web.Application(client_max_size=65_536)
        app.router.add_get(PATH, self._there)
        app.router.add_post(PATH, self._message)
        return app

    def notes(self, day: str, number: str) -> list[Json]:
        """What a dispatcher sees in the incident: what was withdrawn is gone."""
        said = self.incidents.get((day, number), {}).values()
        return [one for one in said if one["type"] == "note.written"]

    async def _there(self, request: web.Request) -> web.Response:
        self._let_in(request)
        return web.json_response({"contract": CONTRACT})

    async def _message(self, request: web.Request) -> web.StreamResponse:
        self._let_in(request)
        raw = await request.read()
        if self.faults.late:
            await asyncio.sleep(self.faults.late)
        if self._strikes(self.faults.busy):
            return web.json_response({}, status=503, headers={"Retry-After": "1"})
        if self._strikes(self.faults.silent):
            await asyncio.Event().wait()
        status, answer = self.take(request.headers.get("Idempotency-Key", ""), raw)
        if self._strikes(self.faults.doubled):
            self.take(request.headers.get("Idempotency-Key", ""), raw)
        if self._strikes(self.faults.lost):
            _cut(request)
        if self._strikes(self.faults.dies):
            return await _half(request, answer)
        return web.json_response(answer, status=status)

    def take(self, key: str, raw: bytes) -> tuple[int, Json]:
        """(status, answer) for one message."""
        try:
            said = json.loads(raw)
            name, revision = str(said["id"]), int(said["revision"])
            where = (str(said["service_day"]), str(said["number"]))
            kind, contract = said["type"], said["contract"]
        except (ValueError, KeyError, TypeError):
            return self._answer(400, "", 0, "refused")
        if contract != CONTRACT or kind not in TYPES or key != f"{name};{revision}":
            return self._answer(400, name, revision, "refused")
        before = self.incidents.setdefault(where, {}).get(name)
        if before is not None and before["revision"] >= revision:
            return self._again(before, said)
        self.incidents[where][name] = said
        self.took(said)
        return self._answer(202, name, revision, "taken")

    def _again(self, before: Json, said: Json) -> tuple[int, Json]:
        name, revision = said["id"], said["revision"]
        if before["revision"] > revision:
            return self._answer(200, name, revision, "superseded")
        same = before == said
        return self._answer(200 if same else 409, name, revision, "known" if same else "conflict")

    def _answer(self, status: int, name: str, revision: int, standing: str) -> tuple[int, Json]:
        self.answered[standing] = self.answered.get(standing, 0) + 1
        return status, {"id": name, "revision": revision, "standing": standing}

    def _let_in(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "")
        if self.token and not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            raise web.HTTPUnauthorized

    def _strikes(self, rate: float) -> bool:
        return rate > 0 and self.random.random() < rate


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _half(request: web.Request, answer: Json) -> web.StreamResponse:
    """Half of the answer, and then nothing more."""
    whole = json.dumps(answer).encode()
    response = web.StreamResponse(headers={"Content-Length": str(len(whole))})
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2])
    _cut(request)
    return response


@asynccontextmanager
async def serving(
    receiver: Receiver, host: str, port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Listens while the context lasts; gives the port."""
    runner = web.AppRunner(receiver.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def main(argv: Sequence[str]) -> int:
    asked = _parser().parse_args(argv)
    token = asked.token_file.read_text().strip() if asked.token_file else None
    rates = {name: getattr(asked, name) for name in Faults.__dataclass_fields__}
    receiver = Receiver(Faults(**rates), Random(asked.seed), token, took=_say)
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
    parser.add_argument("--host", default="127.0.0.1", help="(%(default)s)")
    parser.add_argument("--port", type=int, default=8110, help="(%(default)s); 0: any")
    parser.add_argument("--token-file", type=Path, help="file with the token that is asked for")
    parser.add_argument("--seed", type=int, default=1, help="of its faults (%(default)s)")
    parser.add_argument("--late", type=float, default=0.0, help="seconds before each answer")
    for name, words in (
        ("lost", "taken, and cut before the answer"),
        ("doubled", "taken twice"),
        ("busy", "refused for now"),
        ("silent", "no answer at all"),
        ("dies", "cut within the answer"),
    ):
        parser.add_argument(f"--{name}", type=float, default=0.0, help=f"rate, 0 to 1: {words}")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
