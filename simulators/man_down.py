"""A radio gateway, played: presses the emergency button, cancels, says where radios are (O3, D1).

It speaks `forewarn.man-down/1` over HTTP and says everything again until it has an answer.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import Any

from schemas.safety import MAN_DOWN_CONTRACT
from simulators.cad_faults import Faults, Mischief
from simulators.cad_messages import Message, utc_now
from simulators.cad_outbox import Heard, Link, Outbox

Position = dict[str, Any]
AGAIN_S = (0.1, 2.0)
"""The first and the longest wait before saying it again."""


class GatewaySimulator:
    """The verbs only write; `run` carries. `late_s`: so long a press lies here before it is said;
    `lost`: the rate of signals that never leave; the other faults are those of every sender."""

    def __init__(
        self,
        link: Link,
        *,
        seed: int = 7,
        faults: Faults | None = None,
        late_s: float = 0.0,
        lost: float = 0.0,
        now: Callable[[], datetime] = utc_now,
        heard: Heard | None = None,
    ) -> None:
        self._link, self._now = link, now
        self._random = Random(seed)
        self._late_s, self._lost = late_s, lost
        self._run = secrets.token_hex(4)
        self._said = 0
        self._later: set[asyncio.Task[None]] = set()
        self._outbox = Outbox(Mischief(faults or Faults(), self._random))
        if heard:
            self._outbox.heard = heard

    @property
    def tally(self) -> Counter[str]:
        """How many messages had which standing."""
        return self._outbox.tally

    @property
    def mischief(self) -> dict[str, int]:
        """How often each fault struck."""
        return self._outbox.mischief.done

    @property
    def unanswered(self) -> int:
        return len(self._outbox.waiting) + len(self._outbox.sent) + len(self._later)

    # --- what it says ----------------------------------------------------------------

    def press(
        self, radio: str, *, position: Position | None = None, callsign: str | None = None
    ) -> None:
        """One signal of the button; the radio repeats it by itself as long as it likes."""
        self._say("man_down.signalled", radio, position=position, callsign=callsign)

    def cancel(self, radio: str) -> None:
        self._say("man_down.cancelled", radio)

    def report(self, radio: str, position: Position) -> None:
        """Where a radio is, in passing."""
        revision = int(self._now().timestamp())
        about = {"id": f"position/{radio}", "revision": revision, "position": position}
        self._put({"type": "radio.positioned", "radio": radio} | about)

    def _say(self, kind: str, radio: str, **parts: Any) -> None:
        self._said += 1
        given = {name: value for name, value in parts.items() if value is not None}
        about = {"type": kind, "radio": radio, "id": f"{self._run}/{self._said}", "revision": 1}
        if self._random.random() < self._lost:
            self.mischief["lost"] = self.mischief.get("lost", 0) + 1
        elif self._late_s:
            task = asyncio.create_task(self._put_late(about | given))
            self._later.add(task)
            task.add_done_callback(self._later.discard)
        else:
            self._put(about | given)

    async def _put_late(self, body: dict[str, Any]) -> None:
        pressed_at = self._now()
        await asyncio.sleep(self._late_s)
        self._put(body, pressed_at)

    def _put(self, body: dict[str, Any], at: datetime | None = None) -> None:
        said_at = (at or self._now()).isoformat()
        said = {"contract": MAN_DOWN_CONTRACT, "occurred_at": said_at} | body
        self._outbox.put(Message(body["id"], body["revision"], said))

    # --- how it is carried -----------------------------------------------------------

    async def run(self) -> None:
        """Carry until cancelled; Dismissed when the service will not have us."""
        wait, longest = AGAIN_S
        while True:
            before = self.tally.total()
            with suppress(OSError):
                await self._link.carry(self._outbox)
            wait = AGAIN_S[0] if self.tally.total() > before else min(wait * 2, longest)
            self._outbox.cut_off()
            await asyncio.sleep(wait)

    async def settled(self) -> None:
        """Until every message has its answer."""
        if self._later:
            await asyncio.wait(self._later)
        if self.unanswered:
            await self._outbox.settled.wait()
