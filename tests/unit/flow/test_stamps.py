"""The intake's time never runs backwards, whatever the machine's clock does (O4, DESIGN)."""

from datetime import datetime, timedelta

import pytest

from middleware.flow.stamps import Stamps
from middleware.ops.metrics import Metrics
from tests.virtual import VirtualClock, VirtualLoop

HOUR = timedelta(hours=1)


class Machine:
    """A machine whose wall clock can be put forward and back."""

    def __init__(self) -> None:
        self.loop = VirtualLoop()
        self.clock = VirtualClock(self.loop)
        self.metrics = Metrics()

    def stamps(self, last: datetime | None = None) -> Stamps:
        return Stamps(self.clock, self.metrics, last)

    def passes(self, **duration: float) -> None:
        self.loop.burn(timedelta(**duration).total_seconds())

    @property
    def steps(self) -> float:
        return self.metrics.registry.get_sample_value("forewarn_clock_steps_total") or 0


@pytest.fixture
def machine() -> Machine:
    machine = Machine()
    yield machine
    machine.loop.close()


def test_stamps_are_the_wall_clock_while_it_runs_smoothly(machine: Machine) -> None:
    stamps = machine.stamps()
    for _ in range(5):
        machine.passes(seconds=7)
        assert stamps.now() == machine.clock.now()
    assert machine.steps == 0


def test_a_clock_put_forward_is_followed_and_counted(machine: Machine) -> None:
    stamps = machine.stamps()
    machine.clock.offset += HOUR
    machine.passes(seconds=1)

    assert stamps.now() == machine.clock.now()
    assert machine.steps == 1


def test_a_clock_put_back_never_takes_the_stamps_back(machine: Machine) -> None:
    stamps = machine.stamps()
    before = stamps.now()
    machine.clock.offset -= HOUR
    seen = [before]
    for _ in range(100):
        machine.passes(seconds=10)
        seen.append(stamps.now())

    assert seen == sorted(seen)
    assert seen[-1] - before > timedelta(seconds=850), "they go on"
    assert machine.steps == 1, "one step is one step, however long its traces are seen"


def test_stamps_that_ran_ahead_meet_the_clock_again(machine: Machine) -> None:
    """Also where nobody asks for a stamp for long."""
    stamps = machine.stamps()
    machine.clock.offset -= HOUR
    for _ in range(11):
        machine.passes(hours=1)
        stamps.now()

    assert stamps.now() == machine.clock.now()


def test_a_small_correction_is_no_step(machine: Machine) -> None:
    stamps = machine.stamps()
    before = stamps.now()
    machine.clock.offset -= timedelta(milliseconds=300)

    assert stamps.now() == before
    assert machine.steps == 0


def test_after_a_restart_stamps_go_on_behind_the_last_record(machine: Machine) -> None:
    last = machine.clock.now() + HOUR
    stamps = machine.stamps(last)

    assert stamps.now() >= last
    machine.passes(hours=20)
    assert stamps.now() == machine.clock.now()
