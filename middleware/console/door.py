"""Where the console listens, and what is said there while this instance of a pair stands by."""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import hdrs, web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort

TRY_AGAIN_S = "1"


async def open_door(runner: web.AppRunner, listen: HostPort, tls: ssl.SSLContext | None) -> str:
    """Listen; returns the address. Trouble when the place cannot be had."""
    try:
        site = web.TCPSite(runner, *listen, ssl_context=tls)
        await site.start()
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise Trouble(
            f"the console cannot listen at {listen}: {why}",
            "stop what listens there, or choose another place: [console] listen",
        ) from None
    host, port = runner.addresses[0][:2]
    return f"{'https' if tls else 'http'}://{HostPort(host, port)}"


@dataclass(slots=True, kw_only=True)
class FollowersDoor:
    """Health and metrics are answered as by the writer; everything else with 503 and the words of
    `who`, so that whoever asked goes to the other instance. `report`: the body of /readyz."""

    listen: HostPort
    tls: ssl.SSLContext | None
    registry: CollectorRegistry
    who: Callable[[], str]
    report: Callable[[], dict[str, str]]

    async def open(self, runner: web.AppRunner) -> str:
        """The address."""
        return await open_door(runner, self.listen, self.tls)

    def application(self) -> web.Application:
        """Also a load balancer that asks /readyz sends nobody here."""
        app = web.Application()
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_route(hdrs.METH_ANY, "/{path:.*}", self._elsewhere)
        return app

    async def _healthz(self, _: web.Request) -> web.Response:
        return web.json_response({"up": True})

    async def _readyz(self, _: web.Request) -> web.Response:
        return web.json_response(self.report(), status=HTTPStatus.SERVICE_UNAVAILABLE)

    async def _metrics(self, _: web.Request) -> web.Response:
        body = generate_latest(self.registry)
        return web.Response(body=body, headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST})

    async def _elsewhere(self, _: web.Request) -> web.Response:
        return web.Response(
            status=HTTPStatus.SERVICE_UNAVAILABLE,
            text=f"{self.who()}\n",
            headers={hdrs.RETRY_AFTER: TRY_AGAIN_S, hdrs.CACHE_CONTROL: "no-store"},
        )
