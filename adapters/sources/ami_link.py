"""One TCP connection to an Asterisk Manager Interface, and the ways in which it is lost (C2)."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from adapters.codecs import ami
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
    LOGIN_REFUSED = "login_refused"
    NO_SIGN_IN = "no_sign_in"


NEEDS_A_PERSON = frozenset({Why.NOT_AMI, Why.LOGIN_REFUSED, Why.NO_SIGN_IN})
"""What does not mend itself: tried again slowly, so that the exchange does not ban us."""

REMEDIES = {
    Why.UNREACHABLE: "check that Asterisk runs with manager.conf enabled, then connect, tls and "
    "tls_ca_file in [source.asterisk_ami]",
    Why.CLOSED: "if this repeats, look at the log of the exchange",
    Why.SILENT: "pings had no answer: look at the network on the way to the exchange",
    Why.LIST_MISSING: "the list of channels never ended: look at the load of the exchange",
    Why.NOT_AMI: "what listens there does not greet like Asterisk: check connect and tls in "
    "[source.asterisk_ami]",
    Why.LOGIN_REFUSED: "check username and password_file in [source.asterisk_ami] against secret, "
    "permit and deny in manager.conf",
    Why.NO_SIGN_IN: "write the secret of the manager.conf user into password_file, then chmod 600",
}


class Lost(Exception):
    """The session is over, or there was none; `why` has its remedy in REMEDIES."""

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


def read_password(path: Path) -> str:
    """The first line of the file; Trouble without one, or when others may read it."""
    content = read_private(path) or b""
    lines = content.decode(errors="replace").splitlines()
    if not lines or not lines[0] or not lines[0].isprintable():
        what = f"{path} holds no secret that can be sent"
        raise Trouble(what, REMEDIES[Why.NO_SIGN_IN])
    return lines[0]


class Link:
    """The connection: reads with a watchdog, writes a few small actions.

    Nothing comes for `ping_every`: a ping is sent; `pings` of them without an answer: Lost.
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
        self._actions = 0

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

    def act(self, write: Callable[[str], bytes]) -> str:
        """Send an action under a number of its own, which is returned."""
        self._actions += 1
        action_id = str(self._actions)
        self._writer.write(write(action_id))
        return action_id

    async def read(self) -> bytes:
        """What came; Lost when the connection is closed or silent."""
        for _ in range(self._pings + 1):
            try:
                async with asyncio.timeout(self._ping_every):
                    data = await self._reader.read(CHUNK)
            except TimeoutError:
                self.act(ami.ping)
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
