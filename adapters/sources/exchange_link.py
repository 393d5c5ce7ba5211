"""One TCP connection to a telephone exchange, and the ways in which it is lost (C2)."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from middleware.ops.private_files import read_private

CHUNK = 65_536
"""Bytes taken at once; at most twice as many wait in memory, then the exchange's socket fills."""


class Why(StrEnum):
    """Why there is no session: the codes that SourceLost carries."""

    UNREACHABLE = "unreachable"
    CLOSED = "closed"
    SILENT = "silent"
    LIST_MISSING = "list_missing"
    NOT_AMI = "not_ami"
    NOT_ESL = "not_esl"
    NOT_ARI = "not_ari"
    REPLACED = "replaced"
    GARBLED = "garbled"
    LOGIN_REFUSED = "login_refused"
    NO_SIGN_IN = "no_sign_in"


NEEDS_A_PERSON = frozenset(
    {Why.NOT_AMI, Why.NOT_ESL, Why.NOT_ARI, Why.REPLACED, Why.LOGIN_REFUSED, Why.NO_SIGN_IN}
)
"""What does not mend itself: tried again slowly, so that the exchange does not ban us."""


class Lost(Exception):
    """The session is over, or there was none; `why` has its remedy with the source."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def client_tls(wanted: bool, authorities: Path | None) -> ssl.SSLContext | None:
    """The context for TLS to the exchange, None without; Trouble when the file cannot be used."""
    if not wanted:
        return None
    try:
        return ssl.create_default_context(cafile=authorities)
    except OSError as fault:
        what = f"the authorities {authorities} cannot be used"
        raise Trouble(what, "name a PEM file in tls_ca_file") from fault


def read_password(path: Path, remedy: str) -> str:
    """The first line of the file; Trouble without one, or when others may read it."""
    content = read_private(path) or b""
    lines = content.decode(errors="replace").splitlines()
    if not lines or not lines[0] or not lines[0].isprintable():
        what = f"{path} holds no secret that can be sent"
        raise Trouble(what, remedy)
    return lines[0]


class Link:
    """The connection: reads with a watchdog, writes a few small commands.

    While nothing comes it pings; with `pings` of them unanswered the link is dead.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        ping_every: timedelta,
        pings: int,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._ping_every = ping_every.total_seconds()
        self._pings = pings

    @classmethod
    async def open(
        cls, to: HostPort, tls: ssl.SSLContext | None, ping_every: timedelta, pings: int
    ) -> Self:
        """Lost(UNREACHABLE) when there is no connection in the time that a dead link may take."""
        try:
            async with asyncio.timeout(ping_every.total_seconds() * (pings + 1)):
                reader, writer = await asyncio.open_connection(
                    to.host, to.port, ssl=tls, limit=CHUNK
                )
        except (OSError, TimeoutError) as fault:
            raise Lost(Why.UNREACHABLE) from fault
        return cls(reader, writer, ping_every, pings)

    def write(self, command: bytes) -> None:
        self._writer.write(command)

    async def read(self, ping: Callable[[], object]) -> bytes:
        """What came; `ping` is called in each silence. Lost when it is closed or stays silent."""
        for _ in range(self._pings + 1):
            try:
                async with asyncio.timeout(self._ping_every):
                    data = await self._reader.read(CHUNK)
            except TimeoutError:
                ping()
            except OSError as fault:
                raise Lost(Why.CLOSED) from fault
            else:
                if not data:
                    raise Lost(Why.CLOSED)
                return data
        raise Lost(Why.SILENT)

    async def drop(self) -> None:
        """End the connection at once; what was not sent yet is not sent."""
        self._writer.transport.abort()
        with suppress(OSError):
            await self._writer.wait_closed()
