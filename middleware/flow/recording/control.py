"""Recordings of one service: begun and ended by people, one at a time (O2)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from middleware.engine.state import State
from middleware.flow.recording.recorder import Bounds, Recorder, Running
from middleware.flow.service import Parts
from middleware.ops.errors import Trouble
from middleware.ops.files import private_directory

SUFFIX = ".jsonl"


@dataclass(slots=True)
class Recordings:
    """`directory` is made at the first one; `most` bounds what is asked for."""

    recorder: Recorder
    directory: Path
    parts: Parts
    state: Callable[[], State]
    most: Bounds

    @property
    def running(self) -> Running | None:
        return self.recorder.running

    @property
    def last(self) -> Running | None:
        """The one under way, or the one that ended last."""
        return self.recorder.last

    def begin(self, name: str, bounds: Bounds) -> Running:
        """Trouble where one is under way, or the file cannot be made."""
        if self.running is not None:
            raise Trouble("a recording is under way", "end it first: forewarn record --stop")
        private_directory(self.directory)
        least = Bounds(min(bounds.longest, self.most.longest), min(bounds.bytes, self.most.bytes))
        return self.recorder.begin(
            self.directory / (name + SUFFIX), self.parts, self.state(), least
        )

    async def stop(self, why: str) -> Running:
        """Returns when the file is sealed; Trouble where none is under way."""
        running = self.running
        if running is None:
            raise Trouble("no recording is under way", "begin one: forewarn record")
        self.recorder.stop(why)
        await running.over.wait()
        return running
