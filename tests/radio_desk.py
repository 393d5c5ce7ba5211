"""The radio channel at work against a played radio, by TCP or a serial port."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.channels.radio import SPEC, Radio
from middleware.ops.metrics import Metrics
from middleware.ports import ToDevice
from schemas.delivery import (
    CrewAsked,
    Delivery,
    DeliveryReported,
)
from schemas.event import Event
from simulators import radio_words as words
from simulators.radio import RadioGateway
from simulators.radio_handset import Faults, Handset
from tests.brokers import real_world, until
from tests.fakes import FakeIntake
from tests.radios import RADIO, SILENT_CREW, line_settings, radio_text


class Desk:
    """A channel at work, with what it brought in."""

    def __init__(self, gateway: RadioGateway, settings: dict[str, Any], state: Path) -> None:
        self.gateway, self.intake = gateway, FakeIntake()
        world = real_world(state)
        assert isinstance(world.meters, Metrics)
        self.meters = world.meters
        self.channel: Radio = SPEC.make(SPEC.settings(**settings), world)
        self.back = asyncio.Semaphore(0)

    async def tells(self, note: str = "n1", times: int = 0, **fields: Any) -> None:
        async with asyncio.timeout(60):
            await self.channel.send(ToDevice(RADIO, radio_text(note, **fields), times))

    async def hears(self, kind: type[Event], times: int = 1) -> list[Any]:
        await until(lambda: len(self.intake.of(kind)) >= times)
        return list(self.intake.of(kind))

    async def settled(self) -> None:
        """Everything that was said before this has been taken in."""
        known = len(self.intake.of(CrewAsked))
        self.gateway.from_air(words.text("1009999", f"ask {known}", 1))
        await self.hears(CrewAsked, known + 1)

    def states(self) -> list[Delivery]:
        return [e.state for e in self.intake.of(DeliveryReported)]  # type: ignore[attr-defined]

    def metric(self, name: str, **labels: str) -> float:
        return self.meters.registry.get_sample_value(name, labels) or 0.0


@asynccontextmanager
async def at_work(
    gateway: RadioGateway, settings: dict[str, Any], state: Path
) -> AsyncIterator[Desk]:
    desk = Desk(gateway, settings, state)
    task = asyncio.create_task(desk.channel.run(desk.intake, desk.back.release))
    try:
        async with asyncio.timeout(60):
            await desk.back.acquire()
        yield desk
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def settings(gateway: RadioGateway, **more: Any) -> dict[str, Any]:
    """Where it is, and the site's table."""
    if gateway.serial is None:
        return line_settings(gateway, **more)
    return {**line_settings(gateway, **more), "connect": None, "serial": gateway.serial}


def silent(gateway: RadioGateway, **faults: Any) -> Handset:
    """A radio whose crew does nothing."""
    handset = gateway.handset(RADIO, SILENT_CREW)
    handset.faults = Faults(**faults)
    return handset
