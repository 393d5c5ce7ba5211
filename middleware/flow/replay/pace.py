"""How quickly a recording is played where people look on, or a real service is spoken to (O2)."""

import sys
from datetime import timedelta

from middleware.flow.recording.file import Frame
from middleware.flow.replay.play import Pace, at_once
from middleware.ops.clock import SystemClock, pause
from middleware.ops.errors import Trouble


def pace_of(speed: str | None) -> Pace:
    """`max` (also None), `step`, or a number of times real time; Trouble where it is none."""
    if speed in (None, "max"):
        return at_once
    if speed == "step":
        return step
    try:
        times = float(speed or "")
    except ValueError:
        times = 0.0
    if times > 0:
        return Paced(times)
    raise Trouble(f"--speed {speed} is no speed", "give a number such as 10, or max, or step")


def step(frame: Frame, seconds: float) -> None:
    """A person plays frame by frame with Enter."""
    who = frame.get("source") or frame.get("by", "")
    said = str(frame.get("data", ""))[:200]
    sys.stderr.write(f"{seconds:10.3f} s  {frame['f']} {who} {said!r}\nEnter plays it ")
    sys.stderr.flush()
    sys.stdin.readline()


class Paced:
    """Real time, divided by `times`."""

    def __init__(self, times: float) -> None:
        self._times, self._clock = times, SystemClock()
        self._begun = self._clock.monotonic()

    def __call__(self, frame: Frame, seconds: float) -> None:
        passed = self._clock.monotonic() - self._begun
        pause(timedelta(seconds=seconds / self._times - passed))
