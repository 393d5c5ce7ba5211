"""One seed in a process of its own; a spawned process does not find what is in `__main__`."""

import tempfile
from pathlib import Path

import structlog

from tests.simulation import pair
from tests.simulation.world import Outcome, simulate


def quietly(steps: int | None, sqlite: bool, seed: int) -> Outcome:
    """What the service logs of its faults is not the report."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    if not sqlite:
        return simulate(seed, steps)
    with tempfile.TemporaryDirectory() as directory:
        return simulate(seed, steps, Path(directory))


def pair_quietly(archive: bool, seed: int) -> pair.Outcome:
    """The same with two instances."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    return pair.simulate(seed, archive=archive)
