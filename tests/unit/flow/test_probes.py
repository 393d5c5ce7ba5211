"""Probes: a channel that accepts and discards is found, and nobody else notices them (O1, N5)."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from middleware.domain.rules import Rules
from middleware.flow.probe_bodies import PROBE, PROBED, probe_body
from middleware.flow.probes import Loop, Pace, Probes
from middleware.ops.metrics import Metrics
from middleware.ports import By, Channel, ChannelDown, Intake, ToDevice
from schemas.decision import ProbesChanged
from schemas.delivery import Delivery, DeliveryReported, NoteDisplayed
from schemas.event import Event
from schemas.mdt import DeviceNote
from schemas.safety import ManDownSignalled
from schemas.service import BuildStarted, SourceConnected, SourceLost
from tests import alarms, said
from tests.flowing import Running, records, start
from tests.room import RULES, made
from tests.said import HIGH_STREET, START, Cad, Team, marker, resource
from tests.virtual import VirtualClock, virtual

LOOPBACK = "PROBE"
EVERY, OVERDUE, FOUND_WITHIN = 30, 90, 120
PACE = Pace(timedelta(seconds=EVERY), timedelta(seconds=OVERDUE))


class Line:
    """A channel with a loopback device; `arrives` is what becomes of all that it accepts."""

    name = "mdt"

    def __init__(self) -> None:
        self.sent: list[ToDevice] = []
        self.arrives = self.is_down = self.hangs = False
        self.state: Delivery | None = None
        self._intake: Intake | None = None
        self._revision = 0

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        self._intake = intake
        await self.connects()
        came_back()
        await asyncio.Event().wait()

    async def connects(self) -> None:
        await self._says(SourceConnected)

    async def is_cut_off(self) -> None:
        await self._says(SourceLost, reason="closed", gap=False)

    async def _says(self, kind: type[Event], **more: Any) -> None:
        assert self._intake
        self._revision += 1
        about: dict[str, Any] = {
            "source": "mdt",
            "id": "mdt",
            "revision": self._revision,
            "occurred_at": START,
        }
        await self._intake.submit(kind(**about, **more))

    async def send(self, message: ToDevice) -> None:
        if self.hangs and message.probe:
            await asyncio.Event().wait()
        if self.is_down:
            raise ChannelDown("down")
        self.sent.append(message)
        if self.arrives and message.probe:
            await self.returns(message)

    async def returns(self, message: ToDevice, device: str = LOOPBACK) -> None:
        assert self._intake
        assert isinstance(message.body, DeviceNote)
        about: dict[str, Any] = {
            "source": "mdt", "channel": "mdt", "device": device, "occurred_at": START,
            "note": message.body.note, "note_revision": message.body.revision,
            "id": f"{device}/{message.body.revision}/{self.state}",
        }  # fmt: skip
        event = DeliveryReported(**about, state=self.state) if self.state else None
        await self._intake.submit(event or NoteDisplayed(**about))


@dataclass
class Probed:
    """A service whose channel is probed."""

    line: Line
    running: Running
    meters: Metrics

    def figure(self, name: str) -> float:
        value = self.meters.registry.get_sample_value(name, {"channel": "mdt"})
        return value or 0.0

    def found(self) -> list[bool]:
        """What is on record of its probes: back or not, in order."""
        return [one.back for one in made(records(self.running.disk), ProbesChanged)]

    def unreturned(self) -> bool:
        return self.running.state.sources["mdt"].unreturned is not None


@asynccontextmanager
async def probed(*, arrives: bool = True, rules: Rules = RULES) -> AsyncIterator[Probed]:
    meters, line = Metrics(), Line()
    line.arrives = arrives
    probes = Probes([Loop("mdt", By.DEVICE, LOOPBACK, PACE)], VirtualClock(), meters)
    channels: list[Channel] = probes.through([line])
    running = await start(rules=rules, channels=tuple(channels))
    put, post = running.service.couriers.put, running.service.core.post
    probing = asyncio.create_task(probes.run(put, post))
    yield Probed(line, running, meters)
    probing.cancel()
    await running.stop()


@virtual
async def test_o1_probes_come_back_and_are_in_no_record_and_no_duty() -> None:
    async with probed() as room:
        await room.running.wait(10 * EVERY)
        kinds = [type(entry.event) for entry in records(room.running.disk)]
        assert kinds == [BuildStarted, SourceConnected]
        assert room.found() == []
        assert room.running.state.notes == {}
        sent = room.figure("forewarn_probe_sent_total")
        assert sent == room.figure("forewarn_probe_returned_total") >= 10
        assert room.figure("forewarn_probe_return_seconds_count") == sent
        assert room.figure("forewarn_probe_overdue") == 0
        assert all(message.device == LOOPBACK for message in room.line.sent)


@virtual
async def test_o1_a_channel_that_accepts_and_discards_is_found_within_two_minutes() -> None:
    async with probed() as room:
        await room.running.wait(10 * EVERY)
        room.line.arrives = False
        await room.running.wait(FOUND_WITHIN)
        assert room.found() == [False]
        assert room.unreturned()
        assert room.figure("forewarn_probe_overdue") == 1
        assert room.figure("forewarn_probe_since_return_seconds") >= OVERDUE
        room.line.arrives = True
        await room.running.wait(EVERY + 5)
        assert room.found() == [False, True]
        assert not room.unreturned()
        assert room.figure("forewarn_probe_overdue") == 0


@virtual
async def test_o1_a_channel_that_never_delivered_is_found_too() -> None:
    async with probed(arrives=False) as room:
        await room.running.wait(FOUND_WITHIN)
        assert room.found() == [False]


@virtual
async def test_o1_one_probe_that_is_lost_on_the_way_alarms_nobody() -> None:
    async with probed() as room:
        for _ in range(5):
            await room.running.wait(2 * EVERY)
            room.line.arrives = False
            await room.running.wait(EVERY)
            room.line.arrives = True
        assert room.figure("forewarn_probe_returned_total") < room.figure(
            "forewarn_probe_sent_total"
        )
        assert room.found() == []


@pytest.mark.parametrize("state", [Delivery.SENT, Delivery.STORED, Delivery.FAILED])
def test_o1_what_a_network_says_short_of_received_brings_no_probe_back(state: Delivery) -> None:
    @virtual
    async def scene() -> None:
        async with probed() as room:
            room.line.state = state
            await room.running.wait(FOUND_WITHIN + EVERY)
            assert room.found() == [False]
            room.line.state = Delivery.RECEIVED
            await room.running.wait(EVERY + 5)
            assert room.found() == [False, True]

    scene()


@virtual
async def test_o1_a_channel_that_is_cut_off_is_not_called_overdue_and_begins_anew() -> None:
    async with probed() as room:
        await room.running.wait(EVERY)
        room.line.is_down = True
        await room.line.is_cut_off()
        await room.running.wait(10 * FOUND_WITHIN)
        assert room.figure("forewarn_probe_overdue") == 0
        room.line.is_down = False
        sent = room.figure("forewarn_probe_sent_total")
        await room.line.connects()
        await room.running.wait(2)
        assert room.figure("forewarn_probe_sent_total") == sent + 1, "at once"
        assert room.found() == []


@virtual
async def test_o1_a_probe_that_another_device_claims_is_no_probe() -> None:
    async with probed(arrives=False) as room:
        await room.running.wait(2)
        (message,) = room.line.sent
        await room.line.returns(message, device="A101")
        await room.running.wait(1)
        assert room.figure("forewarn_probe_returned_total") == 0


@virtual
async def test_d1_n3_neither_a_man_down_nor_a_note_waits_for_a_probe() -> None:
    """The channel hangs in the middle of a probe, and goes on hanging."""
    async with probed(rules=alarms.RULES) as room:
        room.line.hangs = True
        await room.running.wait(2 * EVERY)
        submit, team = room.running.service.core.submit, Team()
        begun = room.running.clock.monotonic()
        await submit(alarms.pressed())
        await submit(team.put(marker("M1", HIGH_STREET)))
        await room.running.wait(1)
        await submit(Cad().opened(HIGH_STREET, (resource("A1"),)))
        await room.running.wait(0.01)
        assert room.running.clock.monotonic() - begun < EVERY
        assert len(room.running.state.open_alarms) == 1
        assert [message.device for message in room.line.sent if not message.probe] == ["A1"]
        kinds = [type(entry.event) for entry in records(room.running.disk)]
        assert ManDownSignalled in kinds


@pytest.mark.parametrize("by", sorted(PROBED))
def test_n8_a_probe_says_that_it_is_one_and_names_nobody(by: By) -> None:
    body = probe_body(by, LOOPBACK, 7, said.later(2))
    content = body.model_dump_json(exclude_none=True)
    assert '"probe":true' in content
    assert re.search("probe of forewarn[:,] for nobody", content, re.IGNORECASE)
    assert (body.note, body.revision) == (PROBE, 7)  # type: ignore[union-attr]
