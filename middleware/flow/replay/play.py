"""Play a recording to the real flow on a virtual clock: the same wire, the same order (O2).

What sources heard goes through their codecs, what people and devices told is handed in as it was,
timers run by the recording's time. With the recorded answers of the matcher, or with fresh ones
(`rematch`). Twice the same file gives the same bytes: nothing here depends on the machine.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Protocol

from pydantic import ValidationError

from middleware.domain.rules import Rules
from middleware.engine.decide import question
from middleware.engine.entry import Entry
from middleware.engine.state import State
from middleware.flow.index import Index
from middleware.flow.recording.file import Frame, Progress, Recording
from middleware.flow.recording.frames import (
    CAME,
    OPENING,
    TOLD,
    WIRE,
    came_frame,
    read_event_part,
    read_wire,
    sent_frame,
)
from middleware.flow.replay.names import Names
from middleware.flow.replay.stand_ins import (
    NoJournal,
    OneRunKeys,
    PlayedChannel,
    RecordedAnswers,
)
from middleware.flow.service import Limits, Parts, Service, prepare
from middleware.flow.shapes import UnknownShape
from middleware.ops.errors import Trouble
from middleware.ops.metrics import Metrics
from middleware.ops.virtual_time import VirtualClock
from middleware.ports import NoTap, Source, ToDevice, Wire, World
from schemas.check import Answer, Whereabouts
from schemas.event import Event
from schemas.markers_in import MarkersActivated, MarkersStaged

AFTER = timedelta(seconds=1)
"""Played on after the last frame, so that what was under way comes out."""
EARLIER = timedelta(minutes=1)
"""Before the first that is known, for the markers to be taken up."""
INDEX_WITHIN = 600.0
_OF_MARKERS = frozenset({MarkersStaged.kind, MarkersActivated.kind})
_MOMENT = timedelta(milliseconds=1)
_FAR = timedelta(days=3650)
"""Limits that are of the machine, not of the recording."""


class Pace(Protocol):
    """Called before each frame that is played; may take its time."""

    def __call__(self, frame: Frame, seconds: float) -> None: ...


def at_once(frame: Frame, seconds: float) -> None:
    """As quickly as it can be worked through."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the recording is played on. `sources`: makes each source that has a recorded wire."""

    build: str
    rules: Rules
    channels: Sequence[str]
    sources: Mapping[str, Callable[[World, Wire], Source]]
    index: Index
    rematch: bool = False
    pace: Pace = at_once


@dataclass(frozen=True, slots=True)
class Changed:
    """An answer of the matcher that is another one now; each as outcome and markers."""

    event: str
    before: str
    after: str


@dataclass(slots=True)
class Told:
    """What became of the replay. `asked`: checks for which there was no recorded answer; `unread`:
    recorded events that this build cannot read; `mute`: wires that no source of it can play."""

    entries: int = 0
    decisions: int = 0
    seconds: float = 0.0
    asked: int = 0
    unread: int = 0
    mute: set[str] = field(default_factory=set)
    changed: list[Changed] = field(default_factory=list)


