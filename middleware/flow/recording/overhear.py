"""Stand between an adapter and the core, and tell the recorder what goes through (O2)."""

from collections.abc import Callable
from dataclasses import dataclass

from middleware.flow.recording.recorder import Recorder
from middleware.ports import Channel, Intake, Problem, Source, Submitted, ToDevice
from schemas.event import Event


@dataclass(frozen=True, slots=True)
class OverheardIntake:
    """The intake of who has no recorded wire."""

    by: str
    intake: Intake
    recorder: Recorder

    async def submit(self, event: Event, raw: bytes = b"") -> Submitted:
        self.recorder.told(self.by, event)
        return await self.intake.submit(event, raw)

    async def refuse(self, source: str, problem: Problem, raw: bytes) -> Submitted:
        return await self.intake.refuse(source, problem, raw)


class OverheardSource:
    """A source whose wire is not recorded."""

    def __init__(self, source: Source, recorder: Recorder) -> None:
        self.name, self.ability = source.name, source.ability
        self._source, self._recorder = source, recorder

    async def run(self, intake: Intake) -> None:
        await self._source.run(OverheardIntake(self.name, intake, self._recorder))


class OverheardChannel:
    """A channel whose sending is told when it was accepted."""

    def __init__(self, channel: Channel, recorder: Recorder) -> None:
        self.name = channel.name
        self._channel, self._recorder = channel, recorder

    async def run(self, intake: Intake, came_back: Callable[[], None]) -> None:
        overheard = OverheardIntake(self.name, intake, self._recorder)
        await self._channel.run(overheard, came_back)

    async def send(self, message: ToDevice) -> None:
        await self._channel.send(message)
        if not message.probe:
            self._recorder.sent(self.name, message)


def overheard(
    sources: list[Source], channels: list[Channel], recorder: Recorder
) -> tuple[list[Source], list[Channel]]:
    """All of them, with the recorder between the core and those that have no recorded wire."""
    listening: list[Source] = [
        source if recorder.has_wire(source.name) else OverheardSource(source, recorder)
        for source in sources
    ]
    return listening, [OverheardChannel(channel, recorder) for channel in channels]
