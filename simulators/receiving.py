"""The side of a system that takes messages over HTTP JSON, with fault switches (O3).

A message is (id, revision); the same again is known, an older one superseded, other content a
conflict. What a system adds is its contract, its path and the drawer in which a message belongs.
"""

import asyncio
import hmac
import json
import ssl
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, ClassVar

from aiohttp import web

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Faults:
    """Rates from 0 to 1, of messages; all 0: a faultless system. `late` in seconds, for all.

    `lost`: taken, and the connection cut before the answer; `doubled`: taken twice, as by a queue
    behind it; `busy`: refused for now; `silent`: no answer at all; `dies`: cut within the answer;
    `discards`: answered as taken, and thrown away.
    """

    late: float = 0.0
    lost: float = 0.0
    doubled: float = 0.0
    busy: float = 0.0
    silent: float = 0.0
    dies: float = 0.0
    discards: float = 0.0


@dataclass
class Receiving(ABC):
    """A receiver; `took` is told of each message that is new."""

    contract: ClassVar[str]
    path: ClassVar[str]
    types: ClassVar[tuple[str, ...]]

    faults: Faults = field(default_factory=Faults)
    random: Random = field(default_factory=lambda: Random(1))
    token: str | None = None
    took: Callable[[Json], None] = lambda said: None
    answered: dict[str, int] = field(default_factory=dict)

    @abstractmethod
    def drawer(self, said: Json) -> dict[str, Json]:
        """Where messages of its kind lie, by id; KeyError when it does not say which."""

    def app(self) -> web.Application:
        """Serves `path`."""
        app = web.Application(client_max_size=65_536)
        app.router.add_get(self.path, self._there)
        app.router.add_post(self.path, self._message)
        return app

    async def _there(self, request: web.Request) -> web.Response:
        self._let_in(request)
        return web.json_response({"contract": self.contract})

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
            cut(request)
        if self._strikes(self.faults.dies):
            return await half(request, answer)
        return web.json_response(answer, status=status)

    def take(self, key: str, raw: bytes) -> tuple[int, Json]:
        """(status, answer) for one message."""
        try:
            said = json.loads(raw)
            name, revision = str(said["id"]), int(said["revision"])
            kind, contract, drawer = said["type"], said["contract"], self.drawer(said)
        except (ValueError, KeyError, TypeError):
            return self._answer(400, "", 0, "refused")
        if contract != self.contract or kind not in self.types or key != f"{name};{revision}":
            return self._answer(400, name, revision, "refused")
        before = drawer.get(name)
        if before is not None and before["revision"] >= revision:
            return self._again(before, said)
        if not self._strikes(self.faults.discards):
            drawer[name] = said
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


def cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def half(request: web.Request, answer: Json) -> web.StreamResponse:
    """Half of the answer, and then nothing more."""
    whole = json.dumps(answer).encode()
    response = web.StreamResponse(headers={"Content-Length": str(len(whole))})
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2])
    cut(request)
    return response


@asynccontextmanager
async def serving(
    receiver: Receiving, host: str, port: int, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Listens while the context lasts; gives the port."""
    runner = web.AppRunner(receiver.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
