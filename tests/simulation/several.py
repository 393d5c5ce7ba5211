"""Radios, telephones and the CAD that is written to: channels of the simulated service, and who
is at their other ends (N2, N4)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.codecs import bars_flag
from middleware.ops.presence import Presence
from middleware.ports import ChannelDown, Intake, ToDevice, World
from schemas.delivery import (
    CrewAcknowledged,
    CrewAsked,
    Delivery,
    DeliveryReported,
    DeviceEvent,
    NoteAcknowledged,
    NoteDisplayed,
)
from schemas.hand_on import SceneFlags
from schemas.told import CadNote, RadioText, SpokenNote
from simulators.bars_receiver import BarsReceiver
from tests.simulation.network import Network
from tests.simulation.plan import Plan, Weather

RADIO, VOICE, CAD, BARS = "radio", "voice", "cad_writeback", "bars_flag"
ONCE = (RADIO, VOICE)
"""Where sending twice is not harmless."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a far end says, before it has its channel's name and the time."""

    kind: type[DeviceEvent]
    device: str
    name: str
    more: Mapping[str, object]


class SimFar:
    """A channel to far ends; whether it is up is the world's doing. `faults`: a send may fail and
    nobody knows whether it went out."""

    def __init__(
        self,
        name: str,
        world: World,
        weather: Weather,
        sent: Callable[["SimFar", ToDevice], None],
    ) -> None:
        self.name = name
        self._world, self._weather, self._sent = world, weather, sent
        self._inbox: asyncio.Queue[Said] = asyncio.Queue()
        self._presence = Presence(name, world)
        self._turned = asyncio.Event()
        self._up = False

    def turn(self, *, up: bool) -> None:
        self._up = up
        self._turned.set()

    def arrived(self, said: Said) -> None:
        self._inbox.put_nowait(said)

    async def send(self, message: ToDevice) -> None:
        await asyncio.sleep(0)
        if not self._up:
            raise ChannelDown("not there")
        self._sent(self, message)
        if self._weather.strikes(f"{self.name} fault", self._weather.plan.loss):
            raise OSError("cut off while sending")

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._presence.tell(intake))
            tasks.create_task(self._watch(came_back))
            while True:
                said = await self._inbox.get()
                tasks.create_task(self._hand_in(intake, said))

    async def _watch(self, came_back: Callable[[], None]) -> None:
        while True:
            self._turned.clear()
            if self._up:
                self._presence.connected()
                came_back()
            else:
                self._presence.lost("unreachable")
            await self._turned.wait()

    async def _hand_in(self, intake: Intake, said: Said) -> None:
        event = said.kind(
            source=self.name,
            channel=self.name,
            id=said.name,
            device=said.device,
            occurred_at=self._world.clock.now(),
            **said.more,  # type: ignore[arg-type]
        )
        await intake.submit(event)


class FarEnds:
    """Everybody at the other ends. What they say may be lost with the service that was to hear it:
    nobody says it again."""

    def __init__(self, plan: Plan, network: Network, say: Callable[[str, Said], None]) -> None:
        self._network, self._say = network, say
        self._chance = plan.random("far ends")
        self._loop = asyncio.get_running_loop()
        self._count = 0
        self.cad: dict[str, CadNote] = {}
        """What stands in the CAD, or was taken out of it last: by id."""
        self.bars = BarsReceiver()
        """The service to which incidents are handed on, with its own decoder."""

    def hear(self, channel: str, message: ToDevice) -> None:
        """It went out; what they do about it."""
        body = message.body
        if isinstance(body, CadNote):
            self._written(channel, message.device, body)
        elif isinstance(body, SceneFlags):
            self.bars.take(bars_flag.key(body), bars_flag.write(body))
            self._network.post(self._say, channel, _about(NoteDisplayed, message.device, body, "b"))
        elif isinstance(body, RadioText):
            self._on_radio(channel, message, body)
        elif isinstance(body, SpokenNote):
            self._on_phone(channel, message, body)

    def _written(self, channel: str, device: str, body: CadNote) -> None:
        before = self.cad.get(body.note)
        if before is None or before.revision <= body.revision:
            self.cad[body.note] = body
        self._network.post(self._say, channel, _about(NoteDisplayed, device, body, "w"))

    def _on_radio(self, channel: str, message: ToDevice, body: RadioText) -> None:
        chance, radio = self._chance, message.device
        for state in (Delivery.SENT, Delivery.RECEIVED):
            if chance.random() < 0.7:
                self._later(1, channel, _report(message, body, state))
        ends = chance.random()
        if ends < 0.2:
            failed = chance.choice((Delivery.REFUSED, Delivery.EXPIRED, Delivery.FAILED))
            self._later(5, channel, _report(message, body, failed))
        elif ends < 0.6:
            self._later(10, channel, _about(NoteDisplayed, radio, body, "consumed"))
            if ends < 0.4 and not body.withdrawn:
                self._count += 1
                by = {"by": radio}
                acknowledged = Said(CrewAcknowledged, radio, f"ack/{self._count}", by)
                self._later(40, channel, acknowledged)
        if ends > 0.9:
            self._count += 1
            ask = f"r{self._count}"
            self._later(40, channel, Said(CrewAsked, radio, f"ask/{ask}", {"ask": ask}))

    def _on_phone(self, channel: str, message: ToDevice, body: SpokenNote) -> None:
        chance = self._chance
        if chance.random() < 0.3 and not body.withdrawn:
            pressed = _about(NoteAcknowledged, message.device, body, "ack")
            more = {**pressed.more, "by": "hands-free call"}
            self._later(30, channel, Said(pressed.kind, pressed.device, pressed.name, more))
        elif chance.random() < 0.9:
            ended = chance.choice(
                (
                    Delivery.BUSY,
                    Delivery.NO_ANSWER,
                    Delivery.DECLINED,
                    Delivery.CUT_OFF,
                    Delivery.SILENCE,
                )
            )
            self._later(30, channel, _report(message, body, ended))

    def _later(self, most: float, channel: str, said: Said) -> None:
        after, context = self._chance.uniform(0.1, most), self._network.context
        self._loop.call_later(after, self._say, channel, said, context=context)


def _about(
    kind: type[DeviceEvent],
    device: str,
    body: RadioText | SpokenNote | CadNote | SceneFlags,
    what: str,
) -> Said:
    more: dict[str, object] = {"note": body.note, "note_revision": body.revision}
    return Said(kind, device, f"{body.note}/{body.revision}/{what}", more)


def _report(message: ToDevice, body: RadioText | SpokenNote, state: Delivery) -> Said:
    said = _about(DeliveryReported, message.device, body, f"{message.times}/{state}")
    more = {**said.more, "times": message.times, "state": state}
    return Said(said.kind, said.device, said.name, more)
