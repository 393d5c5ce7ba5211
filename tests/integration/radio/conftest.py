"""The played radio, and the channel connected to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulators.radio import RadioGateway
from tests.radio_desk import Desk, at_work, settings


@pytest.fixture(params=["tcp", "serial"])
async def way(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RadioGateway]:
    """The radio at the control room, on."""
    serial = tmp_path / "radio" if request.param == "serial" else None
    async with RadioGateway(serial=serial).running() as gateway:
        yield gateway


@pytest.fixture
async def gateway() -> AsyncIterator[RadioGateway]:
    async with RadioGateway().running() as gateway:
        yield gateway


@pytest.fixture
async def desk(gateway: RadioGateway, tmp_path: Path) -> AsyncIterator[Desk]:
    async with at_work(gateway, settings(gateway), tmp_path) as desk:
        yield desk
