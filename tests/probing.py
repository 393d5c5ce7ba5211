"""A channel with its probes and its couriers, at work against a real other side."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from adapters.table import ADAPTERS
from middleware.flow.couriers import Couriers
from middleware.flow.probes import Loop, Pace, Probes
from middleware.ops.metrics import Metrics
from middleware.ports import AdapterSpec, Kind
from schemas.event import Event
from schemas.service import ProbesBack, ProbesLost
from tests.brokers import real_world, until
from tests.fakes import FakeIntake

QUICKLY = Pace(timedelta(milliseconds=500), timedelta(seconds=3))


@dataclass
class Probing:
    """`said` is what goes on record of the probes, `intake` what else the channel brought in."""

    channel: str
    meters: Metrics
    intake: FakeIntake
    said: list[Event] = field(default_factory=list)

    async def post(self, event: Event) -> None:
        self.said.append(event)

    def figure(self, name: str, **labels: str) -> float:
        """The metric, summed over what has these labels; of this channel, or adapter."""
        samples = (s for metric in self.meters.registry.collect() for s in metric.samples)
        about = {self.channel}
        return sum(
            sample.value
            for sample in samples
            if sample.name == name
            and labels.items() <= sample.labels.items()
            and about & set(sample.labels.values())
        )

    async def come_back(self) -> None:
        """Wait for some more of them."""
        seen = self.figure("forewarn_probe_returned_total")
        await until(lambda: self.figure("forewarn_probe_returned_total") >= seen + 2)

    async def are_lost(self) -> None:
        """Wait until that is on record."""
        await until(lambda: [type(one) for one in self.said[-1:]] == [ProbesLost])
        assert self.said[-1].id == self.channel
        assert self.figure("forewarn_probe_overdue") == 1
        assert self.figure("forewarn_adapter_connected") == 1, "and nothing else shows it"

    async def are_back(self) -> None:
        await until(lambda: [type(one) for one in self.said[-1:]] == [ProbesBack])
        assert self.figure("forewarn_probe_overdue") == 0


@asynccontextmanager
async def probing(
    channel: str, device: str, settings: dict[str, Any], state: Path, pace: Pace = QUICKLY
) -> AsyncIterator[Probing]:
    """The channel as the service makes it, with `device` as its loopback device."""
    row: AdapterSpec = ADAPTERS[Kind.CHANNEL, channel]
    world = replace(real_world(state), loopbacks={channel: device})
    assert isinstance(world.meters, Metrics)
    probes = Probes([Loop(channel, row.way.by, device, pace)], world.clock, world.meters)
    (line,) = probes.through([row.make(row.settings(**settings), world)])
    made = Probing(channel, world.meters, FakeIntake())
    couriers = Couriers({channel: line}, world.clock, world.random, world.meters, made.intake)
    runs = (
        couriers.run(),
        probes.run(couriers.put, made.post),
        line.run(made.intake, lambda: couriers.came_back(channel)),
    )
    async with (
        AsyncExitStack() as stack
    ):  # the channel ends first: it says when it has a line again
        for run in runs:
            task = asyncio.create_task(run)
            stack.push_async_callback(asyncio.wait, [task])
            stack.callback(task.cancel)
        yield made
