"""A computer-aided dispatch system, played: opens incidents, sends resources, makes mistakes."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from simulators.cad_faults import Faults, Mischief
from simulators.cad_messages import Pen, Place, resource, utc_now
from simulators.cad_outbox import Heard, Link, Outbox

AGAIN_S = (0.1, 5.0)
"""The first and the longest wait before connecting again."""


class CadSimulator:
    """Says what it is told to say, in order, until each message has its answer.

    The verbs only write; `run` carries. Numbers are the CAD's own and start again every day.
    """

    def __init__(
        self,
        link: Link,
        *,
        day: date | None = None,
        seed: int = 7,
        faults: Faults | None = None,
        now: Callable[[], datetime] = utc_now,
        heard: Heard | None = None,
    ) -> None:
        self._link = link
        self._random = Random(seed)
        self._pen = Pen(day or now().astimezone(ZoneInfo("Europe/London")).date(), now)
        self._outbox = Outbox(Mischief(faults or Faults(), self._random))
        if heard:
            self._outbox.heard = heard

    @property
    def tally(self) -> Counter[str]:
        """How many messages had which standing; what faults added is counted as `extra …`."""
        return self._outbox.tally

    @property
    def mischief(self) -> dict[str, int]:
        """How often each fault struck."""
        return self._outbox.mischief.done

    @property
    def unanswered(self) -> int:
        return len(self._outbox.waiting) + len(self._outbox.sent)

    # --- what it says ----------------------------------------------------------------

    def open_incident(
        self,
        number: str,
        place: Place,
        *,
        priority: str | None = None,
        nature: str | None = None,
        condition: str | None = None,
        resources: Iterable[dict[str, Any]] = (),
    ) -> None:
        parts = {
            "place": place, "priority": priority, "nature": nature, "condition": condition,
        }  # fmt: skip
        self._incident("opened", number, **parts, resources=list(resources))

    def update(
        self,
        number: str,
        *,
        priority: str | None = None,
        nature: str | None = None,
        condition: str | None = None,
    ) -> None:
        """`condition`: how the patient is; a change is told to who stands off."""
        facts = {"priority": priority, "nature": nature, "condition": condition}
        self._incident("updated", number, **facts)

    def change_address(self, number: str, place: Place) -> None:
        self._incident("address_changed", number, place=place)

    def close_incident(self, number: str) -> None:
        self._incident("closed", number)

    def assign(
        self,
        number: str,
        callsign: str,
        mdt: str | None = None,
        *,
        single: bool = False,
        **reached: str | None,
    ) -> None:
        """`reached` by `radio`, by `phone`."""
        told = resource(callsign, mdt, single=single, **reached)
        self._resource("assigned", number, callsign, resource=told)

    def mobile(self, number: str, callsign: str) -> None:
        self._resource("mobile", number, callsign, callsign=callsign)

    def at_scene(self, number: str, callsign: str) -> None:
        self._resource("at_scene", number, callsign, callsign=callsign)

    def stand_off(self, number: str, callsign: str, where: str | None = None) -> None:
        """The crew holds at a distance."""
        self._holds("standing_off", number, callsign, where)

    def at_rvp(self, number: str, callsign: str, where: str | None = None) -> None:
        """The crew is at the rendezvous point."""
        self._holds("at_rvp", number, callsign, where)

    def go_in(self, number: str, callsign: str) -> None:
        """The crew held, and has gone in."""
        self._resource("gone_in", number, callsign, callsign=callsign)

    def stand_down(self, number: str, callsign: str) -> None:
        self._resource("stood_down", number, callsign, callsign=callsign)

    def clear(self, number: str, callsign: str) -> None:
        self._resource("cleared", number, callsign, callsign=callsign)

    def _holds(self, how: str, number: str, callsign: str, where: str | None) -> None:
        place = {"where": where} if where else {}
        self._resource(how, number, callsign, callsign=callsign, **place)

    def _incident(self, what: str, number: str, **parts: Any) -> None:
        given = {name: value for name, value in parts.items() if value is not None}
        self._outbox.put(self._pen.about_incident(f"incident.{what}", number, given))

    def _resource(self, what: str, number: str, about: str, **parts: Any) -> None:
        self._outbox.put(self._pen.about_resource(f"resource.{what}", number, about, parts))

    # --- how it is carried -----------------------------------------------------------

    async def run(self) -> None:
        """Carry until cancelled; Dismissed when the service will not have us."""
        wait, longest = AGAIN_S
        while True:
            before = self._progress()
            with suppress(OSError):
                await self._link.carry(self._outbox)
            wait = AGAIN_S[0] if self._progress() > before else min(wait * 2, longest)
            self._outbox.cut_off()
            await asyncio.sleep(wait * (0.5 + self._random.random()))

    def _progress(self) -> int:
        """Grows with every answer, and with every cut of our own: then it is no use to wait."""
        return self.tally.total() + self.mischief.get("cut", 0)

    async def settled(self) -> None:
        """Until every message has its answer; at once when nothing was said."""
        if self.unanswered:
            await self._outbox.settled.wait()
