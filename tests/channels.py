"""The other side of each channel, for the contract suite. To add one: a Rig, a line in RIGS."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from middleware.ops.metrics import Metrics
from middleware.ports import AdapterSpec, Body, Channel, ToDevice
from schemas.delivery import CrewAsked, DeviceSeen, NoteAcknowledged, NoteDisplayed
from schemas.event import Event
from schemas.mdt import MDT_CONTRACT, DeviceAnswer
from tests.bars_rig import BarsRig
from tests.brokers import DEVICES, ROOM, Nats, client, freeze, note, real_world, until
from tests.cad_rig import CadRig
from tests.eido_subscriber_rig import EidoSubscriberRig
from tests.fakes import FakeIntake
from tests.police_rig import PoliceRig
from tests.radios import RadioRig
from tests.report_rigs import RIGS as REPORT_RIGS
from tests.rigs import FREEZES, GARBAGE, PATIENCE, SPEAKS, Device, Got, Rig
from tests.voice_rig import VoiceRig


@dataclass
class Line:
    """A channel at work, with what it brought in."""

    channel: Channel
    meters: Metrics
    intake: FakeIntake = field(default_factory=FakeIntake)
    back: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    """Released by each `came_back`."""

    async def connected(self) -> None:
        """Wait for one `came_back` that nobody has waited for yet."""
        async with asyncio.timeout(PATIENCE):
            await self.back.acquire()

    async def send(self, device: str, body: Body) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.channel.send(ToDevice(device, body))

    async def hears(self, kind: type[Event], times: int = 1) -> list[Any]:
        """Wait until so many events of one kind were taken in; all of them."""
        await until(lambda: len(self.intake.of(kind)) >= times)
        return list(self.intake.of(kind))

    @property
    def says_connected(self) -> float:
        return self._metric("forewarn_adapter_connected", adapter=self.channel.name)

    @property
    def sent(self) -> float:
        return self._metric("forewarn_sent_total", channel=self.channel.name)

    def _metric(self, name: str, **labels: str) -> float:
        samples = (s for metric in self.meters.registry.collect() for s in metric.samples)
        return sum(
            s.value for s in samples if s.name == name and labels.items() <= s.labels.items()
        )


@asynccontextmanager
async def running(row: AdapterSpec, rig: Rig, state: Path) -> AsyncIterator[Line]:
    """The channel of a row, made as the service makes it; it runs while the context lasts."""
    world = replace(real_world(state), tokens=getattr(rig, "tokens", {}))
    assert isinstance(world.meters, Metrics)
    line = Line(row.make(row.settings(**rig.settings), world), world.meters)
    task = asyncio.create_task(line.channel.run(line.intake, line.back.release))
    try:
        yield line
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class MdtRig:
    """The embedded broker with its passwords and access lists."""

    device, another = DEVICES
    can = frozenset({SPEAKS, GARBAGE, FREEZES})
    kinds = frozenset({DeviceSeen, NoteDisplayed, NoteAcknowledged, CrewAsked})

    def __init__(self, folder: Path) -> None:
        self._broker = Nats(folder, None)

    def note(self, name: str = "n1", revision: int = 1, **more: Any) -> Body:
        return note(name, revision, **more)

    def answer(self, ask: str) -> Body:
        return DeviceAnswer(ask=ask, incidents=(), in_words="none found")

    @property
    def settings(self) -> dict[str, Any]:
        # Long limits: a slow machine is no dead broker.
        return {"broker": self._broker.at, "send_within": "1m", "keepalive": "1m"}

    async def start(self) -> None:
        await self._broker.start()

    async def kill(self) -> None:
        await self._broker.kill()

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[Callable[[], bool]]:
        assert self._broker.pid
        await freeze(self._broker.pid)
        try:
            yield lambda: True
        finally:
            if self._broker.pid:
                os.kill(self._broker.pid, signal.SIGCONT)

    @asynccontextmanager
    async def signed_in(self) -> AsyncIterator[Device]:
        password = self._broker.passwords[self.device]
        async with client(self._broker, self.device, password) as mqtt:
            device = MdtDevice(mqtt)
            for leaf in ("notes", "answers"):
                await mqtt.subscribe(device.topic(leaf), qos=1)
            yield device


class MdtDevice:
    """Speaks `forewarn.mdt/1` without our encoder."""

    def __init__(self, mqtt: aiomqtt.Client) -> None:
        self._mqtt = mqtt

    def topic(self, leaf: str) -> str:
        return f"forewarn/{ROOM}/mdt/{MdtRig.device}/{leaf}"

    async def got(self) -> Got:
        async with asyncio.timeout(PATIENCE):
            message = await anext(self._mqtt.messages)
        said = json.loads(bytes(message.payload))
        if message.topic.matches(self.topic("answers")):
            return Got(said["ask"])
        return Got(said["note"], said["revision"], said["withdrawn"])

    async def says(self, kind: str, note: str, revision: int, by: str | None = None) -> None:
        await self._say("receipts", kind=kind, note=note, revision=revision, by=by)

    async def comes_up(self, session: str) -> None:
        await self._say("hello", session=session)

    async def asks(self, ask: str) -> str:
        await self._say("ask", ask=ask)
        return ask

    async def say_raw(self, raw: bytes) -> None:
        await self._mqtt.publish(self.topic("receipts"), raw, qos=1)

    async def _say(self, leaf: str, **fields: Any) -> None:
        said = {"contract": MDT_CONTRACT, "device": MdtRig.another, **fields}
        await self._mqtt.publish(self.topic(leaf), json.dumps(said), qos=1)


RIGS: dict[str, Callable[[Path], Rig]] = {
    "mdt": MdtRig,
    "cad_writeback": CadRig,
    "eido_notifier": EidoSubscriberRig,
    "police_desk": PoliceRig,
    "bars_flag": BarsRig,
    "radio": RadioRig,
    "voice": VoiceRig,
    **REPORT_RIGS,
}


def needs(rig: Rig, *abilities: str) -> None:
    """Skip where the other side knows nothing of this."""
    if not rig.can.issuperset(abilities):
        pytest.skip(f"the other side knows nothing of: {', '.join(set(abilities) - rig.can)}")


def rig_of(name: str, folder: Path) -> Rig:
    """The other side of the channel `name`; fails the test, saying what to write, without one."""
    if name not in RIGS:
        pytest.fail(
            f"nothing plays the other side of the channel {name!r}: write a class like MdtRig in "
            f"tests/channels.py (it keeps to Rig and its devices to Device, of tests/rigs.py), and "
            f"add {name!r} to RIGS",
            pytrace=False,
        )
    return RIGS[name](folder)
