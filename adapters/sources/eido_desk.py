"""Where conveyed EIDOs are handed in: each object as its events, each once (C1, C2, O4)."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from adapters.codecs import contract, eido
from adapters.codecs import eido_conveyance as conveyance
from adapters.codecs.eido_units import EidoDialect
from middleware.ports import Intake, Problem, Standing, Submitted, World
from schemas.event import Event
from schemas.incident import CadEvent

KEPT = 50_000
"""Things whose last state is remembered, so that what did not change is not said again."""
SAID_BEFORE = Problem(
    "lastUpdateTimeStamp",
    "was sent before with other content; send changed content with a later one",
)
Verdict = tuple[int, str]
"""Status code and words of the answer to a notification."""


class Heard(NamedTuple):
    """What was said, None where it could not be read, and what is answered at once."""

    said: conveyance.Spoken | None
    answer: str = ""


class EidoDesk:
    """Reads, hands in what is new in it, and keeps count."""

    def __init__(
        self, adapter: str, said_by: str, dialect: EidoDialect, world: World, intake: Intake
    ) -> None:
        self._adapter, self._said_by, self._dialect = adapter, said_by, dialect
        self._intake, self._tap = intake, world.tap
        self._last: OrderedDict[str, bytes] = OrderedDict()
        self._days: OrderedDict[str, date] = OrderedDict()
        meters = world.meters
        self._received = meters.counter("forewarn_adapter_received_total", adapter=adapter)
        self._unknown = meters.counter("forewarn_adapter_unknown_fields_total", adapter=adapter)

    def believe_open(self, incidents: Iterable[tuple[str, date]]) -> None:
        """Numbers and service days under which the journal has the incidents of this source."""
        for number, day in incidents:
            _keep(self._days, number, day)

    async def hear(self, raw: bytes) -> Heard:
        """One message: objects in it are handed in, all else is the session's."""
        self._tap.heard(self._adapter, 0, raw)
        self._received.inc()
        said = conveyance.read(raw)
        if isinstance(said, Problem):
            verdict = await self._refuse(said, raw)
            answer = conveyance.event_response(conveyance.transaction_of(raw), *verdict)
            return Heard(None, answer)
        if isinstance(said, conveyance.Notified):
            verdict = await self._take(said)
            return Heard(said, conveyance.event_response(said.transaction, *verdict))
        self._unknown.inc(isinstance(said, conveyance.Unknown))
        return Heard(said)

    async def _refuse(self, problem: Problem, raw: bytes) -> Verdict:
        """Into quarantine; what the other side is told of it."""
        await self._intake.refuse(self._adapter, problem, raw[: contract.LIMIT])
        too_long = len(raw) > conveyance.LIMIT
        status = conveyance.TOO_LARGE if too_long else conveyance.BAD_REQUEST
        return status, f"{problem.field}: {problem.reason}"

    async def _take(self, said: conveyance.Notified) -> Verdict:
        """Returns when the journal has all that is new in it. What can be read is taken, whatever
        stands beside it."""
        verdict = (conveyance.OK, "")
        for one in said.eidos:
            told = eido.read(one, self._said_by, self._dialect, self._days)
            if isinstance(told, Problem):
                verdict = await self._refuse(told, _bytes(one))
            elif not await self._hand_in(told, one):
                verdict = conveyance.BAD_REQUEST, f"{SAID_BEFORE.field}: {SAID_BEFORE.reason}"
        return verdict

    async def _hand_in(self, told: eido.Told, said: Any) -> bool:
        """Whether nothing of it contradicts what was said before."""
        self._unknown.inc(told.unknown)
        fresh = [(event, _content(event)) for event in told.events]
        fresh = [(event, is_now) for event, is_now in fresh if self._last.get(event.id) != is_now]
        raw = _bytes(said)[: contract.LIMIT] if fresh else b""
        # Tasks start in the order in which they are made, so the lane keeps that order.
        taken = await asyncio.gather(*(self._intake.submit(event, raw) for event, _ in fresh))
        for (event, is_now), submitted in zip(fresh, taken, strict=True):
            self._remember(event, is_now, submitted)
        return all(one.standing is not Standing.CONFLICT for one in taken)

    def _remember(self, event: Event, is_now: bytes, submitted: Submitted) -> None:
        if submitted.standing in (Standing.TAKEN, Standing.KNOWN):
            _keep(self._last, event.id, is_now)
        if isinstance(event, CadEvent):
            _keep(self._days, event.number, event.service_day)


def _keep(kept: OrderedDict[str, Any], key: str, value: Any) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > KEPT:
        kept.popitem(last=False)


def _content(event: Event) -> bytes:
    """The same while only the time of the object is another."""
    json = event.model_dump_json(exclude={"revision", "occurred_at"})
    return blake2b(f"{event.kind} {json}".encode(), digest_size=16).digest()


def _bytes(said: Any) -> bytes:
    return orjson.dumps(said)
