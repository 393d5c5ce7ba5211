"""EIDOs from another system's conveyance: we connect and subscribe (NENA-STA-024; C1, C2, O4).

docs/eido.md says how to set it up, what is read, and what was never tested.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp import ClientWebSocketResponse
from pydantic import ConfigDict, Field, field_validator, model_validator

from adapters.codecs import eido_conveyance as conveyance
from adapters.sources.eido_desk import EidoDesk
from adapters.sources.eido_played import play_eido
from adapters.sources.eido_session import EidoSession, EidoSettings
from adapters.sources.remembered import RemembersDays
from adapters.wires.eido_socket import MOST_MESSAGE, EidoSocket, Lost, Why
from middleware.ops.durations import Between, Duration
from middleware.ops.errors import Trouble
from middleware.ops.listening import is_loopback
from middleware.ops.presence import Presence
from middleware.ops.redaction import Fixed
from middleware.ports import Ability, AdapterSpec, Intake, Kind, World

NAME = "eido_client"
REFUSED = frozenset({401, 403})
NEEDS_A_PERSON = frozenset(
    {Why.UNTRUSTED, Why.NOT_LET_IN, Why.NO_SIGN_IN, Why.NOT_EIDO, Why.REFUSED}
)
"""What does not mend itself: tried again slowly."""
SOONEST = 0.5
CLOSING_S = 1.0

REMEDIES: Mapping[Why, str] = {
    Why.UNREACHABLE: "check that the other system runs, and url in [source.eido_client]",
    Why.UNTRUSTED: "give the authority of its certificate as ca_file in [source.eido_client], and "
    "ours as certificate and key where it asks for one",
    Why.NOT_LET_IN: "it does not let us in: check token_file, or certificate and key, in "
    "[source.eido_client]",
    Why.NO_SIGN_IN: "token_file in [source.eido_client] cannot be read: write the token into it",
    Why.NOT_EIDO: "what answers at url in [source.eido_client] is no EIDO conveyance: check path "
    "and port",
    Why.REFUSED: "it refuses the subscription: ask whoever runs it whether we may have all new "
    "incidents",
    Why.UNANSWERED: "it did not answer the subscription: see its log",
    Why.TERMINATED: "it ended the subscription: see its log",
    Why.GARBLED: "what came was no WebSocket's speech, or a message was too long: see its log",
    Why.CLOSED: "if this repeats, see the log of the other system",
    Why.SILENT: "nothing came any more: look at the network on the way, and whether it conveys",
}

log = structlog.get_logger()


class EidoClientSettings(EidoSettings):
    """`[source.eido_client]`"""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(
        f"ws://127.0.0.1:8114{conveyance.PATH}",
        description="where the other system conveys incidents; wss beyond this machine",
    )
    token_file: Path | None = Field(None, description="file that holds our token there")
    ca_file: Path | None = Field(
        None,
        description="PEM authorities that must have signed its certificate; without it, "
        "those of the machine",
    )
    certificate: Path | None = Field(
        None, description="our certificate chain (PEM), where the other system asks for one"
    )
    key: Path | None = Field(None, description="the private key of our certificate (PEM)")
    retry_first: Annotated[Duration, Between("1ms", "1m")] = Field(
        timedelta(milliseconds=500), description="first wait before connecting again; doubles"
    )
    retry_most: Annotated[Duration, Between("1ms", "1h")] = Field(
        timedelta(seconds=30), description="longest of these waits"
    )
    retry_refused: Annotated[Duration, Between("1ms", "1h")] = Field(
        timedelta(minutes=1), description="wait after what a person must mend"
    )

    @field_validator("url")
    @classmethod
    def _whole(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme not in ("ws", "wss") or not url.hostname or url.username:
            raise ValueError("is no address such as wss://other.example/IncidentData/ent; give one")
        if url.scheme == "ws" and not is_loopback(url.hostname):
            raise ValueError("it would cross the network in clear; give a wss address")
        return value

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.certificate is None) is not (self.key is None):
            raise ValueError("a certificate needs its key: give both files, or neither")
        return self

    def tls(self) -> ssl.SSLContext | bool:
        """Read anew for every connection, so that renewed files need no restart."""
        if urlsplit(self.url).scheme == "ws":
            return False
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key)
        except OSError as fault:
            what = "ca_file, certificate or key of [source.eido_client] cannot be used"
            raise Trouble(
                what, "give PEM files, and the key that belongs to the certificate"
            ) from fault
        return context


class EidoClient(RemembersDays):
    """The source `eido_client`; after a cut it is told anew how every live incident stands."""

    name = NAME
    ability = Ability.RESYNC

    def __init__(self, settings: EidoClientSettings, world: World) -> None:
        super().__init__(settings.said_by)
        settings.tls()  # or the start is stopped
        self._settings, self._world = settings, world
        self._presence = Presence(NAME, world, gap=True)
        self._failures = 0

    async def run(self, intake: Intake) -> None:
        """Connect, listen, and again; ends by cancellation only."""
        settings = self._settings
        desk = EidoDesk(NAME, self.said_by, settings, self._world, intake)
        desk.believe_open(self._believed)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._presence.tell(intake))
            group.create_task(self._connect_again(desk))

    async def _connect_again(self, desk: EidoDesk) -> None:
        while True:
            why = await self._converse(desk)
            self._presence.lost(why)
            log.error("eido_lost", adapter=NAME, cause=why, remedy=Fixed(REMEDIES[why]))
            await self._world.clock.sleep(self._wait(why))

    async def _converse(self, desk: EidoDesk) -> Why:
        """One conversation; why it is over."""
        told = (desk, self._settings, self._world, self._on_subscribed)
        try:
            async with self._connected() as socket:
                await EidoSession(EidoSocket(socket, self._settings), *told).run()
        except Lost as lost:
            return lost.why

    def _on_subscribed(self) -> None:
        self._failures = 0
        self._presence.connected()
        log.info("eido_subscribed", adapter=NAME)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[ClientWebSocketResponse]:
        """The WebSocket; Lost when there is none in time."""
        async with aiohttp.ClientSession(headers=self._headers()) as session:
            socket = await self._opened(session)
            try:
                yield socket
            finally:
                await socket.close()

    async def _opened(self, session: aiohttp.ClientSession) -> ClientWebSocketResponse:
        settings = self._settings
        try:
            async with asyncio.timeout(settings.answer_within.total_seconds()):
                return await session.ws_connect(
                    settings.url,
                    protocols=(conveyance.SUBPROTOCOL,),
                    autoping=False,
                    max_msg_size=MOST_MESSAGE,
                    ssl=settings.tls(),
                    timeout=aiohttp.ClientWSTimeout(ws_close=CLOSING_S),
                )
        except aiohttp.WSServerHandshakeError as fault:
            why = Why.NOT_LET_IN if fault.status in REFUSED else Why.NOT_EIDO
        except (aiohttp.ClientSSLError, ssl.SSLError, Trouble):
            why = Why.UNTRUSTED
        except (aiohttp.ClientConnectionError, OSError):
            why = Why.UNREACHABLE
        except aiohttp.ClientError:
            why = Why.NOT_EIDO
        raise Lost(why)

    def _headers(self) -> dict[str, str]:
        """With our token as it is now."""
        file = self._settings.token_file
        if file is None:
            return {}
        try:
            return {"Authorization": f"Bearer {file.read_text().strip()}"}
        except (OSError, UnicodeDecodeError) as fault:
            raise Lost(Why.NO_SIGN_IN) from fault

    def _wait(self, why: Why) -> timedelta:
        """Doubling to the longest, with jitter, so that not everybody comes back at once."""
        jitter = self._world.random.uniform(SOONEST, 1)
        if why in NEEDS_A_PERSON:
            return self._settings.retry_refused * jitter
        doubled: timedelta = self._settings.retry_first * 2 ** min(self._failures, 20)
        self._failures += 1
        return min(self._settings.retry_most, doubled) * jitter


SPEC = AdapterSpec(Kind.SOURCE, NAME, EidoClientSettings, EidoClient, play=play_eido(NAME))
