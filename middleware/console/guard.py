"""Nothing is served without a rule that says who may (E2): default deny for every route."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from middleware.console.sessions import Sessions
from middleware.ops.access import Role, demand_rules, may
from middleware.ops.logging import correlated
from middleware.ops.tokens import Tokens

COOKIE = "forewarn_session"
SAFE_METHODS = frozenset({hdrs.METH_GET})
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks; `cookie` is None for a program with a token."""

    name: str
    role: Role
    cookie: str | None


CALLER = web.RequestKey("caller", Caller)


@dataclass(slots=True)
class Guard:
    """Registers routes under their rule and lets nobody else through."""

    sessions: Sessions
    tokens: Tokens
    _actions: dict[web.AbstractResource | None, dict[str, str]] = field(default_factory=dict)

    def add(
        self,
        app: web.Application,
        action: str,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> None:
        """Serve `action`, for example "GET /api/timeline/{incident}"; NoRule without a rule.
        A last part {path} may hold slashes."""
        demand_rules([action])
        method, _, path = action.partition(" ")
        route = app.router.add_route(method, path.replace("{path}", "{path:.+}"), handler)
        self._actions.setdefault(route.resource, {})[method] = action

    @property
    def actions(self) -> list[str]:
        """Everything that is served."""
        return [action for methods in self._actions.values() for action in methods.values()]

    def middleware(self) -> Middleware:
        """Puts `CALLER` into the request where somebody is known."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            try:
                with correlated(secrets.token_hex(4)):
                    self._admit(request)
                    response = await handler(request)
            except web.HTTPException as refusal:
                refusal.headers.update(HEADERS)
                raise
            if not response.prepared:
                response.headers.update(HEADERS)
                response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")
            return response

        return guard

    def _admit(self, request: web.Request) -> None:
        route = request.match_info.route
        action = self._actions.get(route.resource, {}).get(request.method)
        if action is None:
            raise web.HTTPNotFound(text="nothing here")
        caller = self.caller_of(request)
        if not may(caller.role if caller else None, action):
            if caller is None:
                raise web.HTTPUnauthorized(text="sign in first")
            raise web.HTTPForbidden(text=f"the role {caller.role} may not do this")
        if not _is_same_origin(request, caller):
            raise web.HTTPForbidden(text="this came from another site")
        if caller is not None:
            request[CALLER] = caller

    def caller_of(self, request: web.Request) -> Caller | None:
        """Who asks: the holder of the token, or who is signed in."""
        scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        if scheme.lower() == "bearer":
            holder = self.tokens.holder(token.strip())
            return Caller(holder.name, holder.role, None) if holder else None
        cookie = request.cookies.get(COOKIE, "")
        session = self.sessions.find(cookie) if cookie else None
        return Caller(session.name, session.role, cookie) if session else None


def _is_same_origin(request: web.Request, caller: Caller | None) -> bool:
    """A browser says where a request was made: what changes something, and every WebSocket, must
    come from our own page. A program with a token is no browser."""
    if caller is not None and caller.cookie is None:
        return True
    is_socket = request.headers.get(hdrs.UPGRADE, "").lower() == "websocket"
    if request.method in SAFE_METHODS and not is_socket:
        return True
    _, _, place = request.headers.get(hdrs.ORIGIN, "").partition("://")
    return bool(place) and place == request.host
