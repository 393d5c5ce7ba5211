"""Signing in and out (E1, E2)."""

import asyncio
import secrets
from dataclasses import dataclass, field

import structlog
from aiohttp import hdrs, web
from pydantic import Field, ValidationError

from middleware.console.attempts import Attempts
from middleware.console.guard import CALLER, COOKIE
from middleware.console.sessions import LASTING, Sessions
from middleware.ops.access import Role
from middleware.ops.people import LONGEST_PASSWORD, People, Person
from middleware.ports import Clock, Intake
from schemas.base import Name, Said
from schemas.service import SignedIn

log = structlog.get_logger()

AT_ONCE = 2
"""Passwords compared at the same time: each takes a core for a while, off the loop."""


class SignIn(Said):
    """`role` is needed only from who has several: one signs in as one of them."""

    name: Name
    password: str = Field(max_length=LONGEST_PASSWORD)
    role: Role | None = None


@dataclass(slots=True)
class Signing:
    """The handlers of /sign-in and /sign-out."""

    people: People
    sessions: Sessions
    attempts: Attempts
    intake: Intake
    clock: Clock
    _comparing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def sign_in(self, request: web.Request) -> web.Response:
        """204 with a cookie, once the sign-in is on record; 409 lists the roles to choose from."""
        try:
            said = SignIn.model_validate_json(await request.read())
        except ValidationError:
            raise web.HTTPBadRequest(text="give a name and a password") from None
        person = await self._compare(said, request.remote or "")
        role = said.role or person.roles[0]
        if role not in person.roles:
            raise web.HTTPForbidden(text="that is none of your roles")
        if said.role is None and len(person.roles) > 1:
            return web.json_response({"roles": person.roles}, status=409)
        await self._record(person.name, role)
        response = web.Response(status=204)
        response.set_cookie(
            COOKIE,
            self.sessions.open(person.name, role),
            max_age=int(LASTING.total_seconds()),
            httponly=True,
            samesite="Strict",
            secure=request.secure,
        )
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        """204; every screen of the session is cut off at the next beat."""
        cookie = request[CALLER].cookie
        if cookie is not None:
            self.sessions.close(cookie)
        response = web.Response(status=204)
        response.del_cookie(COOKIE, httponly=True, samesite="Strict", secure=request.secure)
        return response

    async def _compare(self, said: SignIn, place: str) -> Person:
        """The person; raises 429 or 401. One text for every reason: it tells nothing of names."""
        wait = self.attempts.wait(said.name, place)
        if wait:
            seconds = str(int(wait.total_seconds()) + 1)
            raise web.HTTPTooManyRequests(
                text=f"too many wrong passwords; try again in {seconds} seconds",
                headers={hdrs.RETRY_AFTER: seconds},
            )
        async with self._comparing:
            person = await asyncio.to_thread(self.people.check, said.name, said.password)
        if person is None:
            self.attempts.failed(said.name, place)
            log.warning("sign_in_refused")
            raise web.HTTPUnauthorized(text="that name and password do not go together")
        return person

    async def _record(self, name: str, role: Role) -> None:
        now = self.clock.now()
        event = SignedIn(
            source="console", id=secrets.token_hex(8), occurred_at=now, by=name, role=role
        )
        await self.intake.submit(event)
