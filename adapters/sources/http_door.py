"""A door over HTTP: messages of a contract, answered only when the journal has them (O4).

What a contract adds is its path, its rule and its desk: `cad_http`, `man_down_http`.
"""

import asyncio
from datetime import timedelta
from typing import Annotated, Any, ClassVar

import structlog
from aiohttp import web
from pydantic import Field

from adapters.codecs import contract
from adapters.codecs.cad_stream import HEARTBEAT, is_heartbeat
from adapters.sources.cad_access import CadSettings
from adapters.sources.cad_desk import Answer, Desk, MakeDesk, Outcome
from adapters.wires.doorway import cannot_listen, may_speak, role_of
from middleware.ops.access import demand_rules
from middleware.ops.durations import Duration
from middleware.ops.listening import HostPort, ListenAt
from middleware.ops.presence import Presence
from middleware.ports import Ability, Intake, Problem, Standing, World

_SHUTDOWN_S = 2.0
NOT_KEPT = "shown to people, and not kept yet"
_STATUS = {
    Standing.TAKEN: 202,
    Standing.KNOWN: 200,
    Standing.SUPERSEDED: 200,
    Standing.CONFLICT: 409,
    Standing.REFUSED: 400,
}

log = structlog.get_logger()


class DoorSettings(CadSettings):
    """Settings that every door has; `listen` is the contract's own."""

    listen: ListenAt
    at_once: Annotated[int, Field(ge=1, le=1_000)] = Field(
        64, description="messages taken in at the same time; further ones are told to wait (429)"
    )
    patience: Duration = Field(
        timedelta(seconds=5),
        description="how long a message may wait for the journal before the sender is told to "
        "send it again (503)",
    )
    retry_after: Duration = Field(
        timedelta(seconds=1), description="when who was told to wait may try again"
    )
    silent_after: Duration = Field(
        timedelta(minutes=10),
        description="without any message for so long the sender counts as lost",
    )


