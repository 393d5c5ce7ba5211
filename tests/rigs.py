"""What the other side of every channel can do, for the contract suite."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol

from middleware.ports import Body
from schemas.delivery import DeviceEvent

PATIENCE = 60
"""Seconds after which what should have come counts as hanging."""


class Got(NamedTuple):
    """What reached a device: a revision of a note, or with revision 0 the answer to an ask."""

    name: str
    revision: int = 0
    withdrawn: bool = False


class Device(Protocol):
    """A device that signed in; where it can, it claims to be another in all it says. `says` gives
    a receipt (displayed, removed, acknowledged) for what it got; `asks` returns the name of its
    question, None where the channel names it."""

    async def got(self) -> Got: ...
    async def says(self, kind: str, note: str, revision: int, by: str | None = None) -> None: ...
    async def comes_up(self, session: str) -> None: ...
    async def asks(self, ask: str) -> str | None: ...
    async def say_raw(self, raw: bytes) -> None: ...


SPEAKS = "speaks"
"""Devices say of themselves what they show, what is acknowledged, that they are up, and ask."""
GARBAGE = "garbage"
"""Devices can say what nobody can read."""
FREEZES = "freezes"
"""The other side can stay connected and answer nothing, and an answer is waited for."""


class Rig(Protocol):
    """The real other side of one channel, not yet started; its devices sign in as `device`.
    `can`: which of SPEAKS, GARBAGE, FREEZES it knows; what it does not know is not asked of it.
    `kinds`: the events that its devices can make. `note` and `answer`: what the channel is given to
    send. `kill` is kill -9 and may be repeated; `frozen`, it stays connected and answers nothing:
    what is given tells whether something was sent to it meanwhile (True where nobody can know)."""

    device: str
    can: frozenset[str]
    kinds: frozenset[type[DeviceEvent]]

    def note(self, name: str = "n1", revision: int = 1, **more: Any) -> Body: ...
    def answer(self, ask: str) -> Body: ...

    @property
    def settings(self) -> dict[str, Any]: ...
    async def start(self) -> None: ...
    async def kill(self) -> None: ...
    def frozen(self) -> AbstractAsyncContextManager[Callable[[], bool]]: ...
    def signed_in(self) -> AbstractAsyncContextManager[Device]: ...
