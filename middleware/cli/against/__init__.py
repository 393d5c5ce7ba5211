"""The other side of each source, playing to a running service what was recorded (O2)."""

from abc import ABC, abstractmethod
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from middleware.cli.common import read_secret
from middleware.ops.errors import Trouble
from middleware.ports import WireFrame

WITHIN = timedelta(minutes=1)
"""The service must answer, or come to us."""


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