class Door:
    """A source; replayable: what has no answer is posted again."""

    name: ClassVar[str]
    path: ClassVar[str]
    desk: ClassVar[type[Desk]] = Desk
    ability = Ability.REPLAYABLE
    limit: ClassVar[int] = contract.LIMIT
    """Bytes that a message may have."""
    awaited: ClassVar[bool] = False
    """Whether a sender that never came is missed: a door that nobody uses is no fault."""
    keyed: ClassVar[bool] = True
    """Whether an Idempotency-Key, where one is sent, must be the message's own."""

    def __init__(self, settings: DoorSettings, world: World) -> None:
        demand_rules([self._rule])
        self._settings = settings
        self._world = world
        self._tls = settings.tls()
        self._presence = Presence(self.name, world)
        self._heard_at, self._came = 0.0, self.awaited
        self._reading = 0
        self._desk: Desk
        self.make_desk: MakeDesk = self.desk
        self.address = settings.listen
        self.listening = asyncio.Event()

    @property
    def _rule(self) -> str:
        return f"POST {self.path}"

    async def run(self, intake: Intake) -> None:
        self._heard_at = self._world.clock.monotonic()
        self._desk = self.make_desk(self.name, self._settings.said_by, self._world, intake)
        app = self.application()
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await runner.setup()
        try:
            await self._listen(runner)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._presence.tell(intake))
                group.create_task(self._watch())
                group.create_task(self._desk.faultless())
        finally:
            self.listening.clear()
            await self._desk.close()
            await runner.cleanup()

    def application(self) -> web.Application:
        """What is answered here."""
        app = web.Application()
        app.router.add_post(self.path, self.on_message)
        return app

    async def _listen(self, runner: web.AppRunner) -> None:
        host, port = self._settings.listen
        try:
            await web.TCPSite(runner, host, port, ssl_context=self._tls).start()
        except OSError as fault:
            raise cannot_listen(self.name, self._settings.listen) from fault
        self.address = HostPort(host, runner.addresses[0][1])
        log.info("listening", adapter=self.name, at=str(self.address))
        self.listening.set()

    async def _watch(self) -> None:
        """A sender from whom nothing comes any more is a dead link."""
        clock, limit = self._world.clock, self._settings.silent_after
        while True:
            silent = timedelta(seconds=clock.monotonic() - self._heard_at)
            if silent >= limit and self._came:
                self._presence.lost("silent")
            await clock.sleep(limit - silent if silent < limit else limit)

    async def on_message(self, request: web.Request) -> web.Response:
        if refused := self.not_allowed(request, self._rule):
            return refused
        self._heard_at, self._came = self._world.clock.monotonic(), True
        self._presence.connected()
        if self._reading + self._desk.open >= self._settings.at_once:
            return self._wait(429, "too many messages at once")
        raw = await self._body(request)
        if raw is None:
            return _told(408, Problem("message", "did not arrive in time; send it again"))
        if len(raw) > self.limit:
            self._desk.overheard(raw[: self.limit + 1])
            too_long = contract.too_long(self.limit)
            return await self._answered(too_long, raw[: self.limit], status=413)
        if is_heartbeat(raw):
            return web.Response(body=HEARTBEAT, content_type="application/json")
        outcome = self._desk.read(raw)
        wrong = _wrong_key(request, outcome) if self.keyed else None
        return await self._answered(wrong or outcome, raw)

    def not_allowed(self, request: web.Request, rule: str) -> web.Response | None:
        """What who may not do this is told."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        known = scheme.lower() == "bearer" and role_of(token.strip(), self._world.tokens)
        if not known:
            log.warning("not_signed_in", adapter=self.name, status=401)
            wanted = Problem("Authorization", 'is not known; send "Bearer <token of the system>"')
            return _told(401, wanted, {"WWW-Authenticate": "Bearer"})
        if not may_speak(token.strip(), self._world.tokens, rule):
            log.warning("not_allowed", adapter=self.name, status=403)
            problem = Problem("Authorization", "is no system's; use the sender's own token")
            return _told(403, problem)
        return None

    async def _body(self, request: web.Request) -> bytes | None:
        """The body, or one chunk more than the limit of it; None when it does not come."""
        raw = bytearray()
        self._reading += 1
        try:
            async with asyncio.timeout(self._settings.patience.total_seconds()):
                while len(raw) <= self.limit and (chunk := await request.content.readany()):
                    raw += chunk
        except TimeoutError:
            return None
        finally:
            self._reading -= 1
        return bytes(raw)

    async def _answered(
        self, outcome: Outcome, raw: bytes, status: int | None = None
    ) -> web.Response:
        """The answer once the journal has it; if that takes too long, come back later."""
        task = self._desk.submit(outcome, raw)
        await asyncio.wait({task}, timeout=self._settings.patience.total_seconds())
        if not task.done() or task.cancelled() or task.exception():
            return self._wait(503, "not kept yet")
        answer = task.result()
        if not answer.kept:
            return self._wait(503, NOT_KEPT, shown=True)
        return self.respond(answer, raw, status or _STATUS[answer.standing])

    def respond(self, answer: Answer, raw: bytes, status: int) -> web.Response:
        """What is told of the message `raw`, which the journal has."""
        return web.Response(status=status, body=answer.body, content_type="application/json")

    def _wait(self, status: int, what: str, **more: Any) -> web.Response:
        seconds = max(1, round(self._settings.retry_after.total_seconds()))
        problem = Problem("message", f"{what}; send the same again after Retry-After")
        return _told(status, problem, {"Retry-After": str(seconds)}, **more)


def _wrong_key(request: web.Request, outcome: Outcome) -> Problem | None:
    key = request.headers.get("Idempotency-Key")
    if key is None or isinstance(outcome, Problem):
        return None
    if key == f"{outcome.event.id};{outcome.event.revision}":
        return None
    return Problem("Idempotency-Key", 'is not the message\'s "<id>;<revision>"; send that or none')


def _told(
    status: int, problem: Problem, headers: dict[str, str] | None = None, **more: Any
) -> web.Response:
    body, kind = contract.refusal(problem, None, **more), "application/json"
    return web.Response(status=status, body=body, content_type=kind, headers=headers)
