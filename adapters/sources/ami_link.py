"""One TCP connection to an Asterisk Manager Interface, and the ways in which it is lost (C2)."""

import asyncio
import ssl
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

import structlog

from adapters.codecs import ami
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from middleware.ops.private_files import read_private
from middleware.ops.redaction import Fixed

CHUNK = 65_536
"""Bytes taken at once; at most twice as many wait in memory, then the exchange's socket fills."""

log = structlog.get_logger()


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

HOLDS_NONE = "write the secret of the manager.conf user into it, then: chmod 600"


class Lost(Exception):
    """The session is over, or there was none."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


def log_lost(adapter: str, why: Why) -> None:
    """Say what happened and what to look at; the events are constant, so they hold no values."""
    match why:
        case Why.UNREACHABLE:
            log.error(
                "exchange_unreachable",
                adapter=adapter,
                remedy=Fixed("check connect, tls and manager.conf"),
            )
        case Why.CLOSED:
            log.error(
                "closed_by_the_exchange",
                adapter=adapter,
                remedy=Fixed("look at its log if this repeats"),
            )
        case Why.SILENT:
            log.error(
                "exchange_silent",
                adapter=adapter,
                remedy=Fixed("look at the network on the way to it"),
            )
        case Why.LIST_MISSING:
            log.error(
                "no_end_of_the_list_of_channels",
                adapter=adapter,
                remedy=Fixed("look at the exchange"),
            )
        case Why.NOT_AMI:
            log.error(
                "no_greeting_of_asterisk", adapter=adapter, remedy=Fixed("check connect and tls")
            )
        case Why.LOGIN_REFUSED:
            log.error(
                "login_refused",
                adapter=adapter,
                remedy=Fixed("check username, password_file and manager.conf"),
            )
        case Why.NO_SIGN_IN:
            log.error(
                "no_secret_in_password_file",
                adapter=adapter,
                remedy=Fixed("write it there, readable by this user alone"),
            )


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
        raise Trouble(what, HOLDS_NONE)
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

    def drop(self) -> None:
        """End the connection at once."""
        self._writer.transport.abort()
