"""Probes: a note for nobody goes the whole way through a channel to a loopback device and comes
back, so that a channel that accepts and discards is found (O1, N3, N5); docs/probes.md.

It is carried like every note, and what says that it arrived is taken out before the intake: on
record is only that probes no longer come back, and that they do again.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from middleware.flow.index import SELF
from middleware.flow.parcels import Parcel
from middleware.flow.probe_bodies import PROBE, probe_body
from middleware.ops.redaction import Fixed
from middleware.ports import (
    By,
    Channel,
    ChannelDown,
    Clock,
    Intake,
    Meters,
    Problem,
    Standing,
    Submitted,
    ToDevice,
)
from schemas.delivery import Delivery, DeliveryReported, NoteAcknowledged, NoteDisplayed
from schemas.event import Event
from schemas.service import ProbesBack, ProbesLost, SourceConnected, SourceLost

LOOK = timedelta(seconds=1)
_BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
"""Revisions count the seconds since then, so that they grow over every restart."""
REMEDY = "crews may not be told that way: see docs/probes.md, and tell them by another"
RETURNED = Submitted(Standing.TAKEN, 0)

Put = Callable[[str, Parcel], None]
Post = Callable[[Event], Awaitable[None]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pace:
    """A probe each `every`; with none back for `overdue` the channel does not deliver."""

    every: timedelta
    overdue: timedelta


@dataclass(frozen=True, slots=True)
class Loop:
    """A channel, what it reaches, and the address of the loopback device on it."""

    channel: str
    by: By
    device: str
    pace: Pace


@dataclass(slots=True)
class _Line:
    """How it goes on one loop; moments in seconds of the monotonic clock."""

    loop: Loop
    back_at: float
    """When the last one came back; before that, when the service began."""
    since: float
    """From when on one is missing: that, or the time at which the channel came up again."""
    due: float = 0.0
    up: bool = False
    lost: bool = False
    revision: int = 0
    sent: dict[int, float] = field(default_factory=dict)


class Probes:
    """Sends them, takes them back, and says where they do not come back."""

    def __init__(self, loops: Sequence[Loop], clock: Clock, meters: Meters) -> None:
        self._clock, self._meters = clock, meters
        now = clock.monotonic()
        self._lines = {loop.channel: _Line(loop, now, now) for loop in loops}

    def through(self, channels: Sequence[Channel]) -> list[Channel]:
        """The channels, those with a loop so that their probes are taken out on the way in."""
        probed = self._lines.keys()
        return [ProbedChannel(one, self) if one.name in probed else one for one in channels]

    async def run(self, put: Put, post: Post) -> None:
        """Until cancelled; `put` hands a parcel to the couriers."""
        while True:
            for line in self._lines.values():
                now = self._clock.monotonic()
                if line.up and now >= line.due:
                    self._send(line, put, now)
                await self._measure(line, post, now)
            await self._clock.sleep(LOOK)

    def _send(self, line: _Line, put: Put, now: float) -> None:
        at, loop = self._clock.now(), line.loop
        line.due = now + loop.pace.every.total_seconds()
        line.revision = max(line.revision + 1, (at - _BEGUN) // timedelta(seconds=1))
        oldest = now - 2 * loop.pace.overdue.total_seconds()
        line.sent = {n: sent for n, sent in line.sent.items() if sent > oldest}
        line.sent[line.revision] = now
        body = probe_body(loop.by, loop.device, line.revision, at + loop.pace.overdue)
        message = ToDevice(loop.device, body, probe=True)
        put(loop.channel, Parcel(PROBE, line.revision, message, PROBE, line.due, once=True))
        self._meters.counter("forewarn_probe_sent_total", channel=loop.channel).inc()

    async def _measure(self, line: _Line, post: Post, now: float) -> None:
        channel = line.loop.channel
        late = line.up and now - line.since >= line.loop.pace.overdue.total_seconds()
        gauge = self._meters.gauge("forewarn_probe_since_return_seconds", channel=channel)
        gauge.set(now - line.back_at)
        self._meters.gauge("forewarn_probe_overdue", channel=channel).set(late)
        if late is line.lost or not line.up:
            return
        line.lost, at = late, self._clock.now()
        revision = max(1, (at - _BEGUN) // timedelta(milliseconds=1))
        kind = ProbesLost if late else ProbesBack
        if late:
            log.error("probes_do_not_come_back", channel=channel, remedy=Fixed(REMEDY))
        else:
            log.info("probes_come_back", channel=channel)
        await post(kind(source=SELF, id=channel, revision=revision, occurred_at=at))

    # --- what comes in -----------------------------------------------------------------

    def takes(self, channel: str, event: Event) -> bool:
        """Whether it speaks of a probe, and so goes no further."""
        line = self._lines[channel]
        match event:
            case SourceConnected() | SourceLost() if event.id == channel:
                self._turn(line, connected=isinstance(event, SourceConnected))
            case NoteDisplayed() | NoteAcknowledged() | DeliveryReported():
                if event.note == PROBE and event.device == line.loop.device:
                    self._back(line, event)
                    return True
        return False

    def _turn(self, line: _Line, *, connected: bool) -> None:
        """Cut off is said elsewhere; a channel that is back begins anew, at once."""
        line.up, line.lost = connected, False
        line.since, line.due = self._clock.monotonic(), 0.0

    def _back(
        self, line: _Line, event: NoteDisplayed | NoteAcknowledged | DeliveryReported
    ) -> None:
        sent = line.sent.get(event.note_revision)
        if sent is None or not _arrived(line.loop.by, event):
            return
        del line.sent[event.note_revision]
        line.back_at = line.since = self._clock.monotonic()
        channel = line.loop.channel
        self._meters.counter("forewarn_probe_returned_total", channel=channel).inc()
        took = self._meters.histogram("forewarn_probe_return_seconds", channel=channel)
        took.observe(line.back_at - sent)


def _arrived(by: By, event: NoteDisplayed | NoteAcknowledged | DeliveryReported) -> bool:
    """Whether it surely arrived: a radio need only have it, a telephone must press the key."""
    if isinstance(event, DeliveryReported):
        return event.state is Delivery.RECEIVED
    return by is not By.PHONE or isinstance(event, NoteAcknowledged)


class ProbedChannel:
    """A channel whose probes go no further than to Probes."""

    def __init__(self, channel: Channel, probes: Probes) -> None:
        self.name = channel.name
        self._channel, self._probes = channel, probes

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        await self._channel.run(_ProbedIntake(self.name, intake, self._probes), came_back)

    async def send(self, message: ToDevice) -> None:
        """A probe that fails in any way did not go out: the next one stands for it."""
        try:
            await self._channel.send(message)
        except ChannelDown:
            raise
        except Exception as fault:
            if not message.probe:
                raise
            log.warning("probe_not_sent", channel=self.name, error=type(fault).__name__)
            raise ChannelDown("the probe was not sent") from fault


@dataclass(frozen=True, slots=True)
class _ProbedIntake:
    """The intake of a probed channel."""

    channel: str
    intake: Intake
    probes: Probes

    async def submit(self, event: Event, raw: bytes = b"") -> Submitted:
        if self.probes.takes(self.channel, event):
            return RETURNED
        return await self.intake.submit(event, raw)

    async def refuse(self, source: str, problem: Problem, raw: bytes) -> Submitted:
        return await self.intake.refuse(source, problem, raw)
