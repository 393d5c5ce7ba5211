"""Calls from an Asterisk exchange, by listening to its REST Interface (C2, A1, O4).

docs/asterisk-ari.md says how to set it up and what is read.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated

from pydantic import Field

from adapters.codecs.ari_calls import AriTranslator
from adapters.sources.ari_session import PRIMER, AriSession, EventStream
from adapters.sources.exchange import Exchange, ExchangeSettings
from adapters.sources.exchange_link import Why
from adapters.sources.exchange_session import OnListed
from adapters.wires.ari import signed_in
from middleware.ops.listening import ConnectTo, HostPort
from middleware.ports import AdapterSpec, Intake, Kind, Wire, World
from schemas.base import Code

NAME = "asterisk_ari"

REMEDIES = {
    Why.UNREACHABLE: "check that Asterisk runs with http.conf and ari.conf enabled, then connect, "
    "tls and tls_ca_file in [source.asterisk_ari]",
    Why.CLOSED: "if this repeats, look at the log of the exchange",
    Why.SILENT: "pings had no answer: look at the network on the way to the exchange",
    Why.LIST_MISSING: "the list of channels never came: look at the load of the exchange",
    Why.GARBLED: "what came was no WebSocket's speech: look at what is between here and the "
    "exchange",
    Why.NOT_ARI: "what listens there is no ARI: check connect, tls and path in "
    "[source.asterisk_ari], and that res_ari and res_http_websocket are loaded",
    Why.REPLACED: "another client connected as the same application and hears the calls in our "
    "place: stop it, or give one of them another application in [source.asterisk_ari]",
    Why.LOGIN_REFUSED: "check username and password_file in [source.asterisk_ari] against the user "
    "in ari.conf",
    Why.NO_SIGN_IN: "write the password of the ari.conf user into password_file, then chmod 600",
}


class AsteriskAriSettings(ExchangeSettings):
    """`[source.asterisk_ari]`"""

    connect: ConnectTo = Field(
        HostPort("127.0.0.1", 8088), description="where Asterisk's HTTP server listens, host:port"
    )
    path: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._-]+)+$")] = Field(
        "/ari", description="where ARI is on it: the prefix of http.conf, if any, and /ari"
    )
    username: Annotated[str, Field(pattern=r"^[!-9;-~]{1,200}$")] = Field(
        "forewarn", description="the user's name in ari.conf, whose password password_file has"
    )
    application: Code = Field(
        "forewarn-calls",
        description="our name at Asterisk; no other client may use it, not [channel.voice] either",
    )


class AsteriskAri(Exchange):
    """The source `asterisk_ari`."""

    primer = PRIMER

    def __init__(
        self, settings: AsteriskAriSettings, world: World, wire: Wire | None = None
    ) -> None:
        super().__init__(NAME, settings, world, AriTranslator(NAME, settings), REMEDIES, wire)
        self._settings = settings

    async def _converse(self, secret: str, intake: Intake, on_listed: OnListed) -> None:
        async with self._heard(secret) as read:
            session = AriSession(NAME, self._translator, intake, self._world, on_listed)
            await session.run(read, self._settings.list_within)

    @asynccontextmanager
    async def _heard(self, secret: str) -> AsyncIterator[Callable[[], Awaitable[bytes]]]:
        """How to hear the next thing, on a connection of ours or on a recorded one."""
        if self._played is not None:
            link = await self._played.opened(self.primer)
            yield partial(link.read, lambda: None)
            return
        here = self._settings
        url = f"{'https' if here.tls else 'http'}://{here.connect}{here.path}"
        async with (
            signed_in(here.username, secret, self._tls, here.list_within) as session,
            EventStream.open(session, url, here.application, here.ping_every, here.pings) as stream,
        ):
            yield stream.read


def _make(settings: AsteriskAriSettings, world: World) -> AsteriskAri:
    return AsteriskAri(settings, world)


SPEC = AdapterSpec(Kind.SOURCE, NAME, AsteriskAriSettings, _make, play=AsteriskAri)
