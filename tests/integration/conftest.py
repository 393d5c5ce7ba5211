"""What the tests of the source `asterisk_ami` start with: an exchange, an intake, a world."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from middleware.ops.clock import SystemClock
from middleware.ports import World
from simulators.telephony import TelephonySimulator
from tests.exchanges import SECRET
from tests.fakes import FakeIntake, fake_world


@pytest.fixture
async def exchange() -> AsyncIterator[TelephonySimulator]:
    async with TelephonySimulator(secret=SECRET) as simulator:
        yield simulator


@pytest.fixture
def intake() -> FakeIntake:
    return FakeIntake()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return replace(fake_world(tmp_path), clock=SystemClock())
