"""The instance of a pair that does not write: it follows the journal with state and index in
memory, and takes over when the writer is gone (DESIGN, "Stores"; O4).

The lease is watched on the clock of this machine alone. While the store cannot be seen no time is
counted, so that its return does not look like the end of the writer, who cannot have renewed.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import structlog

from middleware.domain.matching import MarkerIndex
from middleware.engine.state import State
from middleware.flow.header import take_apart
from middleware.flow.pair import FOLLOWER, REMEDY, WRITER, Asked, tell_role
from middleware.flow.restore import Restored, begin, go_on, load_index
from middleware.flow.shelf import NOTHING
from middleware.ops.errors import Trouble
from middleware.ops.health import WAITING
from middleware.ops.redaction import Fixed
from middleware.ports import Clock, Held, Journal, Keys, Lease, Meters, Spool

FOLLOW = timedelta(milliseconds=50)
"""Between two looks for new records."""
LOOKS = 10
"""At the lease, while it lasts."""
SLICE = 200
"""Markers that the index takes up at a time."""

log = structlog.get_logger()


@dataclass(slots=True)
class Lead:
    """Whose turn it has become: the token, and what was followed so far."""

    token: int
    restored: Restored
    index: MarkerIndex


class Standby:
    """Follows until it is this instance's turn; `held` is who writes meanwhile."""

    def __init__(
        self,
        room: str,
        journal: Journal,
        lease: Lease,
        spool: Spool,
        keys: Keys,
        clock: Clock,
        meters: Meters,
    ) -> None:
        self._room, self._journal, self._lease, self._spool = room, journal, lease, spool
        self._keys, self._clock, self._meters = keys, clock, meters
        self._left, self._index_failed = NOTHING, False
        self._seen_at = self._level_at = clock.monotonic()
        self.held = Held()
        self.position, self.is_level = 0, False
        """`is_level`: it came as far as the journal."""

    async def run(self, progress: Callable[[int], None] = lambda _: None) -> Lead:
        """Trouble where the keys are not those of the journal."""
        tell_role(self._meters, FOLLOWER)
        self._measure()
        self._left = await self._spool.load()
        restored, index = await self._rebuilt(progress)
        await self._take_up(index, restored.state)
        self.position, self.is_level = restored.state.position, True
        following = asyncio.create_task(self._follow(restored, index))
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.wait({following, watching}, return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                following.result()
            token = watching.result()
        finally:
            await _end(following, watching)
        tell_role(self._meters, WRITER)
        log.warning("took_over", position=restored.state.position)
        return Lead(token, restored, index)

    def who(self) -> str:
        """Said to whoever comes to this instance meanwhile."""
        if not self.held.beat:
            return "nobody writes yet; this instance stands by"
        where = f", at {self.held.where}" if self.held.where else ""
        return f"{self.held.name} writes{where}; this instance stands by"

    def report(self) -> dict[str, str]:
        """The body of /readyz."""
        state = f"follows, at position {self.position}" if self.is_level else WAITING
        return {"pair": f"follower: {self.who()}", "state": state}

    # --- following ----------------------------------------------------------------------

    async def _rebuilt(self, progress: Callable[[int], None]) -> tuple[Restored, MarkerIndex]:
        """State and index at the head. Where the store goes away meanwhile it is read again: who
        was just taken over stays, and is ready when the store is back."""
        while True:
            try:
                await self._demand_keys()
                restored = await begin(self._journal, self._keys, self._room)
                await go_on(restored, self._journal, progress)
                return restored, await load_index(self._journal, self._keys)
            except OSError as fault:
                log.exception("pair_not_seen", error=type(fault).__name__, remedy=Fixed(REMEDY))
                await self._clock.sleep(self._lease.lasts)

    async def _follow(self, restored: Restored, index: MarkerIndex) -> None:
        reads = Asked(self._lease.lasts)
        while True:
            if await reads.done(go_on(restored, self._journal)):
                self.position, self._level_at = restored.state.position, self._clock.monotonic()
            await self._take_up(index, restored.state)
            await self._clock.sleep(FOLLOW)

    async def _take_up(self, index: MarkerIndex, state: State) -> None:
        """An index in which something is missing stays behind, so that checks will say so (C4):
        what could not be taken up is tried again when this instance writes."""
        if index.position >= state.markers.position or self._index_failed:
            return
        at, markers = index.position, state.markers
        try:
            for gone in [marker for marker, since in markers.over.items() if since > at]:
                index.remove(gone)
            wanted = markers.in_force(after=at)
            while some := list(islice(wanted, SLICE)):
                index.put_many(kept.read() for kept in some)
                await self._clock.sleep(timedelta())
        except Exception as fault:
            log.exception("index_not_followed", error=type(fault).__name__)
            self._index_failed = True
        else:
            index.follow(markers.position)

    async def _demand_keys(self) -> None:
        """Records sealed with a key that is not here would fold as erased."""
        head = await self._journal.head()
        async for position, record in self._journal.read(max(0, head - 1), 1):
            _, header = take_apart(record, position)
            for part in header.parts:
                try:
                    self._keys.key(part.key)
                except KeyError:
                    raise Trouble(
                        "the keys of this instance are not those of the journal",
                        "copy the folder keys of the other instance's state directory to this one",
                    ) from None

    # --- watching -----------------------------------------------------------------------

    async def _watch(self) -> int:
        pace, looks = self._lease.lasts / LOOKS, Asked(self._lease.lasts)
        since, seen = 0.0, False
        while True:
            before, was_seen = self.held, seen
            seen = await looks.done(self._look())
            now = self._clock.monotonic()
            if not was_seen or self.held != before:
                self._demand_own_name(before if was_seen else self.held)
                since = now
            over = now - since >= self._lease.lasts.total_seconds()
            if seen and (over or not self.held.beat):
                token = await self._take()
                if token is not None:
                    return token
            await self._clock.sleep(pace)

    async def _look(self) -> None:
        self.held = await self._lease.look()
        self._seen_at = self._clock.monotonic()
        await self._lease.stand_by(self.position)
        if self._left.records and self.held.token > (self._left.token or 0):
            await self._hand_on()

    async def _take(self) -> int | None:
        try:
            return await self._lease.take(self.held)
        except OSError:
            return None

    def _demand_own_name(self, before: Held) -> None:
        """Renewed by somebody who is called as this one."""
        again = self.held.token == before.token and self.held != before
        if again and self.held.beat and self.held.name == self._lease.name:
            raise Trouble(
                f"another instance of this pair is called {self._lease.name} too",
                "give each its own: name in [store.redis]",
            )

    async def _hand_on(self) -> None:
        """Another one went on without what lies in the spool here, and was answered for: it says
        the events of it again. The spool is kept for people."""
        first, records = self._left.first, self._left.records
        have: set[int] = set()
        async for position, record in self._journal.read(first - 1, len(records)):
            if record == records[position - first]:
                have.add(position)
        lacking = [one for n, one in enumerate(records, start=first) if n not in have]
        await self._lease.hand_on(lacking)
        await self._spool.set_aside()
        self._left = NOTHING
        if lacking:
            log.warning("spool_handed_on", records=len(lacking), position=first)

    def _measure(self) -> None:
        gauge = self._meters.gauge
        now = self._clock.monotonic
        gauge("forewarn_pair_behind_seconds").set_function(lambda: now() - self._level_at)
        gauge("forewarn_pair_lease_age_seconds").set_function(lambda: now() - self._seen_at)


async def _end(*tasks: "asyncio.Task[object]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
