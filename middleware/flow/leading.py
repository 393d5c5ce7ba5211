"""The instance of a pair that writes: it renews its lease, takes in what another one answered for,
and looks whether anybody stands by (DESIGN, "Stores"; O4)."""

import asyncio

import structlog

from middleware.flow.pair import Asked
from middleware.flow.records import Tampered, UnknownRecord, open_record
from middleware.flow.service import Service
from middleware.ops.health import LEASE, Health
from middleware.ops.redaction import Fixed
from middleware.ports import Clock, Intake, Keys, Lease, Meters
from schemas.event import Event

RENEWALS = 4
"""Of the lease, while it lasts; tried for one of these times each."""
RUN_OUT = "could not be renewed in time; another instance may write; man-down and notes go on"
KEPT = "the instance that handed it on has kept its spool: spool.aside-N"
LEVEL = 500
"""Records by which one that stands by may be behind and still count as ready."""

log = structlog.get_logger()


class Leading:
    """`run` raises Fenced as soon as it is known that another instance writes, also where there is
    nothing to append. While the store cannot be reached it goes on: man-down and notes do too."""

    def __init__(
        self, lease: Lease, token: int, keys: Keys, clock: Clock, meters: Meters, health: Health
    ) -> None:
        self._lease, self._token, self._keys, self._clock = lease, token, keys, clock
        self._meters, self._health = meters, health
        self._pace = lease.lasts / RENEWALS
        self._renewed_at = clock.monotonic()
        self._asked = {name: Asked(lease.lasts) for name in ("renew", "take in", "look")}
        self._seen: dict[str, tuple[int, float]] = {}
        """Beat of each that ever stood by, and when it was new."""
        age = meters.gauge("forewarn_pair_lease_age_seconds")
        age.set_function(lambda: clock.monotonic() - self._renewed_at)
        meters.gauge("forewarn_pair_behind_seconds").set_function(lambda: 0.0)

    async def run(self) -> None:
        """Renew until cancelled."""
        while True:
            if await self._asked["renew"].done(self._lease.renew(self._token)):
                self._renewed_at = self._clock.monotonic()
            self._tell_health()
            await self._clock.sleep(self._pace)

    def _tell_health(self) -> None:
        age = self._clock.monotonic() - self._renewed_at
        if age < self._lease.lasts.total_seconds():
            self._health.ready(LEASE)
        else:
            self._health.not_ready(LEASE, RUN_OUT)

    async def look_after(self, service: Service) -> None:
        """The other instance, until cancelled."""
        await service.ready.wait()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._take_in_all(service.core))
            while True:
                await self._asked["look"].done(self._count(service.state.position))
                await self._clock.sleep(self._pace)

    async def _count(self, position: int) -> None:
        now, ready = self._clock.monotonic(), 0
        for name, (beat, at) in (await self._lease.followers()).items():
            before, since = self._seen.get(name, (beat, -self._lease.lasts.total_seconds()))
            since = now if beat != before else since
            self._seen[name] = beat, since
            is_there = now - since < self._lease.lasts.total_seconds()
            ready += is_there and position - at <= LEVEL
        self._meters.gauge("forewarn_pair_followers").set(ready)

    async def _take_in_all(self, intake: Intake) -> None:
        """What was handed on, in its order: its ids keep it from being double."""
        while True:
            await self._asked["take in"].done(self._take_in(intake))
            await self._clock.sleep(self._pace)

    async def _take_in(self, intake: Intake) -> None:
        records = await self._lease.handed_on()
        for event in map(self._event, records):
            if event is not None and not event.ours:
                await intake.submit(event)
        if records:
            await self._lease.taken_in(self._token, len(records))

    def _event(self, record: bytes) -> Event | None:
        try:
            event = open_record(record, self._keys).entry.event
        except (Tampered, UnknownRecord) as fault:
            log.exception("handed_on_unreadable", error=type(fault).__name__, remedy=Fixed(KEPT))
            return None
        return event if isinstance(event, Event) else None
