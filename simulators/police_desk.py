"""A police control room's desk, played (O3, P2): takes requests, and says what becomes of them.

It speaks `forewarn.back-up/1`: requests come in over HTTP, its answers are posted back and said
again until they are taken.
"""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from schemas.police import BACK_UP_CONTRACT
from simulators.cad_faults import Faults as AnswerFaults
from simulators.cad_faults import Mischief
from simulators.cad_messages import Message, utc_now
from simulators.cad_outbox import Heard, Link, Outbox
from simulators.receiving import Json, Receiving

PATH = "/back-up/v1/requests"
AGAIN_S = 0.2
"""Seconds before an answer that nobody took is said again."""
COURSE = ("accepted", "en_route", "arrived")


@dataclass(frozen=True, slots=True)
class Conduct:
    """How the people there decide. `refuses`: so many times before they accept, counted over all
    that is asked further up; `mute`: nobody ever decides; `stays`: accepts, and nobody comes;
    `decide_s`, `come_s`: seconds until they decide, and between accepted, en route and arrived."""

    refuses: int = 0
    mute: bool = False
    stays: bool = False
    decide_s: float = 0.0
    come_s: float = 0.0


@dataclass
class PoliceDesk(Receiving):
    """Requests by id. `run` carries what it answers; `lost`, `late` … are those of the way in, and
    `doubled` says each answer twice as well."""

    contract = BACK_UP_CONTRACT
    path = PATH
    types = ("back_up.requested", "back_up.stood_down")

    conduct: Conduct = field(default_factory=Conduct)
    requests: dict[str, Json] = field(default_factory=dict)
    now: Callable[[], datetime] = utc_now
    heard: Heard = lambda message, standing: None
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        doubled = AnswerFaults(duplicate=self.faults.doubled)
        self.outbox = Outbox(Mischief(doubled, self.random), self.heard)
        self._run, self._said, self._refused = secrets.token_hex(4), 0, 0
        self._asked: dict[str, tuple[str, bool]] = {}
        self._deciding: set[asyncio.Task[None]] = set()
        told, self.took = self.took, self._take
        self._told = told

    def drawer(self, said: Json) -> dict[str, Json]:
        return self.requests

    # --- what the people there do --------------------------------------------------------

    def _take(self, said: Json) -> None:
        self._told(said)
        if said["type"] == "back_up.stood_down":
            self._asked.pop(said["id"], None)
        elif not self.conduct.mute and self._is_asked_anew(said):
            self._asked[said["id"]] = (said["asked_of"], False)
            task = asyncio.create_task(self._decide(said))
            self._deciding.add(task)
            task.add_done_callback(self._deciding.discard)

    def _is_asked_anew(self, said: Json) -> bool:
        """Not when only its words changed: who is coming comes."""
        before = self._asked.get(said["id"])
        return before is None or before[0] != said["asked_of"]

    async def _decide(self, said: Json) -> None:
        await asyncio.sleep(self.conduct.decide_s)
        if self._refused < self.conduct.refuses:
            self._refused += 1
            self.answer(said, "refused", reason="no immediate risk to life is stated")
            return
        for says in COURSE[:1] if self.conduct.stays else COURSE:
            if said["id"] not in self._asked:
                return
            self.answer(said, says)
            await asyncio.sleep(self.conduct.come_s)

    def answer(self, said: Json, says: str, **more: str) -> None:
        """Say it to the request, under its reference."""
        self._said += 1
        names = {"reference": f"P-{said['id']}", "said_by": said["asked_of"]}
        if says == "arrived":
            names |= {"crn": f"42/{said['id']}/26", "oic": "PS 12"}
        about = {"id": f"{self._run}/{self._said}", "revision": 1, "request": said["id"]}
        answer = {
            "contract": BACK_UP_CONTRACT,
            "type": "back_up.answered",
            "occurred_at": self.now().isoformat(),
            "says": says,
            "of": said["revision"],
        }
        body = about | answer | names | more
        self.outbox.put(Message(body["id"], 1, body))

    # --- how its answers are carried -----------------------------------------------------

    async def run(self, link: Link) -> None:
        """Carry until cancelled; Dismissed when the service will not have us."""
        while True:
            with suppress(OSError):
                await link.carry(self.outbox)
            self.outbox.cut_off()
            await asyncio.sleep(AGAIN_S)
