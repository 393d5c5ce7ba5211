"""What a spoken call needs of a telephone, whichever way it goes (N4): the seam of SIP and ARI."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

RATE = 8_000
"""Samples a second of all sound: mono, 16 bits, little-endian."""
WIDTH = 2
"""Bytes of a sample."""

Sound = bytes
"""PCM as above."""

UpOrDown = Callable[[str | None], None]
"""Told None when calls can be made, else the code of why not."""


def seconds(sound: Sound) -> float:
    """How long it lasts."""
    return len(sound) / (RATE * WIDTH)


@dataclass(frozen=True, slots=True)
class Answered:
    """Somebody, or something, took the call."""


@dataclass(frozen=True, slots=True)
class Played:
    """The sound of that number was played to its end."""

    play: int


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key: 0 to 9, A to D, * or #."""

    key: str


@dataclass(frozen=True, slots=True)
class Over:
    """The call ended, and not because we hung up. `code`: what the network said, as a code:
    "486" (SIP), "cause 17" (Q.850); or one of OURS."""

    code: str


Heard = Answered | Played | Pressed | Over


class NoLine(Exception):
    """A call cannot be made now: nothing rang anywhere."""


class Line(Protocol):
    """One outgoing call. What is heard on it comes in order; after Over nothing comes."""

    heard: asyncio.Queue[Heard]

    async def play(self, play: int, sound: Sound) -> None:
        """Begin to play; Played(play) comes at its end, unless it is stopped or the call ends."""
        ...

    async def stop(self) -> None:
        """Stop what plays."""
        ...

    async def hang_up(self) -> None:
        """End the call, answered or not; may be repeated."""
        ...


class Telephone(Protocol):
    """A way to make calls. `run` never returns and says each time what changed."""

    async def run(self, changed: UpOrDown) -> None: ...

    async def dial(self, number: str) -> Line:
        """Let it ring there; raises NoLine."""
        ...


OURS = frozenset({"line", "playback"})
"""Our own line to the telephone was lost; the sound could not be played."""

SIP_BUSY = frozenset({"486", "600"})
SIP_DECLINED = frozenset({"603", "607"})
SIP_NO_ANSWER = frozenset({"408", "480", "487"})
Q850_BUSY = frozenset({"cause 17"})
Q850_DECLINED = frozenset({"cause 21"})
Q850_NO_ANSWER = frozenset({"cause 18", "cause 19", "cause 20"})
BUSY = SIP_BUSY | Q850_BUSY
DECLINED = SIP_DECLINED | Q850_DECLINED
NO_ANSWER = SIP_NO_ANSWER | Q850_NO_ANSWER