class Player:
    """One replay of one recording; `out` is given every frame of the outcome."""

    def __init__(
        self, recording: Recording, stage: Stage, out: Callable[[Frame], None], progress: Progress
    ) -> None:
        self._recording, self._stage, self._out = recording, stage, out
        self._progress = progress
        self._then, self._now = Names(), Names()
        self._index = RecordedAnswers(stage.index)
        self._answers: dict[str, str] = {}
        self._wires: dict[str, Wire] = {}
        self._has_begun = self._lives = False
        self._handed: set[asyncio.Task[object]] = set()
        self.told = Told()

    async def run(self) -> Told:
        """On a virtual loop. Trouble where the recording cannot be played."""
        loop = asyncio.get_running_loop()
        self._read_ahead()
        self._clock = VirtualClock(loop, self._recording.header.begun - self._before - EARLIER)
        service = await prepare(self._parts())
        service.parts.listeners.append(self._on_committed)
        service.observer.pace = _FAR  # nobody looks at gauges here
        serving = asyncio.ensure_future(service.run())
        driving = asyncio.ensure_future(self._drive(service))
        await asyncio.wait({serving, driving}, return_when=asyncio.FIRST_COMPLETED)
        serving.cancel()
        ended, *_ = await asyncio.gather(serving, return_exceptions=True)
        if not driving.done():
            driving.cancel()
            raise ended if isinstance(ended, BaseException) else RuntimeError("the service ended")
        driving.result()
        self.told.asked = self._index.asked
        return self.told

    def _read_ahead(self) -> None:
        """Names and answers of the recorded run, how long it was, and since when it is known."""
        first = 0.0
        for frame in self._recording.frames():
            self.told.seconds = max(self.told.seconds, frame["t"])
            if frame["f"] == OPENING:
                first = min(first, frame["t"])
                self._then.opened(frame)
            elif frame["f"] == CAME:
                label = self._then.learn(frame)
                if self._stage.rematch and frame.get("answer"):
                    self._answers[label] = in_short(frame["answer"])
                elif frame.get("place"):
                    self._keep(frame)
        self._before = timedelta(seconds=-first)

    def _keep(self, frame: Frame) -> None:
        """The recorded answer; one that this build cannot read is asked for again."""
        try:
            place = Whereabouts.model_validate(frame["place"], strict=False)
            answer = Answer.model_validate(frame["answer"], strict=False)
        except ValidationError:
            return
        self._index.keep(place, answer)

    def _parts(self) -> Parts:
        stage, header = self._stage, self._recording.header
        metrics = Metrics()
        random = Random(0)  # noqa: S311 - the same lots every time
        world = World(
            header.room, self._clock, random, self._recording.path.parent, metrics, {}, NoTap()
        )
        self._wires = {name: asyncio.Queue() for name in stage.sources}
        return Parts(
            room=header.room,
            build=stage.build,
            rules=stage.rules,
            limits=Limits(check=_FAR, index_behind=_FAR, journal=_FAR),
            configuration=header.configuration,
            journal=NoJournal(),
            keys=OneRunKeys(),
            clock=self._clock,
            random=random,
            meters=metrics,
            index=self._index,
            sources=[make(world, self._wires[name]) for name, make in stage.sources.items()],
            channels=[PlayedChannel(name, self._on_sent) for name in stage.channels],
        )

    async def _drive(self, service: Service) -> None:
        await service.ready.wait()
        for frame in self._recording.frames(self._progress):
            if frame["f"] == OPENING or (not self._has_begun and frame.get("midway")):
                await self._open(service, frame)
            elif frame["f"] in WIRE or frame["f"] == TOLD:
                await self._begin(service)
                await self._until(frame["t"])
                self._stage.pace(frame, frame["t"])
                self._play(service, frame)
        await self._begin(service)
        await self._until(self.told.seconds)
        await self._clock.sleep(AFTER)

    async def _open(self, service: Service, frame: Frame) -> None:
        """What was before, at its own moment; live things when the markers are known."""
        if frame["f"] != OPENING:
            self._play(service, frame)
            return
        if frame["event"][0] not in _OF_MARKERS:
            await self._follow(service)
            await self._until(frame["t"], leap=not self._lives)
            self._lives = self._lives or not frame.get("leap")
        frame = frame | {"event": self._then.translated(frame["event"], self._now)}
        event = self._event(frame)
        if event is not None:
            await service.core.submit(event)

    async def _begin(self, service: Service) -> None:
        """From here on the recording's time runs."""
        if not self._has_begun:
            await self._follow(service)
            await self._until(0.0, leap=not self._lives)
            self._has_begun = True

    async def _follow(self, service: Service) -> None:
        """Until the index knows the markers of the opening."""
        begun = self._clock.monotonic()
        while self._index.position < service.state.markers.position:
            if self._clock.monotonic() - begun > INDEX_WITHIN:
                raise Trouble(
                    "the markers of the recording cannot be taken up",
                    "look at the errors above; report them to the maintainers",
                )
            await self._clock.sleep(_MOMENT)

    @property
    def _t(self) -> float:
        """Seconds of the recording; below 0 before it begins."""
        passed = (self._clock.now() - self._recording.header.begun).total_seconds()
        return round(passed if self._has_begun else min(passed, -1e-6), 6)

    async def _until(self, t: float, *, leap: bool = False) -> None:
        """`leap`: nothing that lives would notice the time between."""
        at = self._recording.header.begun + timedelta(seconds=t)
        wait = at - self._clock.now()
        if leap:
            self._clock.leap(at)
            await self._clock.sleep(_MOMENT)
        elif wait > timedelta():
            await self._clock.sleep(wait)

    def _play(self, service: Service, frame: Frame) -> None:
        if frame["f"] != TOLD:
            wire = self._wires.get(frame["source"])
            if wire is None:
                self.told.mute.add(frame["source"])
            else:
                wire.put_nowait(read_wire(frame))
            return
        frame = frame | {"event": self._then.translated(frame["event"], self._now)}
        event = self._event(frame)
        if event is not None and not (event.ours and event.source == "self"):
            task: asyncio.Task[object] = asyncio.ensure_future(service.core.submit(event))
            self._handed.add(task)
            task.add_done_callback(self._handed.discard)

    def _event(self, frame: Frame) -> Event | None:
        try:
            return read_event_part(frame["event"])
        except UnknownShape:
            self.told.unread += 1
            return None

    def _on_committed(self, entries: Sequence[Entry], state: State) -> None:
        for entry in entries:
            if not isinstance(entry.event, Event):
                continue
            place = question(state, entry.event) if entry.answer is not None else None
            frame = came_frame(self._recording.header.begun, entry, place, self._t)
            frame["decisions"] = [
                [*made[:2], made[2].model_dump(mode="json")] for made in frame["decisions"]
            ]
            self._look_at_answer(self._now.learn(frame), entry.answer)
            self.told.entries += 1
            self.told.decisions += len(entry.decisions)
            self._out(frame)

    def _look_at_answer(self, label: str, answer: Answer | None) -> None:
        before = self._answers.get(label)
        if before is not None and answer is not None:
            after = in_short(answer.model_dump(mode="json"))
            if after != before:
                self.told.changed.append(Changed(label, before, after))

    def _on_sent(self, channel: str, message: ToDevice) -> None:
        self._out(sent_frame(channel, message, self._t))


def in_short(answer: dict[str, Any]) -> str:
    """An answer's JSON as outcome, reason and markers with their relation."""
    found = [f"{match['marker']} {match['relation']}" for match in answer["matches"]]
    said = [answer["outcome"], answer.get("reason") or "", ", ".join(found)]
    return " ".join(part for part in said if part)
