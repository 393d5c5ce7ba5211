"""What the tests of the sources of calls start with: an exchange, an intake, a world.

Each test runs over every exchange, but where its file has a `simulator` of its own.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from middleware.ops.clock import SystemClock
from middleware.ports import World
from tests.exchanges import SECRET, SIMULATORS, Simulated
from tests.fakes import FakeIntake, fake_world


@pytest.fixture(params=SIMULATORS)
def simulator(request: pytest.FixtureRequest) -> type[Simulated]:
    kind: type[Simulated] = request.param
    return kind


@pytest.fixture
async def exchange(simulator: type[Simulated]) -> AsyncIterator[Simulated]:
    async with simulator(secret=SECRET) as running:
        yield running


@pytest.fixture
def intake() -> FakeIntake:
    return FakeIntake()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return replace(fake_world(tmp_path), clock=SystemClock())
