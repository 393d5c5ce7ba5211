"""The other side of each source, playing to a running service what was recorded (O2)."""

import ssl
from abc import ABC, abstractmethod
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from middleware.cli.common import read_secret
from middleware.ops.errors import Trouble
from middleware.ops.listening import HostPort
from middleware.ports import WireFrame

WITHIN = timedelta(minutes=1)
"""The service must answer, or come to us."""
SHUTDOWN_S = 0.1
"""For what still speaks to us at the end; aiohttp would take 0 for ever."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """How a source is spoken to: `room` names the topics, `token_file` holds the token or the
    password of who speaks, `ca_file` the authorities of the other side's certificate."""

    room: str
    token_file: Path | None
    ca_file: Path | None

    def secret(self, source: str) -> str:
        """Trouble where there is none."""
        if self.token_file is None:
            what = f"{source} asks who speaks"
            raise Trouble(what, "give --token-file: forewarn tokens add")
        return read_secret(self.token_file, "token")


class Line(ABC):
    """One source of the service, spoken to as it was spoken to then. OSError where nobody is there,
    or no answer comes."""

    def __init__(self, source: str) -> None:
        self.source, self.tally = source, Counter[str]()

    @abstractmethod
    async def begin(self, stack: AsyncExitStack) -> None:
        """Connect, or listen."""

    @abstractmethod
    async def say(self, frame: WireFrame) -> None:
        """One frame."""


def client_tls(ca_file: Path | None) -> ssl.SSLContext | None:
    """TLS with these authorities; None without."""
    return ssl.create_default_context(cafile=ca_file) if ca_file else None


def cannot_listen(source: str, at: HostPort) -> Trouble:
    """Somebody has the address at which the service looks for the other side."""
    remedy = "end the program that listens there, such as the exchange itself, and try again"
    return Trouble(f"{source}: this command cannot listen at {at}", remedy)
